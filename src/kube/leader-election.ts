// Of several schedulers the one that holds a Lease schedules; the others wait until it is given up, or not renewed for as
// long as it says. As client-go elects leaders, so that both understand each other's leases.
import { leasePath, leaseTime, RETRY_JITTER, type Lease, type LeaseSettings } from '../model/lease.ts';
import type { Right } from '../model/right.ts';
import { deadlineAfter, systemClock, type Clock } from './clock.ts';
import type { Reply } from './reply.ts';
import type { Transport } from './transport.ts';

/** Whether this process may decide. */
export interface Leadership {
  /** Whether it is the leader now, and nobody else can be. */
  readonly isLeading: boolean;
  /** Who holds the lease, as far as is known; undefined while nobody does. */
  readonly holder: string | undefined;
  /** Resolves when this process leads for the first time. */
  readonly begun: Promise<void>;
}

/** Of a scheduler that shares its pods with no other. */
export const ALONE: Leadership = { isLeading: true, holder: undefined, begun: Promise.resolve() };

export interface LeaderElectionOptions {
  transport: Pick<Transport, 'request'>;
  settings: LeaseSettings;
  /** Of this process, different from all others'. */
  identity: string;
  /** Told when another one holds the lease, or nobody (''). */
  onHolder?: (holder: string) => void;
  /** Told of each attempt that failed; another holder is no failure. */
  onError?: (error: Error) => void;
  clock?: Clock;
  random?: () => number;
}

/**
 * The right to a lease of this name that is there, in its namespace. Who may make leases makes this one too where it is not:
 * whoever installs a scheduler makes it once, so that it goes when the scheduler goes.
 */
export function rightToLease(name: string): Right {
  return { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'update'], names: [name] };
}

/** Who ends does not wait longer to tell the others: they find out. */
const RELEASE_MS = 1000;

