// How a class's pods are placed, by the profile's arguments.
import { MODE_RANDOM, MODE_REQUESTS_VARY, MODE_STATIC } from '../../assembly/layout.ts';
import { FEATURE_PARTS } from '../classes/features.ts';
import type { Framework } from '../plugins/framework.ts';

/** Whether the class's pods may ask for other things than their master: a feature is left out. */
export function requestsVaryIn({ args }: Framework): boolean {
  return args.EquivalenceClasses.features.length < FEATURE_PARTS.length;
}

/** The mode of its programs. */
export function modeOf(profile: Framework): number {
  const { scores, ties } = profile.args.EquivalenceClasses;
  return (
    (scores === 'static' ? MODE_STATIC : 0) |
    (ties === 'random' ? MODE_RANDOM : 0) |
    (requestsVaryIn(profile) ? MODE_REQUESTS_VARY : 0)
  );
}

/** Groups serve exact scores whose ties go to the smallest name, and cannot say what each node's total is. */
export function mayGroup(profile: Framework): boolean {
  return modeOf(profile) === 0 && profile.args.EquivalenceClasses.candidates === undefined;
}
