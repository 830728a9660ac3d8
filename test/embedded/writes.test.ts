import { describe, expect, it, vi } from 'vitest';
import { deployment, DEPLOYMENTS, pod, PODS, startClient, type Answer } from './client.ts';

describe('a dry run', () => {
  it('answers as every verb would and changes nothing', async () => {
    const client = await startClient();
    await client.post(DEPLOYMENTS, deployment('web'));
    await client.post(PODS, pod('a'));
    const { version } = client.embedded.store;
    const dry = '?dryRun=All';
    const answers = await Promise.all([
      client.post(PODS + dry, pod('b')),
      client.send('PUT', `${PODS}/a${dry}`, pod('a', {}, { labels: { put: '1' } })),
      client.patch(`${PODS}/a${dry}`, 'merge-patch+json', { metadata: { labels: { merge: '1' } } }),
      client.patch(`${PODS}/a/status${dry}`, 'strategic-merge-patch+json', { status: { phase: 'Failed' } }),
      client.patch(`${PODS}/c${dry}&fieldManager=m`, 'apply-patch+yaml', pod('c')),
      client.post(`${PODS}/a/binding${dry}`, { target: { kind: 'Node', name: 'node' } }),
      client.post(`${PODS}/a/eviction${dry}`, { metadata: { name: 'a' } }),
      client.patch(`${DEPLOYMENTS}/web/scale${dry}`, 'merge-patch+json', { spec: { replicas: 7 } }),
      client.delete(`${PODS}/a${dry}`),
      client.delete(`${PODS}/a`, { dryRun: ['All'] }),
      client.delete(PODS + dry),
      client.delete(`/api/v1/namespaces/kube-node-lease${dry}`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      201, 200, 200, 200, 201, 201, 201, 200, 200, 200, 200, 200,
    ]);
    expect(answers[2].body.metadata.labels).toEqual({ merge: '1' });
    expect(answers[7].body.spec.replicas).toBe(7);
    expect(client.embedded.store.version).toBe(version);
    expect((await client.get(PODS)).body.items).toHaveLength(1);
  });

  it('refuses directives that it does not know', async () => {
    const client = await startClient();
    expect((await client.post(`${PODS}?dryRun=Some`, pod('a'))).status).toBe(400);
  });
});

describe('what is created', () => {
  it.each([
    ['without containers', pod('a', { containers: [] }), 'spec.containers', 'FieldValueRequired'],
    [
      'without an image',
      pod('a', { containers: [{ name: 'main' }] }),
      'spec.containers[0].image',
      'FieldValueRequired',
    ],
    ['with a bad name', pod('A_b'), 'metadata.name', 'FieldValueInvalid'],
    ['with a bad label', pod('a', {}, { labels: { a: '-' } }), 'metadata.labels', 'FieldValueInvalid'],
    [
      'with a word that is none',
      pod('a', { restartPolicy: 'Sometimes' }),
      'spec.restartPolicy',
      'FieldValueNotSupported',
    ],
    [
      'with a toleration of no meaning',
      pod('a', { tolerations: [{ operator: 'Equal' }] }),
      'spec.tolerations[0].key',
      'FieldValueInvalid',
    ],
    [
      'with a spread over nothing',
      pod('a', { topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] }),
      'spec.topologySpreadConstraints[0].topologyKey',
      'FieldValueRequired',
    ],
  ])('%s is refused by the name of its field', async (_what, object, field, reason) => {
    const client = await startClient();
    const { status, body } = await client.post(PODS, object);
    expect(status).toBe(422);
    expect(body).toMatchObject({ kind: 'Status', reason: 'Invalid' });
    expect(body.details.causes).toContainEqual(expect.objectContaining({ field, reason }));
    expect((await client.get(PODS)).body.items).toEqual([]);
  });

  it('has the types of its kind, or is refused with the path of what is wrong', async () => {
    const client = await startClient();
    const typed = await client.post(PODS, pod('a', { containers: 'none' }));
    expect(typed).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
    expect(typed.body.message).toContain('spec.containers: must be a list, not "none"');
    const quantity = { resources: { requests: { cpu: 'one' } } };
    const amount = await client.post(
      PODS,
      pod('a', { containers: [{ name: 'main', image: 'i', ...quantity }] }),
    );
    expect(amount.body.message).toContain(
      'spec.containers[0].resources.requests.cpu: "one" is not a quantity',
    );
  });

  it('keeps quantities as an API server writes them, however they are sent', async () => {
    const client = await startClient();
    const sent = (requests: object) => ({
      containers: [{ name: 'main', image: 'i', resources: { requests } }],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '2048Ki' } }],
    });
    const kept = ({ body }: Answer) => body.spec.containers[0].resources.requests;
    const created = await client.post(PODS, pod('a', sent({ cpu: '1000m', memory: '1024Mi' })));
    expect(kept(created)).toEqual({ cpu: '1', memory: '1Gi' });
    expect(created.body.spec.volumes[0].emptyDir.sizeLimit).toBe('2Mi');
    expect(kept(await client.post(PODS, pod('b', sent({ cpu: 0.5 }))))).toEqual({ cpu: '500m' });
    // the same again is no change of a pod, in other words neither
    const { resourceVersion } = created.body.metadata;
    const put = await client.send('PUT', `${PODS}/a`, pod('a', sent({ cpu: '1.0', memory: '1Gi' })));
    expect(put).toMatchObject({ status: 200, body: { metadata: { resourceVersion } } });
    const template = { metadata: { labels: { app: 'c' } }, spec: sent({ cpu: '2500m' }) };
    const applied = deployment('c', { template });
    await client.patch(`${DEPLOYMENTS}/c?fieldManager=m`, 'apply-patch+yaml', applied);
    const patch = { spec: { template: { spec: sent({ cpu: '3000m' }) } } };
    const patched = await client.patch(`${DEPLOYMENTS}/c`, 'strategic-merge-patch+json', patch);
    expect(kept({ ...patched, body: patched.body.spec.template })).toEqual({ cpu: '3' });
  });

  it('may be changed when it was loaded with quantities that no API server would keep', async () => {
    const client = await startClient();
    const requests = { cpu: '1000m' };
    const object = pod('a', { containers: [{ name: 'main', image: 'i', resources: { requests } }] });
    client.embedded.store.load([object]);
    const labels = { metadata: { labels: { a: 'b' } } };
    expect((await client.patch(`${PODS}/a`, 'merge-patch+json', labels)).status).toBe(200);
  });

  it('is refused beyond the limits of its namespace, a claim also when it grows', async () => {
    const client = await startClient();
    const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
    const limits = [{ type: 'PersistentVolumeClaim', max: { storage: '2Gi' } }];
    await client.post('/api/v1/namespaces/default/limitranges', {
      metadata: { name: 'r' },
      spec: { limits },
    });
    const claim = (storage: string) => ({
      metadata: { name: 'claim' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
    const message = (request: string) =>
      `persistentvolumeclaims "claim" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is ${request}`;
    expect(await client.post(claims, claim('3Gi'))).toMatchObject({
      status: 403,
      body: { message: message('3Gi') },
    });
    expect((await client.post(claims, claim('1Gi'))).status).toBe(201);
    expect(await client.send('PUT', `${claims}/claim`, claim('4Gi'))).toMatchObject({
      status: 403,
      body: { message: message('4Gi') },
    });
    expect((await client.send('PUT', `${claims}/claim`, claim('2048Mi'))).status).toBe(200);
  });

  it('loses unknown fields, with a warning or an error as the client asks', async () => {
    const client = await startClient();
    const odd = pod('a', { color: 'red' });
    const strict = await client.post(`${PODS}?fieldValidation=Strict`, odd);
    expect(strict).toMatchObject({ status: 400 });
    expect(strict.body.message).toContain('unknown field "spec.color"');
    const warned = await client.post(PODS, odd);
    expect(warned.status).toBe(201);
    expect(warned.headers.get('warning')).toContain('unknown field');
    expect(warned.body.spec.color).toBeUndefined();
    expect((await client.post(`${PODS}?fieldValidation=Ignore`, pod('b'))).headers.get('warning')).toBeNull();
  });

  it('may be YAML, and is not more than 3 MiB', async () => {
    const client = await startClient();
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  b: "1"\n';
    const path = '/api/v1/namespaces/default/configmaps';
    const type = { 'content-type': 'application/yaml' };
    expect((await client.send('POST', path, new TextEncoder().encode(yaml), type)).status).toBe(201);
    const large = new Uint8Array(4 * 1024 * 1024);
    expect((await client.send('POST', path, large, type)).status).toBe(413);
    const odd = { 'content-type': 'text/plain' };
    expect((await client.send('POST', path, large.subarray(0, 2), odd)).status).toBe(415);
  });

  it('keeps what may not change', async () => {
    const client = await startClient();
    await client.post(DEPLOYMENTS, deployment('web'));
    const selector = { matchLabels: { app: 'other' } };
    const change = { spec: { selector, template: { metadata: { labels: { app: 'other' } } } } };
    const refused = await client.patch(`${DEPLOYMENTS}/web`, 'merge-patch+json', change);
    expect(refused).toMatchObject({
      status: 422,
      body: { details: { causes: [{ field: 'spec.selector' }] } },
    });
    await client.post(PODS, pod('a'));
    const moved = await client.patch(`${PODS}/a`, 'merge-patch+json', { spec: { nodeName: 'b' } });
    expect(moved).toMatchObject({ status: 422, body: { details: { causes: [{ field: 'spec' }] } } });
    const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'example.com/main:2' }];
    expect((await client.patch(`${PODS}/a`, 'json-patch+json', image)).status).toBe(200);
  });
});

