// Amounts of which a node has so much, and placements take some: cpu, memory, the number of pods, attachments. They are
// whole numbers in f64, exact below 2^53.
import { addressOf, next, U8s } from '../columns';
import { firstOf, reject } from '../codes';
import { CODE_FEASIBLE } from '../layout';
import { Program, Request } from '../records';

// @ts-ignore: decorator
@inline
function isLacking(request: Request, row: u32): bool {
  return request.amount > request.allocatable[row] - request.used[row];
}

/** Whether the row has room for what the class asks for. */
export function fits(program: Program, row: u32): bool {
  for (let n = program.requestCount, request = program.requests; n > 0; n--, request = next(request)) {
    if (isLacking(request, row)) return false;
  }
  return true;
}

/** The code of the first amount that the row lacks, or CODE_FEASIBLE. */
export function lackingCode(program: Program, row: u32): u32 {
  let code: u32 = CODE_FEASIBLE;
  for (let n = program.requestCount, request = program.requests; n > 0; n--, request = next(request)) {
    if (isLacking(request, row)) code = firstOf(code, request.code);
  }
  return code;
}

/** Whether the code is one for which rows are rejected that lack an amount. */
export function isLackingCode(program: Program, code: u32): bool {
  for (let n = program.requestCount, request = program.requests; n > 0; n--, request = next(request)) {
    if (code == request.code) return true;
  }
  return false;
}

/** Rejects each row before `rows` that lacks an amount. */
export function rejectLacking(program: Program, rows: u32, codes: U8s): void {
  for (let n = program.requestCount, request = program.requests; n > 0; n--, request = next(request)) {
    const allocatable = addressOf(request.allocatable);
    const used = addressOf(request.used);
    const amount = f64x2.splat(request.amount);
    for (let row: u32 = 0; row < rows; row += 4) {
      const at = <usize>row << 3;
      const one = f64x2.gt(amount, f64x2.sub(v128.load(allocatable + at), v128.load(used + at)));
      const two = f64x2.gt(amount, f64x2.sub(v128.load(allocatable + at, 16), v128.load(used + at, 16)));
      if (!v128.any_true(v128.or(one, two))) continue;
      const lacking = i64x2.bitmask(one) | (i64x2.bitmask(two) << 2);
      for (let lane: u32 = 0; lane < 4; lane++) {
        if (((lacking >> lane) & 1) != 0) reject(codes, row + lane, request.code);
      }
    }
  }
}

/** Adds to the row what a pod of the class uses. */
export function takeAmounts(program: Program, row: u32): void {
  for (let n = program.usageCount, usage = program.usage; n > 0; n--, usage = next(usage)) {
    usage.used[row] = usage.used[row] + usage.amount;
  }
}
