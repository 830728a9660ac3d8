// One replica's part in a fleet: it reads the lease some times a second, says its word where there is something to say, and
// acts by what was written last.
import { leasePath, leaseTime, type Lease, type LeaseSettings } from '../../model/lease.ts';
import { deadlineAfter, systemClock, type Clock } from '../clock.ts';
import type { Leadership } from '../leader-election.ts';
import type { Reply } from '../reply.ts';
import type { Transport } from '../transport.ts';
import { FLEET_HOLDER, leaseWith, newLease, stateIn } from './lease.ts';
import { advance, left, newestView, phaseOf, usesNode, usesPod } from './protocol.ts';
import type { FleetState, Phase, Word } from './protocol.ts';
import { Turns } from './turns.ts';

/** The scheduler, as its membership sees it. */
export interface FleetHost {
  /** Whether nothing that it has decided is under way, and it was told of all that it has bound. */
  isClear(): boolean;
  /** Whether the API server has answered all that it was sent. */
  isAnswered(): boolean;
  /** The greatest resourceVersion of the pods that it has bound, as it was told of them. */
  podsVersion(): string | undefined;
  /** What it has pods to decide on by. */
  wants(): Word['wants'];
  /** Has the pods listed anew: somebody may have bound some of which no word came. */
  listAnew(): void;
  /** What it may do has changed, or may have. */
  looked(): void;
}

/** What a scheduler knows of the fleet that it is in. */
export interface Fleet extends Leadership {
  /** Before anything else. */
  attach(host: FleetHost): void;
  readonly phase: Phase;
  /** Who decides nothing before it has been told of the pods up to here knows what the others have bound. */
  readonly podsVersion: string | undefined;
  /** Whether by this state this one may decide that a pod gets the node. */
  usesNode(name: string, state: FleetState): boolean;
  /** Whether by this state this one decides on the pods of the key. */
  usesPod(key: string, state: FleetState): boolean;
  /** What the lease said last. */
  readonly state: FleetState | undefined;
  readonly identity: string;
}

export function isFleet(leadership: Leadership): leadership is Fleet {
  return 'attach' in leadership;
}

export interface MembershipOptions {
  transport: Pick<Transport, 'request'>;
  settings: LeaseSettings;
  /** Of this process, different from all others'. */
  identity: string;
  /** Told when it becomes a member, and when somebody else holds the lease. */
  onHolder?: (holder: string) => void;
  /** Told who the members are, when these are others than before. */
  onMembers?: (members: readonly string[]) => void;
  onError?: (error: Error) => void;
  clock?: Clock;
  random?: () => number;
}

/** It looks so many times while it waits to renew: others wait for it to hand nodes over. */
const LOOKS = 8;
/** Somebody has written between the reading and the writing. */
const OUTRUN_MS = 20;
/** Who ends does not wait longer to tell the others: they find out. */
const RELEASE_MS = 1000;
/** No turn begins while a member has not renewed for so many periods: all would wait for it. */
const LATE_PERIODS = 2.5;

