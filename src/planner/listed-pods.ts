// Pods that are decided in the order in which they are given; nothing comes back to be tried again.
import type { PodQueue } from '../cycle/ports.ts';
import { objectKey, type Pod } from '../model/types.ts';
import type { QueuedPod } from '../queue/types.ts';

export class ListedPods implements PodQueue {
  readonly activeVersion = 0;
  #pods: QueuedPod[] = [];

  /** The pods of the next cycle. */
  list(pods: readonly Pod[]): void {
    this.#pods = pods.map((pod) => ({
      pod,
      key: objectKey(pod),
      uid: pod.metadata?.uid ?? '',
      priority: pod.spec?.priority ?? 0,
      timestamp: 0,
      attempts: 1,
    }));
  }

  drain(): QueuedPod[] {
    return this.#pods.splice(0);
  }

  park(): void {}

  requeue(): void {}

  giveBack(): void {}

  delete(): void {}

  drainGroup(): QueuedPod[] {
    return [];
  }

  waitingOf(): number {
    return 0;
  }
}
