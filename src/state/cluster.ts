// The state that is scheduled on: nodes and the pods on them, packed in columns, and the objects that plugins read.
// It is told what happened, and says what a waiting pod may care about. Nothing here talks to an API server or a clock.
import { addToCount, addToSet, deleteFromSet } from '../model/by-key.ts';
import { hasKey, sameLabels, type Selector } from '../model/labels.ts';
import { objectKey, type ApiObject, type Node, type Pod } from '../model/types.ts';
import type { Arena } from './columns/arena.ts';
import { NodeColumns } from './columns/node-columns.ts';
import { Journal } from './journal.ts';
import { Nominations } from './nominations.ts';
import { affinityOf } from './pod-affinity.ts';
import { recordOf, usesTheSame, type PodRecord } from './pod-record.ts';
import { isShapedAs, shapeOf, type PodShape } from './pod-shape.ts';
import { PortUsers } from './port-users.ts';
import { ObjectStore } from './object-store.ts';
import { PodBuckets } from './pod-buckets.ts';
import { NamedClaims } from './named-claims.ts';
import { POD_VOLUMES, VolumeUsers } from './pod-volumes.ts';
import { isSelecting } from './selecting-objects.ts';
import { SelectorsInUse } from './selectors-in-use.ts';
import { Usage } from './usage.ts';

/** The kind, in the store, of what nodes offer; only its changes are counted there. */
export const NODE_AMOUNTS = 'NodeAmounts';

/** What the cluster keeps for the plugins: their registry is one. */
export interface ClusterPlugins {
  /** The selectors that a pod brings along. */
  readonly selectorsOf: (pod: Pod) => Selector[];
  /** The kinds of objects that are read. */
  readonly kinds: Iterable<string>;
  /** The columns of nodes, by their names. */
  readonly columns: ReadonlyMap<string, (node: Node) => string | undefined>;
}

export class Cluster {
  readonly nodes: NodeColumns;
  readonly journal = new Journal();
  readonly #selectors = new SelectorsInUse();
  readonly keys = this.#selectors.keys;
  readonly podBuckets = new PodBuckets(this.keys);
  readonly objects = this.#selectors.objects;
  readonly affinities = this.#selectors.affinities;
  readonly namespaceLabels = this.#selectors.namespaceLabels;
  /** What pods use of the nodes that they are on. */
  readonly usage: Usage;
  readonly portUsers = new PortUsers();
  readonly volumeUsers = new VolumeUsers();
  readonly namedClaims = new NamedClaims();
  /** What only some plugins read: volumes, claims, device slices, disruption budgets... */
  readonly store: ObjectStore;
  /** Pods that wait for a node which others leave for them. */
  readonly nominations = new Nominations();
  /** Milliseconds since 1970, as its owner says at the beginning of each cycle. */
  now = 0;
  readonly #selectorsOf: (pod: Pod) => Selector[];
  readonly #pods = new Map<string, PodRecord>();
  /** Pods whose node is not known yet, by its name. */
  readonly #podsOnUnknownNodes = new Map<string, Set<PodRecord>>();
  readonly #podsByRow: (PodRecord[] | undefined)[] = [];
  readonly #podsByGroup = new Map<string, number>();
  /** Pods that are supposed to be where they are not, or not to be where they are, by the row. */
  readonly #supposed = new Map<PodRecord, number>();
  #keysVersion = 0;

  /** `seed` starts the generator that breaks ties. */
  constructor(arena: Arena, plugins: ClusterPlugins, seed: number) {
    this.nodes = new NodeColumns(arena, seed, plugins.columns);
    this.usage = new Usage(this.nodes);
    this.#selectorsOf = plugins.selectorsOf;
    this.store = new ObjectStore(plugins.kinds);
  }

  /** Counts the changes after which a correspondence must be determined anew. */
  get version(): number {
    return this.nodes.version + this.selectorsVersion + this.affinities.version;
  }

  /** Counts the changes after which a pod may belong to another class: selectors that came or went. */
  get selectorsVersion(): number {
    return this.#selectors.version;
  }

  get podCount(): number {
    return this.#pods.size;
  }

