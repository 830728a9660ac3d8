// A cluster that stays while pods are decided on it and objects come, change and go: the objects, and what is packed of them.
// Forks see it in versions of their own (history.ts): what is different between two versions is noted as it is changed.
import { append } from '../model/by-key.ts';
import {
  objectKey,
  type ApiObject,
  type LimitRange,
  type Node,
  type Pod,
  type PriorityClass,
  type RuntimeClass,
  type Scenario,
  type StorageClass,
} from '../model/types.ts';
import { setDefaults, type ClusterFacts } from '../defaults/index.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Cluster } from '../state/cluster.ts';
import type { StoreEntry } from '../state/object-store.ts';
import type { Changes, History, Versioned } from './history.ts';

/** A pod, and its place among those that wait. */
export interface KeptPod {
  readonly pod: Pod;
  readonly place: number;
}

/** What there is, by section and key. */
export interface Sections {
  /** By name. */
  nodes: Node;
  /** By "namespace/name"; those that have no node wait. */
  pods: KeptPod;
  /** What the cluster's store does not keep, by "kind namespace/name". */
  objects: ApiObject;
  /** What it keeps, by "kind namespace/name". */
  entries: StoreEntry;
  /** The pods of a node in their order, by the node's name; where some have left, which changes the order of the others. */
  orders: readonly string[];
  /** The generator that breaks ties, by "". */
  random: [number, number];
}

export class KeptCluster implements Versioned<Sections> {
  readonly cluster: Cluster;
  readonly kernel: Kernel;
  readonly nodes = new Map<string, Node>();
  readonly pods = new Map<string, KeptPod>();
  readonly waiting = new Map<string, KeptPod>();
  readonly objects = new Map<string, ApiObject>();
  readonly #impliedNamespaces = new Set<string>();
  #history?: History<Sections>;
  #places = 0;
  #isRestoring = false;
  /** Until an object changes. */
  #facts?: ClusterFacts;

