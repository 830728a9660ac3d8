// The cache of the live correspondences: one for each class whose pods do not all have their outcomes yet, or had them not
// long ago, as far as there is room.
//
//   expect ──> pods to come ──open──> live ──release of the last pod──> lingering ──deleteLingered──> deleted
//                                       ^                                   │
//                                       └───────── expect: more pods <──────┘
import type { Pod } from '../model/types.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { EquivalenceClass } from '../classes/class-index.ts';
import { Correspondence, type CorrespondenceDeps } from './correspondence.ts';
import { Matches } from '../kernel/program/match.ts';

interface Entry {
  readonly class: EquivalenceClass;
  /** Absent until the class has its batch, and again when others have needed the room. */
  correspondence?: Correspondence;
  /** Pods of the class whose outcome is still open. */
  open: number;
  /** Linear memory that the correspondence had when it, or the next one, was opened. */
  bytes: number;
}

/**
 * The linear memory that correspondences may have together. Without a limit, classes whose pods wait for their bindings
 * would fill it: a correspondence takes some 20 bytes a node.
 */
const BYTES_LIMIT = 32 * 2 ** 20;
/** So many live at the least, however large they are: classes that take turns find theirs. */
const LIVE_LEAST = 16;
/** So many linger at the most, for they have memory of the host too. */
const LINGERING_MOST = 64;

export interface CorrespondencesOptions {
  kernel: Kernel;
  /** Each plugin's score of each node is kept. */
  withDetail: boolean;
  /** They live on after their last pod for as long as their profile says: their owner calls `deleteLingered`. */
  mayLinger?: boolean;
}

export class Correspondences {
  /** Full passes over the nodes so far. */
  passes = 0;
  readonly #means: CorrespondenceDeps;
  readonly #effort = { steps: 0 };
  readonly #entries = new Map<EquivalenceClass, Entry>();
  /** Those that have a correspondence; the one that was opened last is the last. */
  readonly #live = new Set<Entry>();
  readonly #mayLinger: boolean;
  /** Those without pods, and since when; not known before the first `deleteLingered` that follows. In the order of time. */
  readonly #lingering = new Map<Entry, number | undefined>();
  /** The one that was opened last, which may be in use. */
  #opened?: Entry;
  #bytes = 0;

  constructor({ kernel, withDetail, mayLinger = false }: CorrespondencesOptions) {
    this.#mayLinger = mayLinger;
    this.#means = { kernel, matches: new Matches(kernel), withDetail, effort: this.#effort };
    kernel.arena.onShortage = () => this.#dropAll();
  }

  /** What determining nodes took so far. */
  get steps(): number {
    return this.#effort.steps;
  }

  /** The live correspondences. */
  get size(): number {
    return this.#live.size;
  }

  /** Pods of the class will have their turn: what is determined for the first of them stays until `release` of them all. */
  expect(equivalenceClass: EquivalenceClass, pods: number): void {
    const entry = this.#entries.get(equivalenceClass);
    if (entry === undefined) {
      this.#entries.set(equivalenceClass, { class: equivalenceClass, open: pods, bytes: 0 });
      return;
    }
    entry.open += pods;
    this.#lingering.delete(entry);
  }

