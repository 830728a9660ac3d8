// Scores that are divided by their maximum over the feasible rows: TaintToleration (reversed) and NodeAffinity.
import { next, U8s } from '../columns';
import { CODE_FEASIBLE } from '../layout';
import { Normalized, Program } from '../records';

function findMaximum(score: Normalized, rows: u32, codes: U8s): void {
  const raw = score.raw;
  let maximum: f64 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    if (codes[row] == CODE_FEASIBLE) maximum = max<f64>(maximum, raw[row]);
  }
  score.maximum = maximum;
}

/** Finds the maximum of every normalised score; in a full pass. */
export function findMaxima(program: Program): void {
  const rows = program.cluster.rows;
  for (let n = program.normalizedCount, score = program.normalized; n > 0; n--, score = next(score)) {
    findMaximum(score, rows, program.code);
  }
}

/**
 * Brings the maxima up to date after the row has become feasible or has ceased to be. Returns whether one of them moved,
 * which moves the scores of all rows.
 */
export function moveMaxima(program: Program, row: u32, feasible: bool): bool {
  let moved = false;
  for (let n = program.normalizedCount, score = program.normalized; n > 0; n--, score = next(score)) {
    const raw = score.raw[row];
    const before = score.maximum;
    if (feasible && raw > before) score.maximum = raw;
    else if (!feasible && raw == before && raw > 0) findMaximum(score, program.cluster.rows, program.code);
    if (score.maximum != before) moved = true;
  }
  return moved;
}

/** What the score makes of a raw value, 0 to 100. */
// @ts-ignore: decorator
@inline
export function normalizedOf(score: Normalized, raw: f64): f64 {
  const reverse = score.reverse != 0;
  if (score.maximum == 0) return reverse ? 100 : 0;
  const value = floor<f64>((100 * raw) / score.maximum);
  return reverse ? 100 - value : value;
}

/** The weighted sum of the normalised scores of the row. */
export function normalizedTotal(program: Program, row: u32): f64 {
  let total: f64 = 0;
  for (let n = program.normalizedCount, score = program.normalized; n > 0; n--, score = next(score)) {
    total += score.weight * normalizedOf(score, score.raw[row]);
  }
  return total;
}
