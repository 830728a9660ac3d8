// The batches of a cycle, in rounds. In one round a namespace has its share: what it has beyond comes in the next one, so that
// the pods of one user, however many classes they are, keep those of others waiting for a moment only.
//
//   round 1:  a a a b c        what is left:  a a a a a
//   round 2:  a a a                           a a
//
// Pods of less priority come after all rounds of those of more.
import { addToCount } from '../model/by-key.ts';
import type { Gang } from './gangs/gang-batches.ts';
import type { QueuedPod } from '../queue/types.ts';
import { takeOutThoseThatLeft, type Batch } from './batches.ts';
import type { EquivalenceClass } from '../classes/class-index.ts';

type Part = Batch | Gang;

/** Some tenths of a second. */
const SHARE_STEPS = 20_000_000;
/**
 * Of each pod that waits when a round begins: after it they may be given back and taken again, which must not take longer
 * than what was decided.
 */
const STEPS_A_POD = 2000;
/** Of a batch, besides what its pods take: its class is determined, and what keeps its pods waiting is said. */
const BATCH_STEPS = 50_000;
const STEPS_A_ROW = 100;

/** The steps that a batch takes on so many nodes, besides its pods. */
export function batchSteps(rows: number): number {
  return BATCH_STEPS + rows * STEPS_A_ROW;
}

export class Rounds {
  #parts: Part[] = [];
  #next = 0;
  #later: Part[] = [];
  /** What a namespace has of a round. */
  #share = SHARE_STEPS;
  readonly #spent = new Map<string, number>();
  /** Pods that were not taken, by namespace. */
  readonly #waiting = new Map<string, number>();
  /** Some namespace whose pods wait may not have had its share. */
  #mayTake = true;

  constructor(parts: Part[]) {
    this.restart(parts);
  }

  /** Begins the first round of these in the place of what was left. */
  restart(parts: Part[]): void {
    this.#waiting.clear();
    for (const part of parts) this.#countWaiting(part, podsIn(part));
    this.#restart(parts);
  }

  /** The next one; undefined when the round is over. */
  take(): Part | undefined {
    for (;;) {
      const part = this.#parts[this.#next];
      if (part === undefined || this.#isLessUrgent(part)) return undefined;
      if (!this.#hasHadItsShare(part)) {
        this.#next++;
        this.#countWaiting(part, -podsIn(part));
        return part;
      }
      // what is left stays where it is, for the next round
      if (!this.#othersMayTake()) return undefined;
      this.#next++;
      this.#later.push(part);
    }
  }

  /** Counts what was taken of a namespace's share. */
  spend(part: Part, steps: number): void {
    const namespace = namespaceOf(part);
    this.#spent.set(namespace, (this.#spent.get(namespace) ?? 0) + steps);
    this.#mayTake = true;
  }

  /** Puts what is left of a batch after all others, or before them where the order is strict. */
  putOff(batch: Batch, pods: QueuedPod[]): void {
    const rest = { ...batch, pods, isNominated: false };
    this.#countWaiting(rest, pods.length);
    if (isStrict(batch)) this.#parts[--this.#next] = rest;
    else this.#later.push(rest);
  }

  /** Begins the next round with what is left. Returns whether there is anything. */
  begin(): boolean {
    this.#spent.clear();
    this.#restart(this.#left());
    return this.#parts.length > 0;
  }

  /** The batches that were not taken. */
  get rest(): Batch[] {
    return batchesIn(this.#left());
  }

  #restart(parts: Part[]): void {
    this.#parts = parts;
    this.#next = 0;
    this.#later = [];
    this.#share = shareOf(this.#waiting);
    this.#mayTake = true;
  }

  #countWaiting(part: Part, by: number): void {
    addToCount(this.#waiting, namespaceOf(part), by);
  }

  /** Whether some namespace has pods that wait, and has not had its share; asked once until more is spent. */
  #othersMayTake(): boolean {
    if (!this.#mayTake) return false;
    for (const namespace of this.#waiting.keys()) if (!this.#hasSpentItsShare(namespace)) return true;
    return (this.#mayTake = false);
  }

  /** In the order in which they are taken when nothing else comes. */
  #left(): Part[] {
    const left = this.#parts.slice(this.#next);
    const found = left.findIndex((part) => this.#isLessUrgent(part));
    const end = found < 0 ? left.length : found;
    return [...left.slice(0, end), ...this.#later, ...left.slice(end)];
  }

  /** Whether the part has less priority than one that was put off. */
  #isLessUrgent(part: Part): boolean {
    const [first] = this.#later;
    return first !== undefined && priorityOf(part) < priorityOf(first);
  }

  #hasHadItsShare(part: Part): boolean {
    if (this.#spent.size === 0 || isStrict(part)) return false;
    return this.#hasSpentItsShare(namespaceOf(part));
  }

  #hasSpentItsShare(namespace: string): boolean {
    return (this.#spent.get(namespace) ?? 0) >= this.#share;
  }
}

export function batchesIn(parts: readonly Part[]): Batch[] {
  return parts.flatMap((part) => ('podGroup' in part ? part.batches : part));
}

/**
 * Takes out of the part the pods that have left the queue since it was formed; `onLeft` is told how many of a class. Returns
 * the batches that have others.
 */
export function batchesLeftIn(
  part: Part,
  onLeft: (equivalenceClass: EquivalenceClass, pods: number) => void,
): Batch[] {
  for (const batch of batchesIn([part])) onLeft(batch.class, takeOutThoseThatLeft(batch));
  const left = batchesIn([part]).filter(({ pods }) => pods.length > 0);
  if ('podGroup' in part) part.batches = left;
  return left;
}

function firstOf(part: Part): Batch {
  return 'podGroup' in part ? part.batches[0]! : part;
}

function priorityOf(part: Part): number {
  return firstOf(part).pods[0]!.priority;
}

function podsIn(part: Part): number {
  return 'podGroup' in part ? part.batches.reduce((sum, { pods }) => sum + pods.length, 0) : part.pods.length;
}

/** Namespaces, of which these many pods wait, have as much as one another. */
function shareOf(waiting: ReadonlyMap<string, number>): number {
  let pods = 0;
  for (const ofNamespace of waiting.values()) pods += ofNamespace;
  return Math.max(SHARE_STEPS, (pods * STEPS_A_POD) / Math.max(1, waiting.size));
}

function namespaceOf(part: Part): string {
  return firstOf(part).pods[0]!.pod.metadata?.namespace ?? 'default';
}

/** Whether the queue's own order is kept. */
function isStrict(part: Part): boolean {
  return firstOf(part).class.context.profile.args.EquivalenceClasses.order === 'strict';
}
