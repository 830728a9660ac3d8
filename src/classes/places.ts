// Where a profile has the constraints that pack something: among its filters, and among its scores.
import { CODE_REASON_BITS } from '../../assembly/layout.ts';
import type { Profile } from '../config/types.ts';
import type { Constraint } from '../constraints/constraint.ts';
import { CONSTRAINTS } from '../constraints/index.ts';

type Packing = Constraint & Required<Pick<Constraint, 'pack'>>;

export interface Place {
  constraint: Packing;
  /** Code of the plugin's first rejection reason; 0 when the profile does not filter by it. */
  code: number;
  /** Weight of the plugin's score; 0 when the profile does not score by it. */
  weight: number;
}

const PACKING = CONSTRAINTS.filter((constraint): constraint is Packing => constraint.pack !== undefined);
const known = new WeakMap<Profile, readonly Place[]>();

/** The constraints that pack something, with their places in the profile. */
export function placesIn(profile: Profile): readonly Place[] {
  const before = known.get(profile);
  if (before !== undefined) return before;
  const places = PACKING.map((constraint): Place => {
    const position = profile.filters.indexOf(constraint.name);
    return {
      constraint,
      code: position === -1 ? 0 : (position + 1) << CODE_REASON_BITS,
      weight: profile.scores.find(({ name }) => name === constraint.name)?.weight ?? 0,
    };
  });
  known.set(profile, places);
  return places;
}