  /**
   * The pods on the node in the row: in the order in which they came, but that the last one takes the place of one that
   * leaves, as in kube-scheduler's cache, whose order decides between victims that have not started.
   */
  podsIn(row: number): readonly PodRecord[] {
    const pods = this.#podsByRow[row] ?? [];
    if (this.#supposed.size === 0) return pods;
    const supposed = [...this.#supposed].filter(([pod, at]) => at === row && pod.row !== row);
    return [...pods.filter((pod) => !this.#supposed.has(pod)), ...supposed.map(([pod]) => pod)];
  }

  /** The pods on a node, be it known or not, in the order in which they stand there or will when it is. */
  podsOn(node: string): readonly PodRecord[] {
    const row = this.nodes.rowOf(node);
    return row === undefined ? [...(this.#podsOnUnknownNodes.get(node) ?? [])] : this.podsIn(row);
  }

  /** How many pods that have a node name a pod group, by "namespace/name". */
  podsOfGroup(key: string): number {
    return this.#podsByGroup.get(key) ?? 0;
  }

  /** All pods that have a node. */
  pods(): Iterable<PodRecord> {
    return this.#pods.values();
  }

  pod(key: string): PodRecord | undefined {
    return this.#pods.get(key);
  }

  setNode(node: Node): { added: boolean; changed: boolean; resized: boolean } {
    const { row, newResources, ...change } = this.nodes.setNode(node);
    if (newResources.length > 0) this.usage.addResources(newResources, this.#pods.values());

    if (change.added) {
      const name = node.metadata?.name ?? '';
      for (const pod of this.#podsOnUnknownNodes.get(name) ?? []) this.#attach(pod, row);
      this.#podsOnUnknownNodes.delete(name);
    } else if (change.resized) {
      this.journal.add(row, -1, 0);
      this.store.changed(NODE_AMOUNTS);
    }
    return change;
  }

  removeNode(name: string): void {
    const row = this.nodes.rowOf(name);
    if (row === undefined) return;
    for (const pod of [...this.podsIn(row)]) {
      this.#detach(pod);
      addToSet(this.#podsOnUnknownNodes, pod.nodeName, pod);
    }
    this.nodes.removeNode(name);
  }

  /**
   * Takes a pod that has a node: new, changed, or the confirmation of one that was assumed. Returns what was known of
   * it before, and whether anything that scheduling sees has changed: labels that no selector reads have not.
   */
  setPod(pod: Pod, key = objectKey(pod)): { before?: PodRecord; changed: boolean } {
    const before = this.#pods.get(key);
    const record = recordOf(pod, pod.spec?.nodeName ?? '', false, this.#shapeAfter(before, pod), key);
    if (before !== undefined && usesTheSame(before, record) && this.#readsTheSame(before, record)) {
      // the usual confirmation: what is packed and counted stays as it is
      record.row = before.row;
      record.bucket = before.bucket;
      this.#replace(before, record);
      return { before, changed: false };
    }
    this.#place(record);
    return { before, changed: true };
  }

  /**
   * Takes a pod that was just given a node. `packed` says that the kernel has already added its usage to the columns,
   * as assign does.
   */
  assume(pod: Pod, row: number, packed: boolean, shape = this.shapeOf(pod), key = objectKey(pod)): PodRecord {
    const record = recordOf(pod, this.nodes.node(row)!.name, true, shape, key);
    this.withdrawNomination(key);
    this.#take(record);
    this.#attach(record, row, packed, shape);
    return record;
  }

  /** What a pod is to its node and to other pods; pods of one template may share it. */
  shapeOf(pod: Pod): PodShape {
    return shapeOf(pod, this.#selectorsOf(pod));
  }

  /** Drops a pod: deleted, finished, or assumed in vain. With a uid, another pod of the same name stays. */
  removePod(key: string, uid?: string): PodRecord | undefined {
    const pod = this.#pods.get(key);
    if (pod === undefined || (uid !== undefined && pod.uid !== undefined && pod.uid !== uid))
      return undefined;
    this.#pods.delete(key);
    this.#countPod(pod, -1);
    if (pod.row === undefined) deleteFromSet(this.#podsOnUnknownNodes, pod.nodeName, pod);
    else this.#detach(pod);
    this.#selectors.release(pod);
    return pod;
  }

  /** Reads the selectors that a waiting pod brings, and the node that it is nominated to, until dropPending. */
  setPending(pod: Pod, key = objectKey(pod)): void {
    this.#selectors.setPending(key, { selectors: this.#selectorsOf(pod), affinity: affinityOf(pod) });
    this.volumeUsers.setWaiting(key, pod.spec);
    this.namedClaims.setWaiting(key, pod);
    const node = pod.status?.nominatedNodeName;
    const known = this.nominations.of(key);
    if (node) this.nominate(pod, node, true);
    else if (known?.isTold) this.withdrawNomination(key);
  }

  /** Forgets what setPending has read. Returns the pod as it would be on the node that it was nominated to. */
  dropPending(key: string): PodRecord | undefined {
    this.#selectors.dropPending(key);
    this.volumeUsers.dropWaiting(key);
    this.namedClaims.dropWaiting(key);
    return this.withdrawNomination(key);
  }

  /**
   * Keeps room on a node for a waiting pod: pods of its priority or of less yield to it there. `isTold` says that the
   * API server's object names the node.
   */
  nominate(pod: Pod, node: string, isTold = false): void {
    const key = objectKey(pod);
    const known = this.nominations.of(key);
    if (known?.pod.nodeName === node && known.isTold === isTold) return;
    this.withdrawNomination(key);
    const record = recordOf(pod, node, false, shapeOf(pod, []));
    this.nominations.add({ pod: record, isTold });
    this.#touch(node);
  }

  /** Returns the pod as it would have been on the node that it was nominated to. */
  withdrawNomination(key: string): PodRecord | undefined {
    const pod = this.nominations.delete(key);
    if (pod !== undefined) this.#touch(pod.nodeName);
    return pod;
  }

  /**
   * Lets a pod come to a row (1), or leave it (-1), in the columns and in `podsIn` only: for a question that is asked of
   * one correspondence. The caller undoes it at once; nobody else is told.
   */
  suppose(pod: PodRecord, row: number, by: 1 | -1): void {
    if (by === (pod.row === row ? -1 : 1)) this.#supposed.set(pod, row);
    else this.#supposed.delete(pod);
    this.usage.add(pod, row, by);
    this.volumeUsers.suppose(pod, row, by);
    for (const port of pod.ports) this.portUsers.count(port, row, by);
  }

  /** Takes (or drops) an object that plugins read. Returns whether anything changed that they see. */
  setObject(object: ApiObject, present: boolean): boolean {
    if (object.kind === 'Namespace') return this.#selectors.setNamespace(object, present);
    if (this.store.keeps(object.kind)) {
      return present
        ? this.store.set(object.kind!, object)
        : this.store.remove(object.kind!, objectKey(object));
    }
    return isSelecting(object) && this.#selectors.setObject(object, present);
  }

  /** Adds up anew what the pods use of their nodes, after the kernel has failed: it may have added what no record has. */
  packAnew(): void {
    this.usage.clear();
    this.#podsByRow.forEach((pods, row) => {
      for (const pod of pods ?? []) this.usage.add(pod, row, 1);
    });
  }

  /**
   * Counts the pods by the labels that are read now, and forgets affinities, label keys and buckets that no pod has any
   * longer when they are many; before anything is determined.
   */
  followKeys(): void {
    this.#selectors.sweep();
    if (this.podBuckets.sweep()) this.journal.forget();
    if (this.#keysVersion === this.keys.version) return;
    this.#keysVersion = this.keys.version;
    const changed = this.keys.takeChanged();
    this.podBuckets.outdate();
    for (const pod of this.#pods.values()) {
      if (pod.row === undefined || !hasKey(pod.labels, changed)) continue;
      this.podBuckets.count(pod.bucket!, pod.row, -1);
      this.#count(pod, pod.row);
    }
  }

  /** Forgets the affinities and label keys that no pod has any longer, be they few: they tell pods apart that are alike. */
  forgetUnread(): void {
    this.#selectors.sweep(false);
  }

  /** The shape of a pod that has a node; of one that was assumed there, and is what it was, without working it out again. */
  #shapeAfter(before: PodRecord | undefined, pod: Pod): PodShape {
    if (before?.assumedSpec === undefined || !isShapedAs(before.assumedSpec, pod)) return this.shapeOf(pod);
    if (sameLabels(before.labels ?? {}, pod.metadata?.labels ?? {})) return before;
    // the API server gives a pod the topology labels of its node
    return { ...before, selectors: this.#selectorsOf(pod) };
  }

  /** Whether the labels of two records are the same as far as selectors read them. */
  #readsTheSame(one: PodRecord, two: PodRecord): boolean {
    if (sameLabels(one.labels ?? {}, two.labels ?? {})) return true;
    return sameLabels(this.keys.project(one.labels), this.keys.project(two.labels));
  }

  /** Has the correspondences look at the node again. */
  #touch(node: string): void {
    const row = this.nodes.rowOf(node);
    if (row !== undefined) this.journal.add(row, -1, 0);
  }

  #countPod({ podGroup }: PodRecord, by: 1 | -1): void {
    if (podGroup !== undefined) addToCount(this.#podsByGroup, podGroup, by);
  }

  #place(record: PodRecord): void {
    this.#take(record);
    const row = this.nodes.rowOf(record.nodeName);
    if (row === undefined) addToSet(this.#podsOnUnknownNodes, record.nodeName, record);
    else this.#attach(record, row);
  }

  /** Takes the record in the place of what was known of its pod. */
  #take(record: PodRecord): void {
    this.#selectors.retain(record);
    this.removePod(record.key);
    this.#pods.set(record.key, record);
    this.#countPod(record, 1);
  }

  #replace(before: PodRecord, record: PodRecord): void {
    if (record.selectors !== before.selectors) {
      this.#selectors.retain(record);
      this.#selectors.release(before);
    }
    this.#pods.set(record.key, record);
    this.#countPod(before, -1);
    this.#countPod(record, 1);
    if (before.row !== undefined) {
      const neighbours = this.#podsByRow[before.row]!;
      neighbours[neighbours.indexOf(before)] = record;
      return;
    }
    const neighbours = this.#podsOnUnknownNodes.get(before.nodeName);
    neighbours?.delete(before);
    neighbours?.add(record);
  }

  #attach(pod: PodRecord, row: number, packed = false, shape?: PodShape): void {
    pod.row = row;
    (this.#podsByRow[row] ??= []).push(pod);
    if (!packed) this.usage.add(pod, row, 1);
    else if (this.usage.isInexact(pod, row)) this.usage.sumAnew(pod, row, this.#podsByRow[row]);
    for (const port of pod.ports) this.portUsers.count(port, row, 1);
    this.#countVolumes(pod, row, 1);
    this.#count(pod, row, shape);
    this.journal.add(row, pod.bucket!.id, 1);
  }

  #detach(pod: PodRecord): void {
    const row = pod.row!;
    const neighbours = this.#podsByRow[row]!;
    const last = neighbours.pop()!;
    if (last !== pod) neighbours[neighbours.indexOf(pod)] = last;
    this.usage.add(pod, row, -1);
    for (const port of pod.ports) this.portUsers.count(port, row, -1);
    this.#countVolumes(pod, row, -1);
    this.podBuckets.count(pod.bucket!, row, -1);
    this.journal.add(row, pod.bucket!.id, -1);
    pod.row = undefined;
    pod.bucket = undefined;
  }

  #countVolumes(pod: PodRecord, row: number, by: 1 | -1): void {
    if (pod.volumes.length === 0) return;
    this.volumeUsers.count(pod, row, by);
    this.store.changed(POD_VOLUMES);
  }

  #count(pod: PodRecord, row: number, shape?: PodShape): void {
    const { podBuckets } = this;
    if (shape?.bucket !== undefined && shape.bucketsVersion === podBuckets.version) {
      pod.bucket = shape.bucket;
    } else {
      pod.bucket = podBuckets.of(pod);
      if (shape !== undefined) {
        shape.bucket = pod.bucket;
        shape.bucketsVersion = podBuckets.version;
      }
    }
    podBuckets.count(pod.bucket, row, 1);
  }
}
