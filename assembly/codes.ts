// The code of a row, as the filters give it one after another.
import { CODE_ABSENT, CODE_FEASIBLE, CODE_REASON_BITS } from './layout';

/** Rejects the row whose code stands at `entry`, unless it is rejected already by a filter before, or by the same one. */
// @ts-ignore: decorator
@inline
export function reject(entry: usize, code: u32): void {
  const now: u32 = load<u8>(entry);
  // there is no node in an absent row, whatever it lacks
  if (now == CODE_ABSENT) return;
  if (now == CODE_FEASIBLE || code >> CODE_REASON_BITS < now >> CODE_REASON_BITS) store<u8>(entry, <u8>code);
}
