// The choice among the nodes of the greatest total.
import {
  CLUSTER_ORDERED_AT,
  CLUSTER_RANDOM_AT,
  CLUSTER_RANK_AT,
  CLUSTER_ROWS_AT,
  MODE_RANDOM,
  TURN_CLUSTER_AT,
  TURN_MODE_AT,
  TURN_TOTAL_AT,
} from './layout';
import { randomBelow } from './number';

function greatestTotal(totals: usize, rows: u32): f64 {
  let greatest: f64 = -1;
  if (ASC_FEATURE_SIMD) {
    let one = f64x2.splat(-1);
    let two = one;
    for (let row: u32 = 0; row < rows; row += 4) {
      one = f64x2.pmax(one, v128.load(totals + (<usize>row << 3)));
      two = f64x2.pmax(two, v128.load(totals + (<usize>row << 3), 16));
    }
    one = f64x2.pmax(one, two);
    greatest = max<f64>(f64x2.extract_lane(one, 0), f64x2.extract_lane(one, 1));
  } else {
    for (let row: u32 = 0; row < rows; row++) greatest = max<f64>(greatest, load<f64>(totals + (<usize>row << 3)));
  }
  return greatest;
}

/** The first row of that total, which one of the rows has. */
function firstOf(totals: usize, rows: u32, total: f64): i32 {
  let row: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    const wanted = f64x2.splat(total);
    for (; row < rows; row += 4) {
      const one = f64x2.eq(v128.load(totals + (<usize>row << 3)), wanted);
      const two = f64x2.eq(v128.load(totals + (<usize>row << 3), 16), wanted);
      if (v128.any_true(v128.or(one, two))) break;
    }
  }
  while (load<f64>(totals + (<usize>row << 3)) != total) row++;
  return row;
}

/** The row to take next: of the greatest total, and among these by name or at random. -1 when no row is feasible. */
export function choose(turn: usize): i32 {
  const cluster = <usize>load<u32>(turn, TURN_CLUSTER_AT);
  const rows = load<u32>(cluster, CLUSTER_ROWS_AT);
  const totals = <usize>load<u32>(turn, TURN_TOTAL_AT);
  const greatest = greatestTotal(totals, rows);
  if (greatest < 0) return -1;
  if ((load<u32>(turn, TURN_MODE_AT) & MODE_RANDOM) != 0) {
    let ties: u32 = 0;
    for (let row: u32 = 0; row < rows; row++) if (load<f64>(totals + (<usize>row << 3)) == greatest) ties++;
    let skip = randomBelow(cluster + CLUSTER_RANDOM_AT, ties);
    for (let row: u32 = 0; row < rows; row++) {
      if (load<f64>(totals + (<usize>row << 3)) == greatest && skip-- == 0) return row;
    }
  }
  if (load<u32>(cluster, CLUSTER_ORDERED_AT) != 0) return firstOf(totals, rows, greatest);
  const ranks = <usize>load<u32>(cluster, CLUSTER_RANK_AT);
  let best: i32 = -1;
  let bestRank: u32 = u32.MAX_VALUE;
  for (let row: u32 = 0; row < rows; row++) {
    if (load<f64>(totals + (<usize>row << 3)) != greatest) continue;
    const rank = load<u32>(ranks + (<usize>row << 2));
    if (rank < bestRank) {
      bestRank = rank;
      best = row;
    }
  }
  return best;
}
