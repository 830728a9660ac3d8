// What is listed and watched, in its order: nodes and objects as they come, pods when the objects are in.
import type { ApiObject } from '../model/types.ts';
import type { Clock } from '../kube/clock.ts';
import { watch, type Watch, type WatchHandler } from '../kube/reflector.ts';
import { missingAmong, NODES, OTHER_RESOURCES, PODS, type WatchedResource } from '../kube/resources.ts';
import type { Transport } from '../kube/transport.ts';

export interface WatchingOptions {
  transport: Transport;
  clock: Clock;
  random: () => number;
  /** Aborted when the scheduler is told to end. */
  ending: AbortSignal;
  handlers: { Pod: WatchHandler<ApiObject>; Node: WatchHandler<ApiObject> };
  otherHandler: (kind: string) => WatchHandler<ApiObject>;
  /** Told of each watch that fails; it is begun again. */
  onFailure: (message: string) => void;
  /** Told of what the server does not have, before anything is listed. */
  onMissing: (resource: WatchedResource) => void;
}

/** What replicas that are all active write for each other to read: who is where, and what is allocated. */
const SHARED_KINDS = ['Pod', 'ResourceClaim'];

export class Watching {
  readonly #options: WatchingOptions;
  readonly #watches: { kind: string; watch: Watch }[] = [];

  constructor(options: WatchingOptions) {
    this.#options = options;
  }

  /** Lists and watches all there is, of the `optional` resources those that the server has. Resolves when the lists are in. */
  async start(optional: readonly WatchedResource[]): Promise<void> {
    const others = this.#followOthers(optional);
    // the classes of pods depend on services and controllers
    const pods = this.#follow(
      PODS,
      others.catch(() => undefined),
    );
    await Promise.all([this.#follow(NODES), others, pods]);
  }

  /** The resourceVersion up to which pods were told of; undefined while something that replicas share is listed. */
  get position(): string | undefined {
    const shared = this.#shared();
    const isListed = shared.every(({ watch: { position } }) => position !== undefined);
    return isListed ? shared.find(({ kind }) => kind === 'Pod')?.watch.position : undefined;
  }

  /** Has listed anew what other replicas may have written. */
  listAnew(): void {
    for (const { watch: one } of this.#shared()) one.listAnew();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map(({ watch: one }) => one.stop()));
  }

  #shared() {
    return this.#watches.filter(({ kind }) => SHARED_KINDS.includes(kind));
  }

  async #followOthers(optional: readonly WatchedResource[]): Promise<void> {
    const { transport, ending, onMissing } = this.#options;
    const missing = await missingAmong(transport, optional);
    // a watch that is begun after the stop would outlive it
    ending.throwIfAborted();
    const isMissing = ({ path }: WatchedResource) => missing.has(path);
    optional.filter(isMissing).forEach(onMissing);
    const there = [...OTHER_RESOURCES, ...optional].filter((resource) => !isMissing(resource));
    await Promise.all(there.map((resource) => this.#follow(resource)));
  }

  /** Resolves when the list is in, which is taken when `after` has come. */
  #follow({ kind, path, query }: WatchedResource, after?: Promise<unknown>): Promise<void> {
    const { handlers, otherHandler, onFailure, transport, clock, random } = this.#options;
    const onError = ({ message }: Error) => onFailure(message);
    const started = watch({
      ...{ transport, clock, random, kind, path, query, after, onError },
      handler: kind === 'Pod' || kind === 'Node' ? handlers[kind] : otherHandler(kind),
    });
    this.#watches.push({ kind, watch: started });
    return started.synced;
  }
}
