import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import { Transport } from '../../src/kube/transport.ts';
import { apiSuite } from './suite.ts';

apiSuite('embedded', async () => {
  const embedded = await serveEmbedded();
  const transport = new Transport(anonymousCredentials(embedded.url));
  return {
    transport,
    expire: () => {
      const version = embedded.store.version;
      embedded.store.load([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'forgotten' } }]);
      embedded.store.compact();
      return Promise.resolve(String(version));
    },
    stop: async () => {
      await transport.close();
      await embedded.close();
    },
  };
});

describe('embedded API', () => {
  let embedded: Embedded;

  beforeAll(async () => {
    embedded = await serveEmbedded({ historyLimit: 4 });
    embedded.store.load([
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node-a', labels: { 'node-role.kubernetes.io/worker': '' } },
        spec: { unschedulable: true },
        status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.37.0' } },
      } as object,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod-a', namespace: 'team' },
        spec: { nodeName: 'node-a', containers: [{ name: 'main' }] },
      } as object,
    ]);
  });

  afterAll(() => embedded.close());

  async function get(path: string, accept = 'application/json'): Promise<Record<string, any>> {
    const response = await fetch(embedded.url + path, { headers: { accept } });
    return (await response.json()) as Record<string, any>;
  }

  it('loads objects as they are, with the namespaces that they name', async () => {
    expect(await get('/api/v1/namespaces/team')).toMatchObject({ status: { phase: 'Active' } });
    expect(await get('/api/v1/namespaces/team/pods/pod-a')).toMatchObject({ spec: { nodeName: 'node-a' } });
  });

  it('refuses to load what it does not serve, and names it', () => {
    const object = { apiVersion: 'batch/v2', kind: 'Job', metadata: { name: 'job' } };
    expect(() => embedded.store.load([object])).toThrow('the embedded API does not serve batch/v2/Job');
  });

  it('lets kubectl discover its resources', async () => {
    expect(await get('/api')).toMatchObject({ versions: ['v1'] });
    const { groups } = await get('/apis');
    const versions = groups.map((group: any) => group.preferredVersion.groupVersion);
    expect(versions).toEqual(
      expect.arrayContaining(['apps/v1', 'storage.k8s.io/v1', 'resource.k8s.io/v1', 'events.k8s.io/v1']),
    );
    const { resources } = await get('/api/v1');
    const pods = resources.find(({ name }: any) => name === 'pods');
    expect(pods).toMatchObject({ kind: 'Pod', namespaced: true, shortNames: ['po'] });
    expect((await get('/apis/apps/v1')).resources.map(({ name }: any) => name)).toContain('statefulsets');
  });

  it('prints pods and nodes as tables', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const rows = async (path: string) => {
      const table = await get(path, accept);
      const names = table.columnDefinitions.map(({ name }: any) => name);
      return table.rows.map(({ cells }: any) =>
        Object.fromEntries(cells.map((cell: string, i: number) => [names[i], cell])),
      );
    };
    expect(await rows('/api/v1/nodes')).toMatchObject([
      { Name: 'node-a', Status: 'Ready,SchedulingDisabled', Roles: 'worker', Version: 'v1.37.0' },
    ]);
    expect(await rows('/api/v1/pods')).toMatchObject([{ Name: 'pod-a', Status: 'Pending', Node: 'node-a' }]);
  });

  it('forgets changes beyond its history limit', async () => {
    const since = embedded.store.version;
    for (let index = 0; index < 10; index++) {
      embedded.store.load([{ apiVersion: 'v1', kind: 'Service', metadata: { name: `service-${index}` } }]);
    }
    const line = await get(`/api/v1/services?watch=1&resourceVersion=${since}`);
    expect(line).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('says what it cannot read', async () => {
    expect(await get('/api/v1/pods?fieldSelector=spec.color%3Dred')).toMatchObject({ code: 400 });
    expect(await get('/api/v1/pods?labelSelector=a%20of%20b')).toMatchObject({ code: 400 });
    expect(await get('/api/v1/pods?limit=many')).toMatchObject({ code: 400 });
    expect(await get('/api/v1/toasters')).toMatchObject({ code: 404 });
  });
});