export class Membership implements Fleet {
  readonly begun: Promise<void>;
  readonly identity: string;
  readonly #options: MembershipOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #turns: Turns;
  #begin!: () => void;
  #host?: FleetHost;
  #lease?: Lease;
  #seenAt = -Infinity;
  #state?: FleetState;
  #holder?: string;
  #members = '';
  /** When the last renewal that the server has accepted was sent. */
  #renewedAt = -Infinity;
  /** When each member was seen to have renewed. */
  readonly #renewals = new Map<string, { count: number; seenAt: number }>();
  #wasMember = false;
  /** It decides nothing more in this turn, which ends when everything is done. */
  #endsTurn = false;
  /** The version of the view after whose lapse the pods were listed. */
  #listedAfter?: number;
  #isOver = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.#turns = new Turns(options.identity);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  attach(host: FleetHost): void {
    this.#host = host;
  }

  get isLeading(): boolean {
    return this.#wasMember && !this.#isOver && this.#leftMs > 0;
  }

  get holder(): string | undefined {
    return this.#holder || undefined;
  }

  get state(): FleetState | undefined {
    return this.#state;
  }

  get phase(): Phase {
    if (!this.isLeading || this.#endsTurn) return 'none';
    return phaseOf(this.#state!, this.identity);
  }

  get podsVersion(): string | undefined {
    return this.#state?.podsVersion;
  }

  usesNode(name: string, state: FleetState): boolean {
    return usesNode(state, this.identity, name);
  }

  usesPod(key: string, state: FleetState): boolean {
    return usesPod(state, this.identity, key);
  }

  /**
   * Becomes a member and stays one. Resolves when the signal aborts; rejects, with the reason, when the membership is lost:
   * from then on this process must not decide.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { retryPeriodSeconds } = this.#options.settings;
    while (!signal.aborted) {
      const hasWritten = await this.#attempt(signal);
      this.#host?.looked();
      if (signal.aborted) return;
      if (this.#wasMember && !this.isLeading) {
        this.#isOver = true;
        throw new Error(`${this.#name} is lost: ${this.#whyLost()}`);
      }
      const periodMs = retryPeriodSeconds * 1000;
      // who was outrun looks again soon
      const pauseMs = !hasWritten ? OUTRUN_MS : this.#state === undefined ? periodMs : periodMs / LOOKS;
      await this.#clock.sleep(pauseMs * (1 + this.#random() / 4), signal);
    }
  }

  /** Leaves the others what it has, so that they need not wait. It must decide nothing more, and end. */
  async release(): Promise<void> {
    const wasMember = this.#wasMember && !this.#isOver;
    const host = this.#host!;
    this.#isOver = true;
    // the others must not take what may still be bound
    if (!wasMember || !host.isAnswered()) return;
    const deadline = deadlineAfter(this.#clock, RELEASE_MS);
    try {
      for (let isDone = false; !isDone && !deadline.signal.aborted;) {
        const state = await this.#look(deadline.signal);
        if (state?.members[this.identity] === undefined) return;
        const parted = left(state, this.identity, {
          podsVersion: host.podsVersion(),
          isClear: host.isClear(),
        });
        isDone = await this.#write(parted, deadline.signal);
      }
    } catch (error) {
      this.#options.onError?.(error as Error);
    } finally {
      deadline.cancel();
    }
  }

  get #leftMs(): number {
    const { renewDeadlineSeconds } = this.#options.settings;
    return this.#renewedAt + renewDeadlineSeconds * 1000 - this.#clock.monotonic();
  }

  get #name(): string {
    const { namespace, name } = this.#options.settings;
    return `the lease ${namespace}/${name}`;
  }

  #whyLost(): string {
    if (this.#holder !== FLEET_HOLDER) return `${this.#holder || 'nobody'} holds it`;
    if (this.#state?.members[this.identity] === undefined) return 'the other replicas have left this one out';
    return `it could not be renewed for ${this.#options.settings.renewDeadlineSeconds} s`;
  }

  /** Looks, and says what there is to say. Returns whether what was said is written, or nothing was to be said. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { renewDeadlineSeconds } = this.#options.settings;
    const deadline = deadlineAfter(
      this.#clock,
      this.#wasMember ? Math.max(1, this.#leftMs) : renewDeadlineSeconds * 1000,
    );
    const bounded = AbortSignal.any([signal, deadline.signal]);
    try {
      const before = await this.#look(bounded);
      if (before === undefined || (this.#wasMember && !this.isLeading)) return true;
      const after = this.#said(before);
      if (after === before) return true;
      const sent = this.#clock.monotonic();
      if (!(await this.#write(after, bounded))) return false;
      // what was answered too late has lost the membership all the same
      if (!this.#wasMember || this.isLeading) this.#renewedAt = sent;
      this.#enter();
      return true;
    } catch (error) {
      if (!signal.aborted) this.#options.onError?.(error as Error);
      return true;
    } finally {
      deadline.cancel();
    }
  }

  #said(before: FleetState): FleetState {
    const host = this.#host!;
    const now = this.#clock.monotonic();
    const { retryPeriodSeconds, leaseDurationSeconds } = this.#options.settings;
    const isClear = host.isClear();
    this.#endsTurn ||= this.#turns.isOver(before, now, isClear && host.wants() === undefined);
    return advance(before, this.identity, {
      isClear,
      podsVersion: host.podsVersion(),
      wants: host.wants(),
      silent: this.#silentFor(leaseDurationSeconds * 1000),
      mayTakeTurn:
        this.phase === 'shard' &&
        this.#turns.mayTake(before, now) &&
        this.#silentFor(LATE_PERIODS * retryPeriodSeconds * 1000).length === 0,
      isTurnOver: this.#endsTurn,
      renews: now >= this.#renewedAt + retryPeriodSeconds * 1000,
    });
  }

  #enter(): void {
    if (this.#wasMember) return;
    this.#wasMember = true;
    this.#begin();
    this.#options.onHolder?.(this.identity);
  }

  /** Reads the lease. Returns what it says of the fleet; undefined while others hold it. */
  async #look(signal: AbortSignal): Promise<FleetState | undefined> {
    const { transport, settings } = this.#options;
    const reply = await transport.request('GET', leasePath(settings), undefined, { signal });
    this.#see(reply.status === 404 ? newLease(settings) : this.#leaseIn(reply, 'getting'));
    return this.#state;
  }

  /** Writes the state, unless somebody has written meanwhile. Returns whether it is written. */
  async #write(state: FleetState, signal: AbortSignal): Promise<boolean> {
    const { transport, settings } = this.#options;
    const lease = leaseWith(this.#lease!, state, settings, leaseTime(this.#clock.now()));
    const path = leasePath(settings);
    const isThere = this.#lease!.metadata?.resourceVersion !== undefined;
    const reply = isThere
      ? await transport.request('PUT', path, lease, { signal })
      : await transport.request('POST', path.slice(0, path.lastIndexOf('/')), lease, { signal });
    if (reply.status === 409) return false;
    this.#see(this.#leaseIn(reply, 'updating'));
    return true;
  }

  #leaseIn(reply: Reply, doing: string): Lease {
    if (reply.isDone) return reply.answer as Lease;
    throw new Error(`${doing} ${this.#name}: ${reply.message}`);
  }

  #see(lease: Lease): void {
    const now = this.#clock.monotonic();
    if (this.#lease?.metadata?.resourceVersion !== lease.metadata?.resourceVersion) this.#seenAt = now;
    this.#lease = lease;
    const holder = lease.spec?.holderIdentity ?? '';
    const hasExpired = now >= this.#seenAt + (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    this.#state = stateIn(lease, hasExpired);
    if (holder !== this.#holder && holder !== FLEET_HOLDER) this.#options.onHolder?.(holder);
    this.#holder = holder;
    // nobody is left that knows this one, or it was left out
    if (this.#wasMember && this.#state?.members[this.identity] === undefined) this.#renewedAt = -Infinity;
    if (this.#state !== undefined) this.#follow(this.#state, now);
  }

  #follow(state: FleetState, now: number): void {
    for (const name of this.#renewals.keys())
      if (state.members[name] === undefined) this.#renewals.delete(name);
    for (const [name, { renewals }] of Object.entries(state.members))
      if (this.#renewals.get(name)?.count !== renewals)
        this.#renewals.set(name, { count: renewals, seenAt: now });
    this.#turns.see(state, now);
    const { members } = newestView(state);
    if (members.join() !== this.#members && this.#wasMember) {
      this.#members = members.join();
      this.#options.onMembers?.(members);
    }
    if (newestView(state).turn !== this.identity) this.#endsTurn = false;
    if (state.lapsed === this.#listedAfter || this.#host === undefined) return;
    this.#listedAfter = state.lapsed;
    this.#host.listAnew();
  }

  /** The members that were not seen to renew for so long. */
  #silentFor(ms: number): string[] {
    const now = this.#clock.monotonic();
    return [...this.#renewals].filter(([, { seenAt }]) => now >= seenAt + ms).map(([name]) => name);
  }
}
