import type { Node, Pod } from '../../src/model/types.ts';
import type { Client } from './client.ts';
import { until } from './processes.ts';

/** The list of pods as far as the tests read it. */
interface PodList {
  items: Pod[];
  metadata: { continue?: string };
}

/** A ready node of 8 CPUs and 32 GiB for 110 pods, in one of three zones; the name ends in the number. */
export function node(number: number): Node {
  const name = `node-${String(number).padStart(5, '0')}`;
  const capacity = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${number % 3}` },
    },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

/** A pod of 100m CPU and 128 MiB that waits for its scheduler; the name ends in the number. */
export function pod(
  number: number,
  labels: Record<string, string>,
  schedulerName = 'default-scheduler',
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${String(number).padStart(5, '0')}`, namespace: 'default', labels },
    spec: {
      schedulerName,
      containers: [
        { name: 'main', image: 'example/main:1', resources: { requests: { cpu: '100m', memory: '128Mi' } } },
      ],
    },
  };
}

/** Creates `count` nodes; the client's pool bounds how many requests are in flight. */
export async function createNodes(client: Client, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, number) => client.text('POST', '/api/v1/nodes', node(number))),
  );
}

/** Creates `count` pods in the namespace `default`. */
export async function createPods(
  client: Client,
  count: number,
  labels: Record<string, string>,
  schedulerName?: string,
): Promise<void> {
  const path = '/api/v1/namespaces/default/pods';
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      client.text('POST', path, pod(number, labels, schedulerName)),
    ),
  );
}

/** Creates a Service of the namespace `default` that selects the labels, which are its name's too. */
export async function createService(
  client: Client,
  name: string,
  selector: Record<string, string>,
): Promise<void> {
  await client.text('POST', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ port: 80 }] },
  });
}

/** Every pod of the namespace `default`, in pages. */
export async function listPods(client: Client): Promise<Pod[]> {
  const pods: Pod[] = [];
  let token = '';
  do {
    const page = await client.json<PodList>(
      'GET',
      `/api/v1/namespaces/default/pods?limit=500&continue=${encodeURIComponent(token)}`,
    );
    pods.push(...page.items);
    token = page.metadata.continue ?? '';
  } while (token !== '');
  return pods;
}

/**
 * Waits until every pod of the namespace `default` has a node, and returns them all. Throws when that takes too long,
 * and as soon as `check` does, which sees whether the scheduler is still there.
 */
export async function waitBound(client: Client, timeoutSeconds: number, check?: () => void): Promise<Pod[]> {
  // One pod is enough to know that some wait; asking for all of them over and over would slow the API server down.
  const waiting = '/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3D&limit=1';
  await until('every pod is bound', timeoutSeconds, async () => {
    check?.();
    const { items } = await client.json<PodList>('GET', waiting);
    return items.length === 0 ? true : undefined;
  });
  return listPods(client);
}
