// Which of the nodes that preemption could free is taken: the one whose victims are missed least.
import { startOf, type Candidate } from './victims.ts';

/** Lifts every priority above 0, so that a sum over many pods of negative priorities is not less than one over few. */
const PRIORITY_LIFT = 2 ** 31;

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

const sumOfPriorities = ({ victims }: Candidate): number =>
  victims.reduce((sum, { priority }) => sum + priority + PRIORITY_LIFT, 0);

const numberOfVictims = ({ victims }: Candidate): number => victims.length;

/** Less for later starts; only the victims of the highest priority count. */
function ageAt(now: number): (candidate: Candidate) => number {
  return ({ victims }) => {
    const { priority } = victims[0]!;
    const most = victims.filter((victim) => victim.priority === priority);
    return -Math.min(...most.map((victim) => startOf(victim, now)));
  };
}
