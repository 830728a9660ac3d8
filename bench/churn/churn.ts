// Pods and nodes of an API in memory that are replaced by others, each with names that no other has.
import type { Node, Pod } from '../../src/model/types.ts';
import type { Embedded } from '../../src/dev/embedded/server.ts';
import { resourceOfObject } from '../../src/dev/embedded/schema/resources.ts';
import { servedNode, servedPod } from '../workloads/served.ts';

export interface ChurnSize {
  nodes: number;
  pods: number;
  podsPerSecond: number;
}

const NAMESPACE = 'churn';

export class Churn {
  readonly #server: Embedded;
  readonly #nodes: Node[] = [];
  readonly #pods: Pod[] = [];
  #serial = 0;

  /** Creates the nodes and pods that the churn begins with. */
  constructor(server: Embedded, { nodes, pods }: ChurnSize) {
    this.#server = server;
    server.store.load([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
    for (let n = 0; n < nodes; n++) this.#addNode();
    for (let n = 0; n < pods; n++) this.#addPod();
  }

  /** Deletes the pods that came first, and creates as many others. */
  replacePods(count: number): void {
    for (let n = 0; n < count; n++) {
      this.#delete(this.#pods.shift()!);
      this.#addPod();
    }
  }

  replaceNode(): void {
    this.#delete(this.#nodes.shift()!);
    this.#addNode();
  }

  /** Throws when the scheduler does not keep up: most pods that can have a node must have one. */
  check(): void {
    const pods = this.#server.store.collection('pods').sorted();
    const bound = pods.filter(({ object }) => (object as Pod).spec?.nodeName !== undefined).length;
    if (bound < pods.length / 2) throw new Error(`only ${bound} of ${pods.length} pods have a node`);
  }

  #addNode(): void {
    const n = this.#serial++;
    const name = `node-${n}`;
    const node: Node = {
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          [`key-${n}`]: 'x',
          'topology.kubernetes.io/zone': `zone-${n}`,
        },
      },
      spec: { taints: [{ key: 'batch', value: String(n), effect: 'PreferNoSchedule' }] },
      status: { allocatable: { cpu: '8', memory: '32Gi', pods: '110', [`example.com/r-${n}`]: '8' } },
    };
    this.#nodes.push(node);
    this.#server.store.load([servedNode(node, n)]);
  }

  /** A pod that reads and asks for what some node has, and for what none has, under names of its own. */
  #addPod(): void {
    const n = this.#serial++;
    const node = this.#nodes[n % this.#nodes.length]!.metadata!.name!.slice('node-'.length);
    const term = { topologyKey: `key-${node}`, labelSelector: { matchLabels: { [`app-${n}`]: 'x' } } };
    const requests: Record<string, string> = { cpu: '10m', memory: `${1 + (n % 97)}Mi` };
    if (n % 5 === 0) requests[`example.com/r-${node}`] = '1';
    if (n % 7 === 0) requests[`example.com/none-${n}`] = '1';
    const pod: Pod = {
      metadata: {
        name: `pod-${n}`,
        namespace: NAMESPACE,
        uid: `uid-${n}`,
        labels: { app: `app-${n}`, [`app-${n}`]: 'x' },
      },
      spec: {
        containers: [
          {
            name: 'main',
            image: `registry.example/app:${n}`,
            resources: { requests },
            ports: [{ containerPort: 80, hostPort: 1024 + (n % 60_000) }],
          },
        ],
        nodeSelector: n % 11 === 0 ? { [`none-${n}`]: 'x' } : undefined,
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
          },
        },
      },
    };
    const served = servedPod(pod, n) as Pod;
    this.#pods.push(served);
    this.#server.store.load([served]);
  }

  #delete(object: Node | Pod): void {
    const { name, namespace = '' } = object.metadata!;
    const kind = namespace === '' ? 'Node' : 'Pod';
    const resource = resourceOfObject({ apiVersion: 'v1', kind, metadata: object.metadata })!;
    this.#server.store.delete(resource, namespace, name!);
  }
}