  /** The correspondence of a class that has pods to come, brought up to date, or determined for `master` when there is none. */
  open(equivalenceClass: EquivalenceClass, master: Pod): Correspondence {
    const entry = this.#entries.get(equivalenceClass)!;
    // groups may have been formed for the pods that the other one has placed
    if (this.#opened !== undefined && this.#opened !== entry) this.#weigh(this.#opened);
    this.#opened = entry;
    const before = entry.correspondence?.passes ?? 0;
    if (entry.correspondence === undefined) {
      entry.correspondence = new Correspondence(this.#means, equivalenceClass, master);
    } else {
      this.#deleteOnFault(entry.correspondence, (known) => known.bringUpToDate(master));
    }
    this.passes += entry.correspondence.passes - before;
    this.#makeRoom(entry);
    return entry.correspondence;
  }

  /** Brings a correspondence that is open up to what others changed, for the pods from `master` on. */
  bringUpToDate(correspondence: Correspondence, master: Pod): void {
    const before = correspondence.passes;
    this.#deleteOnFault(correspondence, (known) => known.bringUpToDate(master));
    this.passes += correspondence.passes - before;
  }

  /** Takes into account what the pods that were placed last took besides their nodes, where that matters to the pods from `next` on. */
  refreshFor(correspondence: Correspondence, next: Pod): void {
    if (correspondence.isSequential && !correspondence.isCurrent) this.determineAgain(correspondence, next);
    else if (correspondence.refreshesAfterEach) this.bringUpToDate(correspondence, next);
  }

  /** Determines the nodes of a class anew, for pods that found none among the candidates that were kept. */
  determineAgain(correspondence: Correspondence, master: Pod): void {
    this.#deleteOnFault(correspondence, (known) => known.determineAgain(master));
    this.passes++;
  }

  /** One that could not be brought up to date says nothing any more. */
  #deleteOnFault(correspondence: Correspondence, update: (known: Correspondence) => void): void {
    try {
      update(correspondence);
    } catch (error) {
      const entry = this.#entries.get(correspondence.class);
      if (entry?.correspondence === correspondence) this.#delete(entry);
      throw error;
    }
  }

  /** Some pods of the class have their outcomes. After the last one the correspondence is deleted, or lingers before that. */
  release(equivalenceClass: EquivalenceClass, pods: number): void {
    const entry = this.#entries.get(equivalenceClass);
    if (entry === undefined || pods === 0) return;
    entry.open -= pods;
    if (entry.open > 0) return;
    if (!this.#lingers(entry)) {
      this.#delete(entry);
      return;
    }
    this.#lingering.set(entry, undefined);
    if (this.#lingering.size > LINGERING_MOST) this.#delete(this.#lingering.keys().next().value!);
  }

  /** Whether the entry may live on without pods. */
  #lingers({ correspondence, class: { context } }: Entry): boolean {
    if (!this.#mayLinger || correspondence === undefined || correspondence.isForNow) return false;
    return context.profile.args.EquivalenceClasses.linger > 0;
  }

  /**
   * Deletes those that have had no pods for as long as their profile says. `now` is in milliseconds of any clock that is
   * always the same one. Returns when there may be the next one to delete.
   */
  deleteLingered(now: number): number | undefined {
    let next: number | undefined;
    for (const [entry, since = now] of this.#lingering) {
      const end = since + lingerOf(entry);
      if (end <= now) {
        this.#delete(entry);
        continue;
      }
      this.#lingering.set(entry, since);
      next = Math.min(next ?? end, end);
    }
    return next;
  }

  /**
   * The live correspondences that need not be determined anew, and the pods that they wait for. The columns that others
   * have read may be gone.
   */
  *list(): Iterable<{ correspondence: Correspondence; open: number }> {
    for (const { correspondence, open } of this.#live)
      if (correspondence!.isCurrent) yield { correspondence: correspondence!, open };
  }

  /** Deletes those that were not opened for the longest when there are too many: they are determined anew when needed. */
  #makeRoom(opened: Entry): void {
    this.#live.delete(opened);
    this.#live.add(opened);
    this.#weigh(opened);
    for (const entry of this.#live) {
      if (this.#bytes <= BYTES_LIMIT || this.#live.size <= LIVE_LEAST) break;
      this.#delete(entry);
    }
  }

  /** Deletes all that are not in use, and what was kept for classes to come. */
  #dropAll(): void {
    for (const entry of this.#live) if (entry !== this.#opened) this.#delete(entry);
    this.#means.matches.dropUnread();
  }

  #weigh(entry: Entry): void {
    const bytes = entry.correspondence?.bytes ?? 0;
    this.#bytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  #delete(entry: Entry): void {
    entry.correspondence?.dispose();
    entry.correspondence = undefined;
    this.#live.delete(entry);
    this.#weigh(entry);
    if (entry.open > 0) return;
    this.#lingering.delete(entry);
    this.#entries.delete(entry.class);
  }
}

/** How long it lives on after its last pod, in milliseconds. */
function lingerOf({ class: { context } }: Entry): number {
  return context.profile.args.EquivalenceClasses.linger * 1000;
}
