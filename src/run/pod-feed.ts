// Pods of the API server: those with a node into the cluster, ours without one into the queue.
//
//   pending ──> queue ──drain──> in flight ──assume──> cluster (assumed) ──bound──> cluster
//      ^                            │                        │
//      └────── park, backoff <──────┘<──── binding failed ───┘
import { schedulerNameOf, objectKey, type Pod } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { SchedulingCycle } from '../cycle/cycle.ts';
import { later } from '../kube/fleet/protocol.ts';
import type { Listing, WatchHandler } from '../kube/reflector.ts';
import { isClassedAlike } from '../queue/pod-change.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { SharedEvent } from '../queue/types.ts';
import { listingOf } from './listing.ts';
import { PendingPods } from './pending-pods.ts';
import { takeOrRefuse, type OnRefused } from './refused.ts';

export interface PodFeedOptions {
  cluster: Cluster;
  queue: SchedulingQueue;
  cycle: SchedulingCycle;
  /** Whether another replica decides on the pod. */
  isElsewhere(pod: Pod): boolean;
  /** Whether a profile of ours has the scheduler name. */
  isOurs(schedulerName: string): boolean;
  /** The uid of the pod of this name that is being bound. */
  uidInBinding(key: string): string | undefined;
  notify(event: SharedEvent): void;
  onRefused: OnRefused<Pod>;
}

export class PodFeed implements WatchHandler<Pod> {
  readonly #options: PodFeedOptions;
  /** uid of every pod that the API server has, by key. */
  readonly #uids = new Map<string, string>();
  readonly #pending = new PendingPods();
  /** Pods that took the name of one that is still being bound. */
  readonly #successors = new Map<string, Pod>();
  /** Pods that wait in other replicas. */
  readonly #elsewhere = new Map<string, Pod>();
  /** The greatest resourceVersion with which a pod that was assumed here was told to have its node. */
  #boundVersion?: string;

  constructor(options: PodFeedOptions) {
    this.#options = options;
  }

  list(): Listing<Pod> {
    return listingOf({
      keyOf: objectKey,
      take: (pod) => this.#set(pod),
      known: this.#uids,
      drop: (key, uid) => this.#drop(key, uid),
    });
  }

  added(pod: Pod): void {
    this.#set(pod);
  }

  modified(pod: Pod): void {
    this.#set(pod);
  }

  deleted(pod: Pod): void {
    this.#drop(objectKey(pod), pod.metadata?.uid ?? '', pod);
  }

  /** The binding of the pod of this name has its outcome. */
  bindingEnded(key: string): void {
    const successor = this.#successors.get(key);
    if (successor === undefined) return;
    this.#successors.delete(key);
    this.#set(successor);
  }

  get boundVersion(): string | undefined {
    return this.#boundVersion;
  }

