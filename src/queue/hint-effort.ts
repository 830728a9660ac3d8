// What wake-up hints may take of the only thread: they are asked for each event and each parked class, so that a pod with
// thousands of constraints would slow down every event. Over the limit a hint is not asked, which counts as help: the pod is
// tried again after its backoff.
import type { Pod } from '../model/types.ts';

/** Pods with no more terms are always asked about: that is most of them, and what may wait on the others. */
const FEW_TERMS = 100;
/** Of the other pods together, for one event. */
const TERMS_AN_EVENT = 5000;
/** Of one pod, for the events that came while it was decided. */
const TERMS_MISSED = 100_000;

/** How much hints look at of a pod: labels, values, amounts and the like. */
export function termsOf({ spec }: Pod): number {
  const { affinity, nodeSelector, topologySpreadConstraints, tolerations = [] } = spec ?? {};
  let terms = tolerations.length + leavesIn(affinity) + leavesIn(nodeSelector);
  terms += leavesIn(topologySpreadConstraints);
  for (const containers of [spec?.containers, spec?.initContainers])
    for (const { resources, ports } of containers ?? [])
      terms += leavesIn(resources?.requests) + (ports?.length ?? 0);
  return terms;
}

/** Whether so many events are too many to be looked at for the pod. */
export function isTooMuch(events: number, pod: Pod): boolean {
  return events > 0 && events * termsOf(pod) > TERMS_MISSED;
}

/** What is left for the hints of one event. */
export class HintEffort {
  #left = TERMS_AN_EVENT;

  /** Whether pods of so many terms can be asked about. */
  affords(terms: number): boolean {
    if (terms <= FEW_TERMS) return true;
    if (terms > this.#left) return false;
    this.#left -= terms;
    return true;
  }
}

function leavesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1;
  let leaves = 0;
  for (const each of Object.values(value)) leaves += leavesIn(each);
  return leaves;
}
