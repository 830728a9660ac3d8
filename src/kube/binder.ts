// Binding a pod to its node: what the API server holds in the end is what the caller is told.
import type { Pod } from '../api/types.ts';
import { Backoff, systemClock, type Clock } from './backoff.ts';
import { replyMessage, type Reply, type Transport } from './transport.ts';

export interface PodReference {
  namespace: string;
  name: string;
  uid: string;
}

export type BindOutcome =
  | { type: 'bound' }
  /** The server refused: the pod is on another node (`node`), is being deleted, or is gated. */
  | { type: 'conflict'; message: string; node?: string }
  /** The pod no longer exists, or another one has taken its name. */
  | { type: 'gone'; message: string }
  /** Not bound as far as is known; `status` is absent when no answer came. */
  | { type: 'failed'; message: string; retryable: boolean; status?: number };

export interface BinderOptions {
  transport: Transport;
  clock?: Clock;
  random?: () => number;
}

/** Bindings that are in flight at a time: more would only wait in the API server. */
export const BINDINGS_IN_FLIGHT = 48;
const ATTEMPTS = 4;

export class Binder {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor({ transport, clock = systemClock, random = Math.random }: BinderOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#random = random;
  }

  /** Binds the pod to the node. Never throws: every end is an outcome. */
  async bind(pod: PodReference, node: string): Promise<BindOutcome> {
    const path = `${podPath(pod)}/binding`;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace: pod.namespace, name: pod.name, uid: pod.uid },
      target: { kind: 'Node', name: node },
    };
    const backoff = new Backoff({ initialMs: 100, maxMs: 2000, clock: this.#clock, random: this.#random });
    for (let attempt = 1; ; attempt++) {
      const { reply, error } = await this.#attempt('POST', path, binding);
      if (reply !== undefined && reply.status < 300) return { type: 'bound' };
      if (reply?.status === 404) return { type: 'gone', message: replyMessage(reply) };
      if (reply?.status === 409) return this.#resolve(pod, node, { ...refusal(reply), retryable: true });
      const failure: Failure = reply ? refusal(reply) : { type: 'failed', message: error!, retryable: true };
      if (!failure.retryable) return failure;
      // A timeout or a server error may come after the pod was bound.
      if (attempt === ATTEMPTS) return this.#resolve(pod, node, failure);
      await this.#clock.sleep(backoff.next());
    }
  }

  /** Reads what became of the pod after an attempt whose own answer does not say it. */
  async #resolve(pod: PodReference, node: string, failure: Failure): Promise<BindOutcome> {
    const { reply } = await this.#attempt('GET', podPath(pod));
    if (reply?.status === 404) return { type: 'gone', message: replyMessage(reply) };
    if (reply?.status !== 200) return failure;
    const found = reply.body as Pod;
    if (found.metadata?.uid !== pod.uid) {
      return {
        type: 'gone',
        message: `pod ${pod.namespace}/${pod.name} was replaced by one with another uid`,
      };
    }
    const where = found.spec?.nodeName;
    if (where === node) return { type: 'bound' };
    if (where) {
      const message = `pod ${pod.namespace}/${pod.name} is already bound to node ${where}`;
      return { type: 'conflict', message, node: where };
    }
    return failure.status === 409 ? { type: 'conflict', message: failure.message } : failure;
  }

  async #attempt(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ reply?: Reply; error?: string }> {
    try {
      return { reply: await this.#transport.request(method, path, body) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }
}

type Failure = Extract<BindOutcome, { type: 'failed' }>;

function refusal(reply: Reply): Failure {
  const retryable = reply.status >= 500 || reply.status === 429;
  return { type: 'failed', status: reply.status, message: replyMessage(reply), retryable };
}

function podPath({ namespace, name }: PodReference): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}