export class LeaderElection implements Leadership {
  readonly begun: Promise<void>;
  readonly #options: LeaderElectionOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  #begin!: () => void;
  /** As it was last seen, and when that was. */
  #lease?: Lease;
  #seenAt = -Infinity;
  /** When the renewal that the server has accepted was sent. */
  #renewedAt = -Infinity;
  #hasBegun = false;
  #isOver = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  get isLeading(): boolean {
    const { renewDeadlineSeconds } = this.#options.settings;
    return (
      !this.#isOver && this.#isOurs && this.#clock.monotonic() < this.#renewedAt + renewDeadlineSeconds * 1000
    );
  }

  get holder(): string | undefined {
    return this.#lease?.spec?.holderIdentity || undefined;
  }

  /**
   * Waits for the lease and then renews it. Resolves when the signal aborts; rejects, with the reason, when the lease is
   * lost: from then on this process must not decide.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { renewDeadlineSeconds, retryPeriodSeconds } = this.#options.settings;
    const period = () => retryPeriodSeconds * 1000 * (1 + this.#random() * (RETRY_JITTER - 1));
    while (!(await this.#attempt(signal, renewDeadlineSeconds * 1000))) {
      if (signal.aborted) return;
      await this.#clock.sleep(period(), signal);
      if (signal.aborted) return;
    }
    this.#hasBegun = true;
    this.#begin();
    for (;;) {
      await this.#clock.sleep(retryPeriodSeconds * 1000, signal);
      if (signal.aborted) return;
      const leftMs = this.#renewedAt + renewDeadlineSeconds * 1000 - this.#clock.monotonic();
      if (leftMs > 0) await this.#attempt(signal, leftMs);
      if (signal.aborted) return;
      if (this.isLeading) continue;
      this.#isOver = true;
      throw new Error(`${this.#name} is lost: ${this.#whyLost()}`);
    }
  }

  /** Gives the lease up, if it is held, so that the next one need not wait. Nothing may be sent as the leader any more. */
  async release(): Promise<void> {
    const wasOurs = this.#isOurs && !this.#isOver;
    this.#isOver = true;
    if (!wasOurs) return;
    const deadline = deadlineAfter(this.#clock, RELEASE_MS);
    try {
      const { leaseTransitions } = this.#lease!.spec!;
      const spec = { ...this.#spec(), holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions };
      await this.#write(spec, deadline.signal);
    } catch (error) {
      this.#options.onError?.(error as Error);
    } finally {
      deadline.cancel();
    }
  }

  get #isOurs(): boolean {
    return this.holder === this.#options.identity;
  }

  get #name(): string {
    const { namespace, name } = this.#options.settings;
    return `the lease ${namespace}/${name}`;
  }

  #whyLost(): string {
    if (this.#isOurs) return `it could not be renewed for ${this.#options.settings.renewDeadlineSeconds} s`;
    return this.holder === undefined ? 'it was taken away' : `${this.holder} holds it`;
  }

  /** Takes or renews the lease, for so long at the most. Returns whether it is held. */
  async #attempt(signal: AbortSignal, mostMs: number): Promise<boolean> {
    const sent = this.#clock.monotonic();
    const deadline = deadlineAfter(this.#clock, mostMs);
    const bounded = AbortSignal.any([signal, deadline.signal]);
    try {
      // what was seen last is likely to be what there is: one request instead of two
      const isHeld = (this.isLeading && (await this.#renew(bounded))) || (await this.#lookAndTake(bounded));
      // a renewal that was answered too late has lost the lease all the same: what was given up meanwhile stays so
      if (isHeld && (!this.#hasBegun || this.isLeading)) this.#renewedAt = sent;
      return isHeld;
    } catch (error) {
      if (!signal.aborted) this.#options.onError?.(error as Error);
      return false;
    } finally {
      deadline.cancel();
    }
  }

  async #renew(signal: AbortSignal): Promise<boolean> {
    const { acquireTime, leaseTransitions } = this.#lease!.spec!;
    return this.#write({ ...this.#spec(), acquireTime, leaseTransitions }, signal);
  }

  async #lookAndTake(signal: AbortSignal): Promise<boolean> {
    const reply = await this.#options.transport.request('GET', this.#path, undefined, { signal });
    if (reply.status === 404) return this.#create(signal);
    this.#see(this.#leaseIn(reply, 'getting'));
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = this.#lease!.spec ?? {};
    if (holderIdentity && !this.#isOurs && !this.#hasExpired()) return false;
    return this.#write(
      this.#isOurs
        ? { ...this.#spec(), acquireTime, leaseTransitions }
        : { ...this.#spec(), leaseTransitions: leaseTransitions + 1 },
      signal,
    );
  }

  /** Whether the lease has not been renewed for as long as it says, by this process's own time. */
  #hasExpired(): boolean {
    const { leaseDurationSeconds = 0 } = this.#lease?.spec ?? {};
    return this.#clock.monotonic() >= this.#seenAt + leaseDurationSeconds * 1000;
  }

  async #create(signal: AbortSignal): Promise<boolean> {
    const { namespace, name } = this.#options.settings;
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: { ...this.#spec(), leaseTransitions: 0 },
    };
    const path = this.#path.slice(0, this.#path.lastIndexOf('/'));
    const reply = await this.#options.transport.request('POST', path, lease, { signal });
    // another one was quicker
    if (reply.status === 409) return false;
    this.#see(this.#leaseIn(reply, 'creating'));
    return true;
  }

  /** Replaces the lease as it was last seen. Returns whether it still was that one. */
  async #write(spec: Lease['spec'], signal: AbortSignal): Promise<boolean> {
    const lease = { ...this.#lease, spec: { ...this.#lease?.spec, ...spec } };
    const reply = await this.#options.transport.request('PUT', this.#path, lease, { signal });
    if (reply.status === 409) return false;
    this.#see(this.#leaseIn(reply, 'updating'));
    return true;
  }

  #leaseIn(reply: Reply, doing: string): Lease {
    if (reply.isDone) return reply.answer as Lease;
    throw new Error(`${doing} ${this.#name}: ${reply.message}`);
  }

  #see(lease: Lease): void {
    const before = this.#lease;
    if (before?.metadata?.resourceVersion === lease.metadata?.resourceVersion) return;
    this.#lease = lease;
    this.#seenAt = this.#clock.monotonic();
    if (this.#isOver) return;
    if (before === undefined || before.spec?.holderIdentity !== lease.spec?.holderIdentity)
      this.#options.onHolder?.(lease.spec?.holderIdentity ?? '');
  }

  /** Held by this process from now on. */
  #spec(): NonNullable<Lease['spec']> {
    const { identity, settings } = this.#options;
    const now = leaseTime(this.#clock.now());
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.trunc(settings.leaseDurationSeconds)),
      acquireTime: now,
      renewTime: now,
    };
  }

  get #path(): string {
    return leasePath(this.#options.settings);
  }
}