describe('a namespace', () => {
  it('takes what is in it along when it is deleted', async () => {
    const client = await startClient();
    const path = '/api/v1/namespaces/team';
    await client.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    await client.post(`${path}/pods`, pod('a'));
    await client.post(`${path}/pods`, pod('kept', {}, { finalizers: ['example.com/keep'] }));
    await client.post('/apis/apps/v1/namespaces/team/deployments', deployment('web'));
    await client.post(PODS, pod('elsewhere'));
    expect((await client.delete(path)).body).toMatchObject({ status: { phase: 'Terminating' } });
    const late = await client.post(`${path}/pods`, pod('late'));
    expect(late).toMatchObject({ status: 403, body: { reason: 'Forbidden' } });
    expect((await client.get(`${path}/pods`)).body.items.map(({ metadata }: any) => metadata.name)).toEqual([
      'kept',
    ]);
    expect((await client.get(path)).status).toBe(200);
    await client.patch(`${path}/pods/kept`, 'merge-patch+json', { metadata: { finalizers: null } });
    await vi.waitFor(async () => expect((await client.get(path)).status).toBe(404));
    expect((await client.get('/apis/apps/v1/deployments')).body.items).toEqual([]);
    expect((await client.get(PODS)).body.items).toHaveLength(1);
  });

  it('that is not there takes nothing in, and that of the system stays', async () => {
    const client = await startClient();
    expect((await client.post('/api/v1/namespaces/none/pods', pod('a'))).status).toBe(404);
    expect((await client.delete('/api/v1/namespaces/kube-system')).status).toBe(403);
  });
});

