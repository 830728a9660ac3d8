// The PodScheduled condition of pods that could not be scheduled.
import type { Right } from '../model/right.ts';
import type { Pod } from '../model/types.ts';
import { systemClock, type Clock } from './clock.ts';
import { Outbox, type OutboxCounts } from './outbox.ts';
import type { Transport } from './transport.ts';

export const POD_STATUS_RIGHT: Right = { group: '', resource: 'pods/status', verbs: ['patch'] };

/** Why a pod has no node. */
export interface Unscheduled {
  reason: 'Unschedulable' | 'SchedulingGated' | 'SchedulerError';
  message: string;
  /** The node that it is nominated to from now on; '' for none any longer. As it was when absent. */
  nominatedNodeName?: string;
}

export interface PodConditionWriterOptions {
  transport: Transport;
  /** Told of each condition that could not be written. */
  onError: (error: Error) => void;
  clock?: Clock;
  random?: () => number;
}

/** Small beside the bindings' concurrency: conditions may come late, bindings may not. */
const CONCURRENCY = 8;

export class PodConditionWriter {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  /** By uid: what waits to be written. A newer verdict takes the place of an older one. */
  readonly #waiting = new Map<string, Unscheduled>();

  constructor(options: PodConditionWriterOptions) {
    this.#outbox = new Outbox({ ...options, capacity: Infinity, concurrency: () => CONCURRENCY });
    this.#clock = options.clock ?? systemClock;
  }

  get counts(): Readonly<OutboxCounts> {
    return this.#outbox.counts;
  }

  /** Sets PodScheduled=False, unless the pod as given carries this very condition already. */
  unscheduled(pod: Pod, verdict: Unscheduled): void {
    const uid = pod.metadata?.uid ?? '';
    if (this.#waiting.has(uid)) {
      this.#waiting.set(uid, verdict);
      return;
    }
    const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const standing = condition?.status === 'False';
    const { reason, message, nominatedNodeName: nominated } = verdict;
    const isNominated = nominated === undefined || nominated === (pod.status?.nominatedNodeName ?? '');
    if (standing && isNominated && condition.reason === reason && condition.message === message) return;

    const { namespace = 'default', name, generation } = pod.metadata ?? {};
    const since = standing ? condition.lastTransitionTime : undefined;
    this.#waiting.set(uid, verdict);
    this.#outbox.offer(() => {
      const { nominatedNodeName, ...latest } = this.#waiting.get(uid)!;
      this.#waiting.delete(uid);
      const written = {
        type: 'PodScheduled',
        status: 'False',
        ...latest,
        lastTransitionTime: since ?? apiTime(this.#clock.now()),
        ...(generation !== undefined && { observedGeneration: generation }),
      };
      return {
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
        // The server refuses to change a uid: the verdict can never reach a pod that took this one's name.
        body: { metadata: { uid }, status: { conditions: [written], ...nomination(nominatedNodeName) } },
        contentType: 'application/strategic-merge-patch+json',
        isNeedless: (reply) => reply.isRefusal('NotFound', { kind: 'pods', name }),
      };
    });
  }

  /** Takes the nomination off a pod that waits. */
  unseat({ namespace, name, uid }: { namespace: string; name: string; uid?: string }): void {
    this.#outbox.offer(() => ({
      method: 'PATCH',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      body: { metadata: { uid }, status: nomination('') },
      contentType: 'application/strategic-merge-patch+json',
      isNeedless: (reply) => reply.isRefusal('NotFound', { kind: 'pods', name }),
    }));
  }

  /** Resolves when every condition is written or given up. */
  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  /** Drops what is not written yet. */
  stop(): void {
    this.#outbox.stop();
  }
}

function nomination(node: string | undefined): { nominatedNodeName?: string | null } {
  return node === undefined ? {} : { nominatedNodeName: node === '' ? null : node };
}

/** The times of most API fields have whole seconds. */
export function apiTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