  /** Which replica has which pod has changed: has the queue hold those that are this one's. */
  moved(): void {
    const { queue, cycle } = this.#options;
    const isElsewhere = (pod: Pod) => this.#options.isElsewhere(pod);
    for (const { key, uid, pod, newest = pod } of [...queue.pods()]) {
      if (cycle.isBinding(key) || !isElsewhere(newest)) continue;
      queue.delete(key, uid);
      this.#elsewhere.set(key, newest);
    }
    for (const pod of [...this.#elsewhere.values()]) if (!isElsewhere(pod)) this.#set(pod);
  }

  #set(pod: Pod): void {
    takeOrRefuse('Pod', pod, (taken) => this.#take(taken), this.#options.onRefused);
  }

  #take(pod: Pod): void {
    const key = objectKey(pod);
    const uid = pod.metadata?.uid ?? '';
    const known = this.#uids.get(key);
    // the name was taken by another pod between two lists
    if (known !== undefined && known !== uid) this.#drop(key, known);
    this.#uids.set(key, uid);
    const inBinding = this.#options.uidInBinding(key);
    // an outcome that comes must not be taken for the newer pod's
    if (inBinding !== undefined && inBinding !== uid) this.#successors.set(key, pod);
    else if (pod.spec?.nodeName) this.#setAssigned(key, uid, pod);
    else if (this.#options.isOurs(schedulerNameOf(pod))) this.#setPending(key, uid, pod);
  }

  #setAssigned(key: string, uid: string, pod: Pod): void {
    const { cluster, queue, cycle } = this.#options;
    // our own binding has its outcome when the API server has answered it
    if (!cycle.isBinding(key)) queue.delete(key, uid);
    this.#elsewhere.delete(key);
    const nominated = cluster.dropPending(key);
    const { before, changed } = cluster.setPod(pod, key);
    if (nominated?.nodeName !== pod.spec?.nodeName) this.#unseated(nominated);
    if (before?.assumed) this.#boundVersion = later(pod.metadata?.resourceVersion, this.#boundVersion);
    if (before === undefined) this.#options.notify({ kind: 'AssignedPod', after: pod });
    else if (before.assumed) this.#options.notify({ kind: 'AssignedPod', after: pod });
    else if (changed) this.#options.notify({ kind: 'AssignedPod', before: podOf(before), after: pod });
  }

  #setPending(key: string, uid: string, pod: Pod): void {
    const { cluster, queue, cycle } = this.#options;
    if (pod.metadata?.deletionTimestamp !== undefined) {
      queue.delete(key, uid);
      this.#elsewhere.delete(key);
      this.#unseated(cluster.dropPending(key));
      return;
    }
    // a pod that we have bound may still be told of as it was before
    if (cluster.pod(key)?.uid === uid && !cycle.isBinding(key)) return;
    const nominated = cluster.nominations.of(key)?.pod;
    const known = queue.get(key, uid);
    const kept = this.#pending.kept(pod, known?.pod);
    cluster.setPending(kept, key);
    if (nominated?.nodeName !== cluster.nominations.of(key)?.pod.nodeName) this.#unseated(nominated);
    if (this.#options.isElsewhere(kept) && !cycle.isBinding(key)) {
      queue.delete(key, uid);
      this.#elsewhere.set(key, kept);
      return;
    }
    this.#elsewhere.delete(key);
    // a pod that has no class is refused here, where it holds up no other one
    const isAlike = known !== undefined && isClassedAlike(known.pod, kept);
    queue.update(kept, kept, cycle.classify(kept, isAlike ? known.classified : undefined));
  }

  #drop(key: string, uid: string, pod?: Pod): void {
    const { cluster, queue } = this.#options;
    if (this.#uids.get(key) === uid) {
      this.#uids.delete(key);
      this.#successors.delete(key);
    }
    queue.delete(key, uid);
    this.#elsewhere.delete(key);
    const nominated = cluster.dropPending(key);
    const record = cluster.removePod(key, uid);
    if (record !== undefined) this.#options.notify({ kind: 'AssignedPod', before: pod ?? podOf(record) });
    else this.#unseated(nominated);
  }

  #unseated(nominated: PodRecord | undefined): void {
    if (nominated !== undefined) this.#options.notify(nominationEnded(nominated));
  }
}

/** Others have yielded to the pod on its nominated node as if it stood there: to them it has gone. */
export function nominationEnded(nominated: PodRecord): SharedEvent {
  return { kind: 'AssignedPod', before: podOf(nominated) };
}

/** What waiting pods may care about of a pod on a node, from what is kept of it. */
function podOf({ key, namespace, labels, nodeName, usage, ports, volumes }: PodRecord): Pod {
  const requests = Object.fromEntries(
    [...usage.requests].map(([name, amount]) => [name, name === 'cpu' ? `${amount}m` : String(amount)]),
  );
  const hostPorts = ports.map(({ address, protocol, port }) => ({
    containerPort: port,
    hostIP: address,
    protocol,
    hostPort: port,
  }));
  return {
    metadata: { namespace, name: key.split('/')[1], labels },
    spec: {
      nodeName,
      containers: [{ name: 'all', resources: { requests }, ports: hostPorts }],
      volumes: [...volumes],
    },
  };
}
