// Which of the nodes that preemption could free is taken: the one whose victims are missed least.
import { startOfWaiting, type Candidate } from './victims.ts';

/**
 * The best candidates, by the names of their nodes: those with the fewest broken budgets, the least important victim on
 * top, the least sum of priorities, the fewest victims, and the latest start of the most important ones. kube-scheduler
 * takes any of them. `now` is when victims that have not started count as started.
 */
export function best(candidates: readonly Candidate[], now: number): Candidate[] {
  let left = [...candidates];
  for (const measure of [brokenBudgets, highestPriority, sumOfPriorities, numberOfVictims, ageAt(now)]) {
    const least = Math.min(...left.map(measure));
    left = left.filter((candidate) => measure(candidate) === least);
  }
  return left.sort((one, two) => (one.node < two.node ? -1 : 1));
}

const brokenBudgets = ({ violations }: Candidate): number => violations;

const highestPriority = ({ victims }: Candidate): number => victims[0]!.priority;

const sumOfPriorities = ({ importance }: Candidate): number => importance.sum;

const numberOfVictims = ({ victims }: Candidate): number => victims.length;

/** Less for later starts; only the victims of the highest priority count. */
function ageAt(now: number): (candidate: Candidate) => number {
  const waiting = startOfWaiting(now);
  return ({ importance: { started, hasWaiting } }) => -(hasWaiting ? Math.min(started, waiting) : started);
}