describe('a deletion', () => {
  it('is refused for another object of the name, and selects in a collection', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a', {}, { labels: { app: 'a' } }));
    await client.post(PODS, pod('b'));
    expect((await client.delete(`${PODS}/a`, { preconditions: { uid: 'other' } })).status).toBe(409);
    await client.delete(`${PODS}?labelSelector=app%3Da`);
    expect((await client.get(PODS)).body.items.map(({ metadata }: any) => metadata.name)).toEqual(['b']);
  });

  it('leaves what was owned when it is asked to', async () => {
    const client = await startClient();
    const { body: owner } = await client.post(DEPLOYMENTS, deployment('web'));
    const { name, uid } = owner.metadata;
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name, uid }];
    await client.post(PODS, pod('a', {}, { ownerReferences }));
    await client.delete(`${DEPLOYMENTS}/web`, { propagationPolicy: 'Orphan' });
    expect((await client.get(`${PODS}/a`)).body.metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe('an eviction', () => {
  it('waits for a budget that has no disruption left', async () => {
    const client = await startClient();
    const labels = { app: 'web' };
    const budget = {
      metadata: { name: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    };
    await client.post('/apis/policy/v1/namespaces/default/poddisruptionbudgets', budget);
    const conditions = [{ type: 'Ready', status: 'True' }];
    for (const name of ['a', 'b']) {
      await client.post(PODS, pod(name, {}, { labels }));
      await client.patch(`${PODS}/${name}/status`, 'merge-patch+json', { status: { conditions } });
    }
    const evict = (name: string) => client.post(`${PODS}/${name}/eviction`, { metadata: { name } });
    expect((await evict('a')).status).toBe(201);
    const refused = await evict('b');
    expect(refused).toMatchObject({ status: 429, body: { reason: 'TooManyRequests' } });
    expect(refused.body.details.causes[0].reason).toBe('DisruptionBudget');
    expect((await client.get(PODS)).body.items).toHaveLength(1);
  });
});

describe('what nothing here can answer', () => {
  it.each(['log', 'exec', 'attach', 'portforward'])(
    '%s of a pod is refused with the reason',
    async (part) => {
      const client = await startClient();
      await client.post(PODS, pod('a'));
      const { status, body } = await client.get(`${PODS}/a/${part}`);
      expect({ status, kind: body.kind }).toEqual({ status: 501, kind: 'Status' });
      expect(body.message).toContain('runs no containers');
      expect((await client.get(`${PODS}/none/${part}`)).status).toBe(404);
    },
  );
});
