// What each node has once: a class's host ports. The host says where it is taken, and placements take it.
import { next, U8s } from '../columns';
import { firstOf, reject } from '../codes';
import { CODE_FEASIBLE } from '../layout';
import { Program } from '../records';

/** The code of the first thing that is taken in the row, or CODE_FEASIBLE. */
export function takenCode(program: Program, row: u32): u32 {
  let code: u32 = CODE_FEASIBLE;
  for (let n = program.exclusiveCount, one = program.exclusives; n > 0; n--, one = next(one)) {
    if (one.taken[row] != 0) code = firstOf(code, one.code);
  }
  return code;
}

/** Rejects each row before `rows` where something is taken. */
export function rejectTaken(program: Program, rows: u32, codes: U8s): void {
  for (let n = program.exclusiveCount, one = program.exclusives; n > 0; n--, one = next(one)) {
    for (let row: u32 = 0; row < rows; row++) if (one.taken[row] != 0) reject(codes, row, one.code);
  }
}

/** Takes what the class's pods need in the row. */
export function takeExclusive(program: Program, row: u32): void {
  for (let n = program.exclusiveCount, one = program.exclusives; n > 0; n--, one = next(one)) one.taken[row] = 1;
}
