// The choice among the nodes of the greatest total.
import { addressOf, F64s } from '../columns';
import { MODE_RANDOM } from '../layout';
import { randomBelow } from '../number';
import { Cluster, Program } from '../records';

function greatestTotal(totals: F64s, rows: u32): f64 {
  let greatest: f64 = -1;
  if (ASC_FEATURE_SIMD) {
    let one = f64x2.splat(-1);
    let two = one;
    for (let row: u32 = 0; row < rows; row += 4) {
      const at = addressOf(totals) + (<usize>row << 3);
      one = f64x2.pmax(one, v128.load(at));
      two = f64x2.pmax(two, v128.load(at, 16));
    }
    one = f64x2.pmax(one, two);
    greatest = max<f64>(f64x2.extract_lane(one, 0), f64x2.extract_lane(one, 1));
  } else {
    for (let row: u32 = 0; row < rows; row++) greatest = max<f64>(greatest, totals[row]);
  }
  return greatest;
}

/** The first row of that total, which one of the rows has. */
function firstRowOf(totals: F64s, rows: u32, total: f64): i32 {
  let row: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    const wanted = f64x2.splat(total);
    for (; row < rows; row += 4) {
      const at = addressOf(totals) + (<usize>row << 3);
      const one = f64x2.eq(v128.load(at), wanted);
      const two = f64x2.eq(v128.load(at, 16), wanted);
      if (v128.any_true(v128.or(one, two))) break;
    }
  }
  while (totals[row] != total) row++;
  return row;
}

/** One of the rows of that total, at random. */
function randomRowOf(cluster: Cluster, totals: F64s, total: f64): i32 {
  const rows = cluster.rows;
  let ties: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) if (totals[row] == total) ties++;
  let skip = randomBelow(addressOf(cluster) + offsetof<Cluster>('random'), ties);
  let row: u32 = 0;
  while (totals[row] != total || skip-- != 0) row++;
  return row;
}

/** The row to take next: of the greatest total, and among these by name or at random. -1 when no row is feasible. */
export function choose(program: Program): i32 {
  const cluster = program.cluster;
  const rows = cluster.rows;
  const totals = program.total;
  const greatest = greatestTotal(totals, rows);
  if (greatest < 0) return -1;
  if ((program.mode & MODE_RANDOM) != 0) return randomRowOf(cluster, totals, greatest);
  if (cluster.ordered != 0) return firstRowOf(totals, rows, greatest);
  let best: i32 = -1;
  let bestRank: u32 = u32.MAX_VALUE;
  for (let row: u32 = 0; row < rows; row++) {
    if (totals[row] != greatest) continue;
    const rank = cluster.rank[row];
    if (rank < bestRank) {
      bestRank = rank;
      best = row;
    }
  }
  return best;
}
