// The queue as a cycle sees it that does not look at all nodes: a pod that fits on none of its own is not unschedulable. It
// waits for the turn in which it is decided over all nodes.
import type { PodQueue } from '../../cycle/ports.ts';
import type { SchedulingQueue } from '../../queue/scheduling-queue.ts';
import type { QueuedPod, Verdict } from '../../queue/types.ts';
import type { Shards } from './shards.ts';

export class ShardQueue implements PodQueue {
  readonly #queue: SchedulingQueue;
  readonly #shards: () => Pick<Shards, 'isSpilling' | 'spill'>;

  constructor(queue: SchedulingQueue, shards: () => Pick<Shards, 'isSpilling' | 'spill'>) {
    this.#queue = queue;
    this.#shards = shards;
  }

  get activeVersion(): number {
    return this.#queue.activeVersion;
  }

  drain(): QueuedPod[] {
    return this.#queue.drain();
  }

  park(group: string, pods: readonly QueuedPod[], verdict: Verdict): void {
    const shards = this.#shards();
    if (!shards.isSpilling) return this.#queue.park(group, pods, verdict);
    for (const pod of pods) {
      shards.spill(pod.pod);
      this.#queue.giveBack(pod);
    }
  }

  requeue(pod: QueuedPod, message?: string): void {
    this.#queue.requeue(pod, message);
  }

  giveBack(pod: QueuedPod): void {
    this.#queue.giveBack(pod);
  }

  delete(key: string, uid?: string): void {
    this.#queue.delete(key, uid);
  }

  drainGroup(podGroup: string): QueuedPod[] {
    return this.#queue.drainGroup(podGroup);
  }

  waitingOf(podGroup: string): number {
    return this.#queue.waitingOf(podGroup);
  }
}
