// The PodGroupInitiallyScheduled condition of pod groups whose pods were tried together.
import type { PodGroup } from '../model/pod-group.ts';
import type { Right } from '../model/right.ts';
import { systemClock, type Clock } from './clock.ts';
import { Outbox } from './outbox.ts';
import { apiTime } from './pod-condition.ts';
import type { Transport } from './transport.ts';

export const POD_GROUP_STATUS_RIGHT: Right = {
  group: 'scheduling.k8s.io',
  resource: 'podgroups/status',
  verbs: ['patch'],
};

export interface PodGroupConditionWriterOptions {
  transport: Transport;
  /** Told of each condition that could not be written. */
  onError: (error: Error) => void;
  clock?: Clock;
  random?: () => number;
}

const TYPE = 'PodGroupInitiallyScheduled';
/** Small beside the bindings' concurrency: conditions may come late, bindings may not. */
const CONCURRENCY = 4;

export class PodGroupConditionWriter {
  readonly #outbox: Outbox;
  readonly #clock: Clock;

  constructor(options: PodGroupConditionWriterOptions) {
    this.#outbox = new Outbox({ ...options, capacity: Infinity, concurrency: () => CONCURRENCY });
    this.#clock = options.clock ?? systemClock;
  }

  /** Says that enough pods of the group have a node or, with a message, why not. A group that once had enough keeps that. */
  write({ metadata, status }: PodGroup, message?: string): void {
    const standing = status?.conditions?.find(({ type }) => type === TYPE);
    const written = {
      type: TYPE,
      status: message === undefined ? 'True' : 'False',
      reason: message === undefined ? 'Scheduled' : 'Unschedulable',
      message: message ?? '',
    };
    const isSame = standing?.status === written.status;
    if (standing?.status === 'True' || (isSame && standing.message === written.message)) return;
    const { namespace = 'default', name, uid, generation } = metadata ?? {};
    const since = isSame ? standing.lastTransitionTime : apiTime(this.#clock.now());
    const condition = { ...written, lastTransitionTime: since, observedGeneration: generation };
    this.#outbox.offer(() => ({
      method: 'PATCH',
      path: `/apis/scheduling.k8s.io/v1beta1/namespaces/${namespace}/podgroups/${name}/status`,
      // the server refuses to change a uid: the condition can never reach a group that took this one's name
      body: { metadata: { uid }, status: { conditions: [condition] } },
      contentType: 'application/strategic-merge-patch+json',
      isNeedless: (reply) => reply.isRefusal('NotFound', { kind: 'podgroups', name }),
    }));
  }

  /** Drops what is not written yet. */
  stop(): void {
    this.#outbox.stop();
  }
}
