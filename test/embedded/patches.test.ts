import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { deployment, DEPLOYMENTS, pod, PODS, startClient, type Client } from './client.ts';

const WEB = `${DEPLOYMENTS}/web`;

describe('a JSON patch', () => {
  it('tests, adds, replaces and removes', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a', {}, { labels: { old: '1' } }));
    const patch = [
      { op: 'test', path: '/metadata/labels/old', value: '1' },
      { op: 'add', path: '/metadata/labels/new', value: '2' },
      { op: 'remove', path: '/metadata/labels/old' },
    ];
    expect((await client.patch(`${PODS}/a`, 'json-patch+json', patch)).body.metadata.labels).toEqual({
      new: '2',
    });
    expect((await client.patch(`${PODS}/a`, 'json-patch+json', patch)).status).toBe(422);
    expect((await client.patch(`${PODS}/a`, 'json-patch+json', {})).status).toBe(400);
  });

  it('cannot reach what objects inherit', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    const patch = [{ op: 'add', path: '/__proto__/polluted', value: true }];
    await client.patch(`${PODS}/a`, 'json-patch+json', patch);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('a strategic merge patch', () => {
  async function patched(patch: object): Promise<any> {
    const client = await startClient();
    const object = deployment('web');
    object.spec.template.spec.containers.push({ name: 'side', image: 'example.com/side:1' });
    object.spec.template.spec.tolerations = [{ key: 'a', operator: 'Exists' }];
    object.metadata.finalizers = ['example.com/a'];
    await client.post(DEPLOYMENTS, object);
    const answer = await client.patch(WEB, 'strategic-merge-patch+json', patch);
    expect(answer.status).toBe(200);
    return answer.body;
  }
  const inPod = (spec: object) => ({ spec: { template: { spec } } });
  const containersOf = ({ spec }: any) =>
    spec.template.spec.containers.map(({ name, image }: any) => [name, image]);

  it('merges lists by their keys, and replaces those that have none', async () => {
    const result = await patched(
      inPod({
        containers: [{ name: 'side', image: 'example.com/side:2' }],
        tolerations: [{ operator: 'Exists' }],
      }),
    );
    expect(containersOf(result)).toEqual([
      ['main', 'example.com/main:1'],
      ['side', 'example.com/side:2'],
    ]);
    expect(result.spec.template.spec.tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it('deletes elements, and replaces lists and objects when it says so', async () => {
    const deleted = await patched(inPod({ containers: [{ name: 'main', $patch: 'delete' }] }));
    expect(containersOf(deleted)).toEqual([['side', 'example.com/side:1']]);
    const replaced = await patched(
      inPod({ containers: [{ $patch: 'replace' }, { name: 'new', image: 'example.com/new:1' }] }),
    );
    expect(containersOf(replaced)).toEqual([['new', 'example.com/new:1']]);
  });

  it('puts elements into an order, keeps named keys, and works on lists of values', async () => {
    const ordered = await patched(
      inPod({ '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }] }),
    );
    expect(containersOf(ordered).map(([name]: string[]) => name)).toEqual(['side', 'main']);
    const retained = await patched({
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      metadata: { finalizers: ['example.com/b'], '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
    });
    expect(retained.spec.strategy).toEqual({ type: 'Recreate' });
    expect(retained.metadata.finalizers).toEqual(['example.com/b']);
  });
});

describe('server-side apply', () => {
  const apply = (client: Client, manager: string, object: object, force = false) =>
    client.patch(`${WEB}?fieldManager=${manager}&force=${force}`, 'apply-patch+yaml', object);
  const web = (spec: object) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    ...(Object.keys(spec).length > 0 && { spec }),
  });

  it('creates, changes its own fields, and takes away what it leaves out', async () => {
    const client = await startClient();
    const first = deployment('web', { minReadySeconds: 5 });
    expect((await apply(client, 'me', first)).status).toBe(201);
    const { body } = await apply(client, 'me', deployment('web', { replicas: 3 }));
    expect(body.spec).toMatchObject({ replicas: 3 });
    expect(body.spec.minReadySeconds).toBeUndefined();
    expect(body.metadata.managedFields).toHaveLength(1);
    const { fieldsV1 } = body.metadata.managedFields[0];
    expect(fieldsV1['f:spec']['f:template']['f:spec']['f:containers']).toEqual({
      'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {} },
    });
  });

  it("refuses to change another manager's field, unless it is forced", async () => {
    const client = await startClient();
    await apply(client, 'me', deployment('web'));
    const refused = await apply(client, 'you', web({ replicas: 5 }));
    expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    expect(refused.body.details.causes).toEqual([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "me"',
        field: '.spec.replicas',
      },
    ]);
    expect(refused.body.message).toBe('Apply failed with 1 conflict: conflict with "me": .spec.replicas');
    expect((await apply(client, 'you', web({ replicas: 2 }))).status).toBe(200);
    const forced = await apply(client, 'you', web({ replicas: 5 }), true);
    expect(forced.body.spec.replicas).toBe(5);
    // It is no longer the first manager's, who may leave it out without taking it away.
    const rest = deployment('web');
    delete rest.spec.replicas;
    expect((await apply(client, 'me', rest)).body.spec.replicas).toBe(5);
  });

  it('meets what others have written without an apply', async () => {
    const client = await startClient();
    await client.post(`${DEPLOYMENTS}?fieldManager=creator`, deployment('web'));
    const refused = await apply(client, 'me', deployment('web', { replicas: 4 }));
    expect(refused.body.details.causes[0].message).toBe('conflict with "creator" using apps/v1');
    await client.patch(`${WEB}?fieldManager=scaler`, 'merge-patch+json', { spec: { replicas: 4 } });
    expect((await apply(client, 'me', deployment('web', { replicas: 4 }))).status).toBe(200);
    const { body } = await client.get(WEB);
    expect(body.metadata.managedFields.map(({ manager }: any) => manager)).toEqual([
      'me',
      'creator',
      'scaler',
    ]);
  });

  it('names the managers of several conflicts, each with its fields', async () => {
    const client = await startClient();
    await client.post(`${DEPLOYMENTS}?fieldManager=creator`, deployment('web', { minReadySeconds: 1 }));
    await apply(client, 'applier', web({ replicas: 2 }));
    await client.patch(`${WEB}?fieldManager=other`, 'merge-patch+json', { spec: { paused: true } });
    const { status, body } = await apply(
      client,
      'me',
      web({ minReadySeconds: 9, paused: false, replicas: 4 }),
    );
    expect(status).toBe(409);
    expect(body.message).toBe(
      [
        'Apply failed with 4 conflicts: conflicts with "applier":',
        '- .spec.replicas',
        'conflicts with "creator" using apps/v1:',
        '- .spec.minReadySeconds',
        '- .spec.replicas',
        'conflicts with "other" using apps/v1:',
        '- .spec.paused',
      ].join('\n'),
    );
    expect(body.details.causes.map(({ message, field }: any) => `${message}: ${field}`)).toEqual([
      'conflict with "applier": .spec.replicas',
      'conflict with "creator" using apps/v1: .spec.minReadySeconds',
      'conflict with "creator" using apps/v1: .spec.replicas',
      'conflict with "other" using apps/v1: .spec.paused',
    ]);
  });

  it('is no change when it says the same again, be it later and by others too', async () => {
    const client = await startClient();
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    await client.post(`${DEPLOYMENTS}?fieldManager=creator`, deployment('web'));
    await apply(client, 'me', deployment('web'));
    await apply(client, 'you', web({ replicas: 2 }));
    const { body } = await client.get(WEB);
    vi.setSystemTime(60_000);
    await apply(client, 'me', deployment('web'));
    await client.send('PUT', `${WEB}?fieldManager=creator`, deployment('web'));
    expect((await client.get(WEB)).body).toEqual(body);
  });

  it('takes an object that was written without a manager as set by somebody else', async () => {
    const client = await startClient();
    await client.post(DEPLOYMENTS, deployment('web'));
    const refused = await apply(client, 'me', web({ replicas: 4 }));
    expect(refused.body.details.causes[0].message).toContain('before-first-apply');
  });

  it('asks for a manager, and is not forced without being an apply', async () => {
    const client = await startClient();
    await client.post(DEPLOYMENTS, deployment('web'));
    expect((await client.patch(WEB, 'apply-patch+yaml', web({}))).status).toBe(400);
    expect((await client.patch(`${WEB}?force=true`, 'merge-patch+json', {})).status).toBe(400);
    expect((await client.patch(WEB, 'apply-patch+cbor', {})).status).toBe(415);
  });
});

describe('managed fields that a client sends itself', () => {
  const managersOf = ({ body }: { body: any }): string[] =>
    (body.metadata.managedFields ?? []).map(({ manager, operation }: any) => `${manager} ${operation}`);
  const entry = (manager: string, more: object = {}) => ({
    ...{ manager, operation: 'Update', apiVersion: 'apps/v1', time: '2026-01-01T00:00:00Z' },
    ...{ fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:replicas': {} } }, ...more },
  });
  async function withManagers(): Promise<Client> {
    const client = await startClient();
    await client.post(`${DEPLOYMENTS}?fieldManager=creator`, deployment('web'));
    return client;
  }
  const update = async (client: Client, managedFields: unknown) => {
    const { body } = await client.get(WEB);
    body.metadata.managedFields = managedFields;
    return client.send('PUT', `${WEB}?fieldManager=editor`, body);
  };

  it.each([[[]], [[{}]]])('are reset by %j, and stay so', async (reset) => {
    const client = await withManagers();
    expect(managersOf(await update(client, reset))).toEqual([]);
    const patched = await client.patch(`${WEB}?fieldManager=editor`, 'merge-patch+json', {
      spec: { replicas: 7 },
    });
    expect(managersOf(patched)).toEqual([]);
    const patch = [{ op: 'replace', path: '/metadata/managedFields', value: reset }];
    const other = await withManagers();
    expect(managersOf(await other.patch(WEB, 'json-patch+json', patch))).toEqual([]);
  });

  it('take the place of the stored ones, where they can be read', async () => {
    const client = await withManagers();
    expect(managersOf(await update(client, [entry('given')]))).toEqual(['given Update']);
    for (const unreadable of [{ operation: 'Guess' }, { apiVersion: '' }, { fieldsType: 'FieldsV2' }])
      expect(managersOf(await update(client, [entry('wrong', unreadable)]))).toEqual(['given Update']);
    expect(managersOf(await update(client, undefined))).toEqual(['given Update']);
  });

  it('are taken of a new object too, which has not had any', async () => {
    const client = await startClient();
    const object = deployment('web');
    object.metadata.managedFields = [entry('given')];
    const created = await client.post(`${DEPLOYMENTS}?fieldManager=creator`, object);
    expect(managersOf(created)).toEqual(['creator Update']);
  });

  it('are nothing that a status can set, nor an apply', async () => {
    const client = await withManagers();
    const { body } = await client.get(WEB);
    body.metadata.managedFields = [entry('given')];
    expect(managersOf(await client.send('PUT', `${WEB}/status`, body))).toEqual(['creator Update']);
    const applied = { ...deployment('web'), metadata: { name: 'web', managedFields: [entry('given')] } };
    expect(await client.patch(`${WEB}?fieldManager=me`, 'apply-patch+yaml', applied)).toMatchObject({
      status: 400,
      body: { message: 'metadata.managedFields must be nil' },
    });
  });
});
