// The code of a row, as the filters give it one after another.
import { U8s } from './columns';
import { CODE_ABSENT, CODE_FEASIBLE, CODE_REASON_BITS } from './layout';

/** The code of the filter that is asked first; of one filter's the one that it found first. */
// @ts-ignore: decorator
@inline
export function firstOf(known: u32, code: u32): u32 {
  if (code == CODE_FEASIBLE) return known;
  return known == CODE_FEASIBLE || code >> CODE_REASON_BITS < known >> CODE_REASON_BITS ? code : known;
}

/** Rejects the row, unless it is rejected already by a filter before, or by the same one. */
// @ts-ignore: decorator
@inline
export function reject(codes: U8s, row: u32, code: u32): void {
  const now = codes[row];
  // there is no node in an absent row, whatever it lacks
  if (now == CODE_ABSENT) return;
  if (now == CODE_FEASIBLE || code >> CODE_REASON_BITS < now >> CODE_REASON_BITS) codes[row] = code;
}
