// Binding a pod to its node: what the API server holds in the end is what the caller is told.
import type { Right } from '../model/right.ts';
import { Backoff } from './backoff.ts';
import { systemClock, type Clock } from './clock.ts';
import { Limiter } from './limiter.ts';
import { lookUpPod, podPath, type PodLookup, type PodReference } from './pod-lookup.ts';
import { TransportError, type Transport } from './transport.ts';

export type BindOutcome =
  | { type: 'bound' }
  /** The server refused: somebody else has bound the pod (to `node`), or it is being deleted, or gated. */
  | { type: 'conflict'; message: string; node?: string }
  /** The server was asked for the pod: it no longer exists, or another one has taken its name. */
  | { type: 'gone'; message: string }
  /** Not bound as far as is known; `status` is absent when no answer came. */
  | { type: 'failed'; message: string; retryable: boolean; status?: number };

export interface BinderOptions {
  transport: Transport;
  clock?: Clock;
  random?: () => number;
}

export const BINDING_RIGHT: Right = { group: '', resource: 'pods/binding', verbs: ['create'] };

/** Bindings that are in flight at a time: more would only wait in the API server. */
export const BINDINGS_IN_FLIGHT = 48;
/** Pods that are asked for at a time, of those about whose binding the server could not say anything clear. */
const LOOK_UPS_IN_FLIGHT = 8;
const ATTEMPTS = 4;

export class Binder {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #lookUps = new Limiter(() => LOOK_UPS_IN_FLIGHT);

  constructor({ transport, clock = systemClock, random = Math.random }: BinderOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Binds the pod to the node. Never throws: every end is an outcome. `onSent` is told when no further binding is sent, which
   * may be long before what became of it is known.
   */
  async bind(pod: PodReference, node: string, onSent = () => undefined as void): Promise<BindOutcome> {
    const path = `${podPath(pod)}/binding`;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace: pod.namespace, name: pod.name, uid: pod.uid },
      target: { kind: 'Node', name: node },
    };
    const backoff = new Backoff({ initialMs: 100, maxMs: 2000, clock: this.#clock, random: this.#random });
    let mayBeBound = false;
    for (let attempt = 1; ; attempt++) {
      const failed = await this.#attempt(path, binding);
      if (failed === undefined) return { type: 'bound' };
      mayBeBound ||= failed.isUnclear;
      const { status, retryable } = failed.failure;
      // what it says of the pod is asked for: not every answer of this status is the API server's
      const isAboutPod = status === 404 || status === 409;
      const isLast = attempt === ATTEMPTS || this.#transport.ending?.aborted;
      if (!isAboutPod && !isLast) {
        if (!retryable) return failed.failure;
        await this.#clock.sleep(backoff.next(), this.#transport.ending);
        if (!this.#transport.ending?.aborted) continue;
      }
      onSent();
      const found = await this.#lookUp(pod, mayBeBound, backoff);
      return this.#resolve(pod, node, { failure: failed.failure, mayBeBound, found });
    }
  }

  /**
   * Reads what became of the pod after attempts whose own answers do not say it. One that may be bound keeps its node until
   * the server says whether it is: others would be given what it uses.
   */
  async #lookUp(pod: PodReference, mayBeBound: boolean, backoff: Backoff): Promise<PodLookup> {
    const { ending } = this.#transport;
    for (;;) {
      const found = await this.#lookUps.run(() => lookUpPod(this.#transport, pod));
      if (found.type !== 'unknown' || !mayBeBound || !found.mayChange || ending?.aborted) return found;
      await this.#clock.sleep(backoff.next(), ending);
    }
  }

  #resolve(pod: PodReference, node: string, { failure, mayBeBound, found }: Resolved): BindOutcome {
    if (found.type === 'gone') return found;
    if (found.type === 'unknown') return failure;
    const where = found.pod.spec?.nodeName;
    if (where === node && mayBeBound) return { type: 'bound' };
    if (where) {
      const message = `pod ${pod.namespace}/${pod.name} is already bound to node ${where}`;
      return { type: 'conflict', message, node: where };
    }
    return failure.status === 409 ? { type: 'conflict', message: failure.message } : failure;
  }

  /** Sends the binding once. Returns nothing when the pod is bound. */
  async #attempt(path: string, binding: unknown): Promise<FailedAttempt | undefined> {
    try {
      const reply = await this.#transport.request('POST', path, binding);
      if (reply.isDone) return undefined;
      const { status, message, answer } = reply;
      // other refusals of the API server are the same the next time
      const isUnclear = status >= 500 || status < 300;
      const retryable = isUnclear || [404, 409, 429].includes(status) || answer === undefined;
      return { failure: { type: 'failed', status, message, retryable }, isUnclear };
    } catch (error) {
      const isUnclear = !(error instanceof TransportError) || error.mayHaveArrived;
      return { failure: { type: 'failed', message: (error as Error).message, retryable: true }, isUnclear };
    }
  }
}

type Failure = Extract<BindOutcome, { type: 'failed' }>;

interface Resolved {
  failure: Failure;
  mayBeBound: boolean;
  found: PodLookup;
}

interface FailedAttempt {
  failure: Failure;
  /** The pod may be bound all the same: a timeout or a server error may come after that. */
  isUnclear: boolean;
}