  /** `seed` starts the generator that breaks ties. */
  constructor(kernel: Kernel, registry: Registry, seed: number) {
    this.kernel = kernel;
    this.cluster = new Cluster(kernel.arena, registry, seed);
    this.cluster.store.onChange = (kind, key, before) => {
      if (!this.#isRestoring) this.#record('entries', `${kind} ${key}`, () => before);
    };
  }

  /** Has what changes from now on noted there. */
  follow(history: History<Sections>): void {
    this.#history = history;
  }

  /** Takes everything of a scenario, whose objects are right and complete. */
  load({ nodes, pods, objects, pending }: Scenario): void {
    for (const node of nodes) this.setNode(node);
    for (const pod of [...pods, ...pending]) this.#implyNamespace(pod);
    for (const object of objects) this.setObject(object);
    for (const pod of [...pods, ...pending]) this.setPod(pod);
  }

  setNode(node: Node): void {
    const name = node.metadata?.name ?? '';
    const before = this.nodes.get(name);
    this.cluster.setNode(node);
    this.#record('nodes', name, () => before);
    this.nodes.set(name, node);
  }

  removeNode(name: string): void {
    const before = this.nodes.get(name);
    if (before === undefined) return;
    this.#record('nodes', name, () => before);
    this.#recordOrder(name);
    this.nodes.delete(name);
    this.cluster.removeNode(name);
  }

  /** Takes a pod that has a node, or that waits. */
  setPod(pod: Pod): void {
    const key = objectKey(pod);
    const before = this.pods.get(key);
    this.#recordOrder(before?.pod.spec?.nodeName);
    this.#implyNamespace(pod);
    // one that has waited before keeps its place
    const kept = { pod, place: this.waiting.get(key)?.place ?? this.#places++ };
    this.#putPod(key, kept);
    this.#record('pods', key, () => before);
  }

  removePod(key: string): void {
    const before = this.pods.get(key);
    if (before === undefined) return;
    this.#record('pods', key, () => before);
    this.#recordOrder(before.pod.spec?.nodeName);
    this.#putPod(key, undefined);
  }

  /** Notes that waiting pods stand on these nodes now: the cluster knows it. */
  placed(placements: readonly { key: string; node: string }[]): void {
    for (const { key, node } of placements) {
      const before = this.pods.get(key);
      // another one of the same list has taken its place meanwhile
      if (before === undefined) continue;
      this.#record('pods', key, () => before);
      const { pod, place } = before;
      this.pods.set(key, { pod: { ...pod, spec: { ...pod.spec!, nodeName: node } }, place });
      this.waiting.delete(key);
      this.cluster.dropPending(key);
    }
  }

  /** Before ties are broken. */
  recordRandom(): void {
    this.#record('random', '', () => this.cluster.nodes.columns.random);
  }

  setObject(object: ApiObject): void {
    const { kind } = object;
    if (this.cluster.store.keeps(kind)) {
      this.cluster.setObject(object, true);
      return;
    }
    const key = `${kind} ${objectKey(object)}`;
    const before = this.objects.get(key);
    this.cluster.setObject(object, true);
    this.#record('objects', key, () => before);
    this.objects.set(key, object);
    this.#facts = undefined;
  }

  removeObject(object: ApiObject): void {
    if (this.cluster.store.keeps(object.kind)) {
      this.cluster.setObject(object, false);
      return;
    }
    const key = `${object.kind} ${objectKey(object)}`;
    const before = this.objects.get(key);
    if (before === undefined) return;
    this.#record('objects', key, () => before);
    this.#putObject(key, before, undefined);
  }

  /** The pods that wait, by falling priority and then as they came. */
  waitingInOrder(): Pod[] {
    const priorityOf = ({ pod }: KeptPod) => pod.spec?.priority ?? 0;
    return [...this.waiting.values()]
      .sort((one, two) => priorityOf(two) - priorityOf(one) || one.place - two.place)
      .map(({ pod }) => pod);
  }

  /** All pods: node by node, by name, in the order in which they stand there; then those that wait. */
  podsInOrder(): Pod[] {
    const nodes = new Set(this.nodes.keys());
    for (const { pod } of this.pods.values()) if (pod.spec?.nodeName) nodes.add(pod.spec.nodeName);
    const standing = [...nodes]
      .sort()
      .flatMap((name) => this.#orderOf(name).map((key) => this.pods.get(key)!.pod));
    const waiting = [...this.waiting.values()].sort((one, two) => one.place - two.place);
    return [...standing, ...waiting.map(({ pod }) => pod)];
  }

  /** What decides on pods that are created. */
  facts(): ClusterFacts {
    return (this.#facts ??= this.#findFacts());
  }

  #findFacts(): ClusterFacts {
    const byKind = new Map<string, ApiObject[]>();
    for (const object of this.objects.values()) append(byKind, object.kind ?? '', object);
    const of = <T extends ApiObject>(kind: string) => (byKind.get(kind) ?? []) as T[];
    return {
      priorityClasses: () => of<PriorityClass>('PriorityClass'),
      runtimeClass: (name) =>
        of<RuntimeClass>('RuntimeClass').find(({ metadata }) => metadata?.name === name),
      limitRanges: (namespace) =>
        of<LimitRange>('LimitRange').filter(
          ({ metadata }) => (metadata?.namespace ?? 'default') === namespace,
        ),
      storageClasses: () => this.cluster.store.list<StorageClass>('StorageClass'),
      node: (name) => this.nodes.get(name),
    };
  }

  none(): Changes<Sections> {
    return {
      nodes: new Map(),
      pods: new Map(),
      objects: new Map(),
      entries: new Map(),
      orders: new Map(),
      random: new Map(),
    };
  }

  apply(changes: Changes<Sections>): Changes<Sections> {
    const inverse = this.none();
    this.#isRestoring = true;
    try {
      const left = [...changes.pods.keys()].flatMap((key) => this.pods.get(key)?.pod.spec?.nodeName ?? []);
      for (const name of new Set([...changes.orders.keys(), ...left]))
        inverse.orders.set(name, this.#orderOf(name));
      for (const [name, node] of changes.nodes) {
        inverse.nodes.set(name, this.nodes.get(name));
        this.#putNode(name, node);
      }
      for (const [key, object] of changes.objects) {
        const before = this.objects.get(key);
        inverse.objects.set(key, before);
        this.#putObject(key, before, object);
      }
      for (const [name, entry] of changes.entries) {
        const space = name.indexOf(' ');
        const [kind, key] = [name.slice(0, space), name.slice(space + 1)];
        inverse.entries.set(name, this.cluster.store.entry(kind, key));
        this.cluster.store.put(kind, key, entry);
      }
      for (const [key, kept] of changes.pods) {
        inverse.pods.set(key, this.pods.get(key));
        this.#putPod(key, kept);
      }
      for (const [name, order] of changes.orders) this.#putOrder(name, order!);
      for (const [, random] of changes.random) {
        inverse.random.set('', this.cluster.nodes.columns.random);
        this.cluster.nodes.columns.random = random!;
      }
    } finally {
      this.#isRestoring = false;
    }
    return inverse;
  }

  #record<S extends keyof Sections>(section: S, key: string, before: () => Sections[S] | undefined): void {
    this.#history?.record(section, key, before);
  }

  /** A pod will leave its node, and another one take its place in the order. */
  #recordOrder(node: string | undefined): void {
    if (node !== undefined && this.#history?.isObserved)
      this.#record('orders', node, () => this.#orderOf(node));
  }

  #orderOf(node: string): string[] {
    return this.cluster.podsOn(node).map(({ key }) => key);
  }

  #putNode(name: string, node: Node | undefined): void {
    if (node === undefined) {
      this.nodes.delete(name);
      this.cluster.removeNode(name);
    } else {
      this.cluster.setNode(node);
      this.nodes.set(name, node);
    }
  }

  #putPod(key: string, kept: KeptPod | undefined): void {
    const { cluster, pods, waiting } = this;
    if (kept === undefined) {
      pods.delete(key);
      waiting.delete(key);
      cluster.dropPending(key);
      cluster.removePod(key);
      return;
    }
    if (kept.pod.spec?.nodeName) {
      cluster.setPod(kept.pod, key);
      cluster.dropPending(key);
      waiting.delete(key);
    } else {
      cluster.setPending(kept.pod, key);
      cluster.removePod(key);
      waiting.set(key, kept);
    }
    pods.set(key, kept);
  }

