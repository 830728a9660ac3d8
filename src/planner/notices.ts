// What whoever asks for a plan is told besides the decisions: what it supposes, and why there is nothing to decide.
import type { Configuration } from '../config/types.ts';
import { addToCount } from '../model/by-key.ts';
import { schedulerNameOf, type Scenario } from '../model/types.ts';
import type { Intake } from '../scenario/intake.ts';
import { MESSAGES_MAX } from '../scenario/reader.ts';

/** What is wrong with a scenario without nodes. */
export const NO_NODES = 'nodes: there is none to place a pod on: add "coset snapshot"';

/** Nobody outside is asked in a plan: where somebody would be, its configuration says so. */
export function tellOfExtenders({ extenders, notices }: Configuration): void {
  if (extenders.length > 0) notices.push('extenders: not asked in a plan');
}

/** Pods that another scheduler would place: the plan says where the first profile would. */
export function otherSchedulers({ pending }: Scenario, { profiles }: Configuration): string[] {
  const known = new Set(profiles.map(({ schedulerName }) => schedulerName));
  const counts = new Map<string, number>();
  for (const pod of pending) {
    const name = schedulerNameOf(pod);
    if (!known.has(name)) addToCount(counts, name, 1);
  }
  return [...counts].map(
    ([name, pods]) =>
      `pods of the scheduler ${name} (${pods}) are planned as if they were ${profiles[0]!.schedulerName}'s`,
  );
}

/** Why no pod waits in the files. */
export function whyNothing(intake: Intake): string {
  const { running, finished, terminating, unknownNodes, leftOut, others } = intake;
  const elsewhere = Object.values(unknownNodes).reduce((sum, pods) => sum + pods, 0);
  const kinds = Object.entries(others).map(([kind, count]) => `${count} ${kind}`);
  const pods = [
    running > 0 && `${running} on nodes already`,
    elsewhere > 0 && `${elsewhere} on nodes that are not in the files (${some(Object.keys(unknownNodes))})`,
    finished > 0 && `${finished} finished`,
    terminating > 0 && `${terminating} being deleted`,
  ].filter((text) => text !== false);
  const why = [
    pods.length > 0 && `of the pods are ${pods.join(', ')}`,
    leftOut.length > 0 && `left out is ${some(leftOut.map(({ object, reason }) => `${object} (${reason})`))}`,
    kinds.length > 0 && `no pods come of ${some(kinds)}`,
  ].filter((text) => text !== false);
  return why.length > 0 ? why.join('; ') : 'the files hold no pod, and no workload that makes one';
}

function some(texts: readonly string[]): string {
  const rest = texts.length - MESSAGES_MAX;
  return [...texts.slice(0, MESSAGES_MAX), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
