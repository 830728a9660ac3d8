// Clusters for the tests of the page.

/** A list as kubectl prints it: nodes of 8 cores in three zones, each with a pod of one core. */
export function clusterText(nodes: number, workloads: readonly object[] = []): string {
  const items = Array.from({ length: nodes }, (_, n) => [node(`node-${n + 1}`, n), running(n)]).flat();
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, ...workloads] });
}

function node(name: string, n: number): object {
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${n % 3}` };
  const allocatable = { cpu: '8', memory: '32Gi', pods: '110' };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, status: { allocatable } };
}

function running(n: number): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `there-${n}`, namespace: 'default', uid: `there-${n}` },
    spec: { nodeName: `node-${n + 1}`, containers: [container('1', '2Gi')] },
    status: { phase: 'Running' },
  };
}

export function deployment(name: string, replicas: number, cpu: string, memory = '1Gi'): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container(cpu, memory)] } },
    },
  };
}

function container(cpu: string, memory: string): object {
  return { name: 'main', image: 'main', resources: { requests: { cpu, memory } } };
}
