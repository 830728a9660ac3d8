import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { deployment, DEPLOYMENTS, pod, PODS, startClient } from './client.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

describe('a watch', () => {
  it('begins with what is there, and says where that ends', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watching = client.watch(`${PODS}?${query}`, 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await client.post(PODS, pod('b'));
    const [first, end, next] = await watching;
    expect(first).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    expect(end).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Pod', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(Number(end.object.metadata.resourceVersion)).toBeGreaterThan(0);
    expect(next).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'b' } } });
    expect((await client.get(`${PODS}?watch=1&sendInitialEvents=true`)).status).toBe(400);
  });

  it('tells the rows of a table, its columns once', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    await client.post(PODS, pod('b'));
    const [first, second] = await client.watch(`${PODS}?watch=1`, 2, TABLE);
    expect(first.object).toMatchObject({
      kind: 'Table',
      rows: [{ object: { metadata: { name: 'a' } } }],
    });
    expect(first.object.columnDefinitions.length).toBeGreaterThan(4);
    expect(second.object.columnDefinitions).toBeNull();
  });

  it('of one name tells of that object alone', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    await client.post(PODS, pod('b'));
    const [line] = await client.watch(`${PODS}?watch=1&fieldSelector=metadata.name%3Db`, 1);
    expect(line.object.metadata.name).toBe('b');
  });
});

describe('what clients discover', () => {
  it('is all resources at once, or one version after another', async () => {
    const client = await startClient();
    const all = await client.get('/apis', { accept: `${AGGREGATED},application/json` });
    expect(all.headers.get('content-type')).toContain('as=APIGroupDiscoveryList');
    const apps = all.body.items.find(({ metadata }: any) => metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find(({ resource }: any) => resource === 'deployments');
    expect(deployments).toMatchObject({
      scope: 'Namespaced',
      categories: ['all'],
      shortNames: ['deploy'],
      subresources: [{ subresource: 'status' }, { subresource: 'scale', responseKind: { kind: 'Scale' } }],
    });
    const core = await client.get('/api', { accept: AGGREGATED });
    expect(core.body.items[0].versions[0].resources.map(({ resource }: any) => resource)).toContain('pods');
  });

  it('has a schema of every kind, which refers to nothing that is not there', async () => {
    const client = await startClient();
    const { body: index } = await client.get('/openapi/v3');
    for (const { serverRelativeURL } of Object.values<any>(index.paths)) {
      const { body } = await client.get(serverRelativeURL as string);
      const names = Object.keys(body.components.schemas as object);
      const references = JSON.stringify(body).matchAll(/#\/components\/schemas\/([^"]+)/g);
      for (const [, name] of references) expect(names).toContain(name);
    }
    const { body: core } = await client.get('/openapi/v3/api/v1');
    const { patch } = core.paths['/api/v1/namespaces/{namespace}/pods/{name}'];
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: '', kind: 'Pod', version: 'v1' });
    expect(patch.parameters.map(({ name }: any) => name)).toContain('fieldValidation');
    const { body: old } = await client.get('/openapi/v2');
    expect(old.definitions['io.k8s.api.core.v1.PodSpec'].properties.affinity.$ref).toBe(
      '#/definitions/io.k8s.api.core.v1.Affinity',
    );
  });

  it('is not told in a form that there is not', async () => {
    const client = await startClient();
    const only = { accept: 'application/vnd.kubernetes.protobuf' };
    expect((await client.get(PODS, only)).status).toBe(406);
    const either = { accept: 'application/vnd.kubernetes.protobuf,application/json' };
    expect((await client.get(PODS, either)).headers.get('content-type')).toBe('application/json');
  });

  it('includes what one may do', async () => {
    const client = await startClient();
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const spec = { resourceAttributes: { verb: 'delete', resource: 'pods' } };
    expect((await client.post(path, { spec })).body).toMatchObject({ spec, status: { allowed: true } });
  });
});

describe('other forms of answers', () => {
  it('are metadata alone, whole objects in rows, and rows alone', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const { body } = await client.get(PODS, { accept });
    expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'a' } }] });
    expect(body.items[0].spec).toBeUndefined();
    const rows = async (include: string) =>
      (await client.get(`${PODS}?includeObject=${include}`, { accept: TABLE })).body.rows[0].object;
    expect(await rows('Object')).toMatchObject({ kind: 'Pod' });
    expect(await rows('None')).toBeUndefined();
  });

  it('are scales', async () => {
    const client = await startClient();
    await client.post(DEPLOYMENTS, deployment('web'));
    const path = `${DEPLOYMENTS}/web/scale`;
    const { body } = await client.get(path);
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 2 }, status: { selector: 'app=web' } });
    await client.send('PUT', path, { ...body, spec: { replicas: 4 } });
    expect((await client.get(`${DEPLOYMENTS}/web`)).body.spec.replicas).toBe(4);
  });
});

describe('a body in protobuf', () => {
  const PROTOBUF = { 'content-type': 'application/vnd.kubernetes.protobuf' };

  /** A message of length-delimited fields: texts and further messages. */
  const message = (fields: [number, string | Uint8Array][]): Uint8Array => {
    const writer = protobuf.Writer.create();
    for (const [id, value] of fields) {
      writer.uint32((id << 3) | 2);
      if (typeof value === 'string') writer.string(value);
      else writer.bytes(value);
    }
    return writer.finish();
  };
  const envelope = (apiVersion: string, kind: string, raw: Uint8Array): Uint8Array => {
    const type = message([
      [1, apiVersion],
      [2, kind],
    ]);
    const unknown = message([
      [1, type],
      [2, raw],
    ]);
    return Buffer.concat([Buffer.from('k8s\0'), unknown]);
  };

  it('binds a pod, as a scheduler in Go sends it', async () => {
    const client = await startClient();
    await client.post(PODS, pod('a'));
    const binding = message([
      [1, message([[1, 'a']])],
      [
        2,
        message([
          [1, 'Node'],
          [2, ''],
          [3, 'node-a'],
        ]),
      ],
    ]);
    const body = envelope('v1', 'Binding', binding);
    expect((await client.send('POST', `${PODS}/a/binding`, body, PROTOBUF)).status).toBe(201);
    expect((await client.get(`${PODS}/a`)).body.spec.nodeName).toBe('node-a');
  });

  it('is refused when it is none', async () => {
    const client = await startClient();
    const send = (body: Uint8Array) => client.send('POST', PODS, body, PROTOBUF);
    expect((await send(Buffer.from('{}'))).status).toBe(400);
    expect((await send(Buffer.from('k8s\0\x12\xff\xff\xff\xff\x0f', 'latin1'))).status).toBe(400);
    expect((await send(envelope('v9', 'Toaster', new Uint8Array()))).status).toBe(400);
  });
});
