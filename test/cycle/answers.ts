// Everything that a correspondence says: of two that must be the same all of it is compared.
import type { Pod } from '../../src/model/types.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import type { Harness } from './fixtures.ts';

export function answersOf(correspondence: Correspondence) {
  const { remedy, ...refusal } = correspondence.refusal();
  return {
    feasible: correspondence.feasible,
    best: correspondence.best(Infinity),
    ties: correspondence.ties(),
    scores: correspondence.scores(),
    rejections: correspondence.rejections(),
    refusal: { ...refusal, hasRemedy: remedy !== undefined },
  };
}

/** Of the nodes that are determined for the pod alone. */
export function passOf({ kernel, cycle }: Harness, pod: Pod) {
  const correspondence = new Correspondence(
    { kernel, matches: new Matches(kernel), withDetail: true },
    cycle.classify(pod)!.class,
    pod,
  );
  try {
    return answersOf(correspondence);
  } finally {
    correspondence.dispose();
  }
}
