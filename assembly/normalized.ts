// Scores that are divided by their maximum over the feasible nodes: TaintToleration (reversed) and NodeAffinity.
import {
  CLUSTER_ROWS_AT,
  CODE_FEASIBLE,
  NORMALIZED_MAX_AT,
  NORMALIZED_RAW_AT,
  NORMALIZED_REVERSE_AT,
  NORMALIZED_SIZE,
  STALE_TOTALS,
  TURN_CLUSTER_AT,
  TURN_CODE_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_STALE_AT,
} from './layout';

/** Finds the maximum of the raw score at `record` over the feasible rows. */
function findMaximum(turn: usize, record: usize): void {
  const rows = load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_ROWS_AT);
  const codes = <usize>load<u32>(turn, TURN_CODE_AT);
  const raws = <usize>load<u32>(record, NORMALIZED_RAW_AT);
  let maximum: f64 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    if (load<u8>(codes + row) == CODE_FEASIBLE) maximum = max<f64>(maximum, load<f64>(raws + (<usize>row << 3)));
  }
  store<f64>(record, maximum, NORMALIZED_MAX_AT);
}

/** Finds the maximum of every normalised score; in a full pass. */
export function findMaxima(turn: usize): void {
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
    findMaximum(turn, record);
    record += NORMALIZED_SIZE;
  }
}

/** Brings the maxima up to date after the row has become feasible or has ceased to be. */
export function moveMaxima(turn: usize, row: u32, feasible: bool): void {
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
    const raw = load<f64>(<usize>load<u32>(record, NORMALIZED_RAW_AT) + (<usize>row << 3));
    const before = load<f64>(record, NORMALIZED_MAX_AT);
    if (feasible && raw > before) store<f64>(record, raw, NORMALIZED_MAX_AT);
    else if (!feasible && raw == before && raw > 0) findMaximum(turn, record);
    if (load<f64>(record, NORMALIZED_MAX_AT) != before) {
      store<u32>(turn, load<u32>(turn, TURN_STALE_AT) | STALE_TOTALS, TURN_STALE_AT);
    }
    record += NORMALIZED_SIZE;
  }
}

/** The normalised score of the row by `record`, 0 to 100. */
// @ts-ignore: decorator
@inline
export function normalizedScore(record: usize, row: u32): f64 {
  const maximum = load<f64>(record, NORMALIZED_MAX_AT);
  const reverse = load<u32>(record, NORMALIZED_REVERSE_AT) != 0;
  if (maximum == 0) return reverse ? 100 : 0;
  const score = floor<f64>((100 * load<f64>(<usize>load<u32>(record, NORMALIZED_RAW_AT) + (<usize>row << 3))) / maximum);
  return reverse ? 100 - score : score;
}
