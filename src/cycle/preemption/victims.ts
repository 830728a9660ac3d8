// The pods that would have to leave one node for a pod of a class: all of less priority are taken off it, and as many of
// them as possible are let back, the most important first.
import { CODE_FEASIBLE } from '../../../assembly/layout.ts';
import type { Correspondence } from '../../determination/correspondence.ts';
import type { Effort } from '../../kernel/program/effort.ts';
import type { PodRecord } from '../../state/pod-record.ts';
import type { Budgets } from './budgets.ts';

/** A pod that leaves its node in thought, and comes back. */
const STEPS_A_MOVE = 50;

/** A node and who would leave it. */
export interface Candidate {
  row: number;
  node: string;
  /** The most important first. */
  victims: PodRecord[];
  /** How many of them break a disruption budget. */
  violations: number;
  /** How much they are missed, which is asked for each pod that may take the node. */
  importance: Importance;
}

/** Of victims. */
export interface Importance {
  /** Of all priorities, each lifted above 0: a sum over many negative ones is not less than one over few. */
  sum: number;
  /** The earliest start of those of the highest priority, in milliseconds since 1970; Infinity where none has started. */
  started: number;
  /** Some of them have not started. */
  hasWaiting: boolean;
}

const PRIORITY_LIFT = 2 ** 31;

/** Of victims, the most important first. */
export function importanceOf(victims: readonly PodRecord[]): Importance {
  let sum = 0;
  let started = Infinity;
  let hasWaiting = false;
  for (const victim of victims) {
    sum += victim.priority + PRIORITY_LIFT;
    if (victim.priority !== victims[0]!.priority) continue;
    if (victim.startTime === undefined) hasWaiting = true;
    else started = Math.min(started, Date.parse(victim.startTime));
  }
  return { sum, started, hasWaiting };
}

/** Why preemption does not help on a node. */
export interface NoCandidate {
  reasons: string[];
}

/**
 * Finds the victims on the node in a row, for pods of the priority. The correspondence must be up to date, and is left
 * as it was. Throws EffortError.
 */
export function victimsOn(
  row: number,
  priority: number,
  correspondence: Correspondence,
  budgets: Budgets,
  effort: Effort,
): Candidate | NoCandidate {
  const { cluster } = correspondence.class.context;
  const lesser = cluster.podsIn(row).filter((pod) => pod.priority < priority);
  if (lesser.length === 0) return { reasons: ['No preemption victims found for incoming pod'] };
  effort.spend(correspondence.stepsACheck + lesser.length * STEPS_A_MOVE);
  const away = new Set<PodRecord>();
  const leave = (pod: PodRecord) => {
    correspondence.suppose(pod, row, -1);
    away.add(pod);
  };
  const comeBack = (pod: PodRecord) => {
    correspondence.suppose(pod, row, 1);
    away.delete(pod);
  };
  try {
    for (const pod of lesser) leave(pod);
    const objection = correspondence.objectionTo(row);
    if (objection !== undefined) return { reasons: objection.reasons };
    effort.spend(lesser.length * correspondence.stepsACheck);
    const order = byImportance(cluster.now);
    const { violating, others } = budgets.split(lesser.sort(order));
    const isNeeded = (pod: PodRecord) => {
      comeBack(pod);
      if (correspondence.codeOf(row) === CODE_FEASIBLE) return false;
      leave(pod);
      return true;
    };
    const broken = violating.filter(isNeeded);
    const victims = [...broken, ...others.filter(isNeeded)].sort(order);
    const node = cluster.nodes.node(row)!.name;
    if (victims.length === 0) return { reasons: [`expected at least one victim pod on node "${node}"`] };
    return { row, node, victims, violations: broken.length, importance: importanceOf(victims) };
  } finally {
    for (const pod of [...away]) comeBack(pod);
    correspondence.codeOf(row);
  }
}

/**
 * The time a pod started, in milliseconds since 1970. One that has not started yet counts as started now; where nobody
 * tells the time (0), as younger than all others.
 */
function startOf({ startTime }: PodRecord, now: number): number {
  return startTime === undefined ? startOfWaiting(now) : Date.parse(startTime);
}

/** When a pod that has not started counts as started. */
export function startOfWaiting(now: number): number {
  return now || Infinity;
}

/** Sorts by priority, then the older one first; pods that have not started keep their order. */
function byImportance(now: number): (one: PodRecord, two: PodRecord) => number {
  return (one, two) => {
    if (one.priority !== two.priority) return two.priority - one.priority;
    const [first, second] = [startOf(one, now), startOf(two, now)];
    return first === second ? 0 : first < second ? -1 : 1;
  };
}