  #putObject(key: string, before: ApiObject | undefined, object: ApiObject | undefined): void {
    this.#facts = undefined;
    if (object !== undefined) {
      this.cluster.setObject(object, true);
      this.objects.set(key, object);
      return;
    }
    if (before === undefined) return;
    this.objects.delete(key);
    this.cluster.setObject(before, false);
    const { name = '' } = before.metadata ?? {};
    // its pods are still there
    if (before.kind === 'Namespace' && this.#impliedNamespaces.delete(name)) this.#imply(name);
  }

  #putOrder(node: string, order: readonly string[]): void {
    const now = this.#orderOf(node);
    const standing = new Set(now);
    const known = new Set(order);
    const wanted = [...order.filter((key) => standing.has(key)), ...now.filter((key) => !known.has(key))];
    if (wanted.every((key, n) => key === now[n])) return;
    for (const key of wanted) this.cluster.removePod(key);
    for (const key of wanted) this.cluster.setPod(this.pods.get(key)!.pod, key);
  }

  /** The namespace of a pod is there, with the label that the API server gives each; an object of its own replaces it. */
  #implyNamespace({ metadata }: Pod): void {
    this.#imply(metadata?.namespace ?? 'default');
  }

  #imply(name: string): void {
    if (this.#impliedNamespaces.has(name)) return;
    this.#impliedNamespaces.add(name);
    if (this.cluster.namespaceLabels(name) !== undefined) return;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    setDefaults(namespace);
    this.cluster.setObject(namespace, true);
  }
}
