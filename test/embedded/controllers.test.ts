import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ApiObject, Pod, ReplicaSet } from '../../src/model/types.ts';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { Client, deployment, DEPLOYMENTS, PODS, pod } from './client.ts';

const LIMIT_MS = 20_000;
vi.setConfig({ testTimeout: 2 * LIMIT_MS });

async function startCluster(): Promise<Client> {
  const embedded = await serveEmbedded({ controllers: true });
  onTestFinished(() => embedded.close());
  const status = {
    allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  for (const name of ['node-a', 'node-b']) {
    embedded.store.load([{ apiVersion: 'v1', kind: 'Node', metadata: { name }, status } as object]);
  }
  return new Client(embedded);
}

function revisionOf({ metadata }: ApiObject): string | undefined {
  return metadata?.annotations?.['deployment.kubernetes.io/revision'];
}

function eventually(assertions: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertions, { timeout: LIMIT_MS, interval: 20 });
}

function pods({ embedded }: Client): Pod[] {
  return embedded.store.list<Pod>('pods');
}

/** Binds what waits, as a scheduler would. */
async function bindAll(client: Client): Promise<void> {
  for (const { metadata, spec } of pods(client)) {
    const target = { kind: 'Node', name: 'node-a' };
    if (!spec?.nodeName) await client.post(`${PODS}/${metadata!.name}/binding`, { target });
  }
}

describe('controllers of the embedded cluster', () => {
  it('give a Deployment a ReplicaSet and its pods, which run when they are bound', async () => {
    const client = await startCluster();
    await client.post(DEPLOYMENTS, deployment('web', { replicas: 3 }));
    await eventually(() => expect(pods(client)).toHaveLength(3));
    const [owner] = pods(client)[0]!.metadata!.ownerReferences!;
    expect(owner).toMatchObject({ kind: 'ReplicaSet', controller: true });
    await bindAll(client);
    await eventually(async () => {
      const { body } = await client.get(`${DEPLOYMENTS}/web`);
      expect(body.status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3 });
      expect(body.status.conditions[0]).toMatchObject({ type: 'Available', status: 'True' });
    });
    expect(pods(client).map(({ status }) => status?.phase)).toEqual(['Running', 'Running', 'Running']);
  });

  it('follow a Deployment that is scaled, gets another template, and goes', async () => {
    const client = await startCluster();
    await client.post(DEPLOYMENTS, deployment('web', { replicas: 3 }));
    await eventually(() => expect(pods(client)).toHaveLength(3));
    await bindAll(client);
    await client.patch(`${DEPLOYMENTS}/web/scale`, 'merge-patch+json', { spec: { replicas: 1 } });
    await eventually(() => expect(pods(client)).toHaveLength(1));
    const image = [{ name: 'main', image: 'example.com/main:2' }];
    const template = { spec: { template: { spec: { containers: image } } } };
    await client.patch(`${DEPLOYMENTS}/web`, 'strategic-merge-patch+json', template);
    await eventually(async () => {
      await bindAll(client);
      const images = pods(client).map(({ spec }) => spec!.containers[0]!.image);
      expect(images).toEqual(['example.com/main:2']);
    });
    // what kubectl rollout goes by
    const revisions = client.embedded.store.list<ReplicaSet>('replicasets').map(revisionOf).sort();
    expect(revisions).toEqual(['1', '2']);
    expect(revisionOf((await client.get(`${DEPLOYMENTS}/web`)).body)).toBe('2');
    await client.delete(`${DEPLOYMENTS}/web`);
    await eventually(() => expect(pods(client)).toEqual([]));
    expect(client.embedded.store.list('replicasets')).toEqual([]);
  });

  it('give a StatefulSet its pods and claims by their ordinals, and a DaemonSet a pod for each node', async () => {
    const client = await startCluster();
    const template = deployment('db').spec.template;
    const selector = { matchLabels: { app: 'db' } };
    const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: storage }];
    await client.post('/apis/apps/v1/namespaces/default/statefulsets', {
      metadata: { name: 'db' },
      spec: { replicas: 2, serviceName: 'db', selector, template, volumeClaimTemplates },
    });
    await client.post('/apis/apps/v1/namespaces/default/daemonsets', {
      metadata: { name: 'agent' },
      spec: { selector, template },
    });
    await eventually(() => {
      const names = pods(client).map(({ metadata }) => metadata!.name!);
      expect(names.filter((name) => name.startsWith('db-'))).toEqual(['db-0', 'db-1']);
      expect(names.filter((name) => name.startsWith('agent-'))).toHaveLength(2);
    });
    const claims = client.embedded.store.list('persistentvolumeclaims');
    expect(claims.map(({ metadata }) => metadata?.name)).toEqual(['data-db-0', 'data-db-1']);
  });

  it('run a Job to its end', async () => {
    const client = await startCluster();
    const template = deployment('once').spec.template;
    template.spec.restartPolicy = 'Never';
    const path = '/apis/batch/v1/namespaces/default/jobs';
    await client.post(path, { metadata: { name: 'once' }, spec: { completions: 2, template } });
    await eventually(async () => {
      await bindAll(client);
      const { status } = (await client.get(`${path}/once`)).body;
      expect(status).toMatchObject({ succeeded: 2, conditions: [{ type: 'Complete', status: 'True' }] });
    });
    expect(pods(client).map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded']);
  });

  it('leave pods without an owner alone, and end with the API', async () => {
    const client = await startCluster();
    await client.post(PODS, pod('alone'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pods(client)).toHaveLength(1);
    await client.embedded.close();
    const { version } = client.embedded.store;
    client.embedded.store.load([{ ...deployment('late'), metadata: { name: 'late', namespace: 'default' } }]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(client.embedded.store.version).toBe(version + 1);
  });
});
