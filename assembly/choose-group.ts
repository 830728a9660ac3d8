// The choice among the groups: as a full pass would score their nodes.
import { preferenceScore, scoreGroupPreferences } from './constraints/inter-pod-affinity';
import { scoreGroupSpread, spreadScore } from './constraints/pod-topology-spread';
import { groupsOf, openAt, openGroups } from './groups';
import {
  CLUSTER_RANK_AT,
  GROUPS_OPEN_COUNT_AT,
  GROUP_COMPONENTS_AT,
  GROUP_PREFERENCE_AT,
  GROUP_ROOT_AT,
  GROUP_SPREAD_AT,
  NORMALIZED_COMPONENT_AT,
  NORMALIZED_MAX_AT,
  NORMALIZED_REVERSE_AT,
  NORMALIZED_SIZE,
  NORMALIZED_WEIGHT_AT,
  TURN_CLUSTER_AT,
  TURN_FEASIBLE_AT,
  TURN_NORMALIZED_AT,
  TURN_NORMALIZED_COUNT_AT,
  TURN_PREFERENCE_COUNT_AT,
  TURN_PREFERENCE_WEIGHT_AT,
  TURN_ROW_SCORE_AT,
  TURN_SOFT_COUNT_AT,
  TURN_SPREAD_WEIGHT_AT,
} from './layout';

/** Finds the maximum of a raw score over the open groups, by which it is normalised. */
function findMaximum(groups: usize, open: u32, record: usize): void {
  const component = <usize>load<u32>(record, NORMALIZED_COMPONENT_AT) << 3;
  let maximum: f64 = 0;
  for (let n: u32 = 0; n < open; n++) {
    maximum = max<f64>(maximum, load<f64>(openAt(groups, n) + component, GROUP_COMPONENTS_AT));
  }
  store<f64>(record, maximum, NORMALIZED_MAX_AT);
}

/** What the normalised scores add to a group's total. */
function normalizedScoreOf(turn: usize, group: usize): f64 {
  let total: f64 = 0;
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = load<u32>(turn, TURN_NORMALIZED_COUNT_AT); n > 0; n--) {
    const component = <usize>load<u32>(record, NORMALIZED_COMPONENT_AT) << 3;
    const maximum = load<f64>(record, NORMALIZED_MAX_AT);
    let score = maximum == 0 ? 0 : floor<f64>((100 * load<f64>(group + component, GROUP_COMPONENTS_AT)) / maximum);
    if (load<u32>(record, NORMALIZED_REVERSE_AT) != 0) score = 100 - score;
    total += load<f64>(record, NORMALIZED_WEIGHT_AT) * score;
    record += NORMALIZED_SIZE;
  }
  return total;
}

/** The row to take next, whose total is left at `totalAt`; -1 when no row is feasible. */
export function chooseByGroups(turn: usize, totalAt: usize): i32 {
  const groups = groupsOf(turn);
  store<u32>(turn, openGroups(turn, groups), TURN_FEASIBLE_AT);
  const open = load<u32>(groups, GROUPS_OPEN_COUNT_AT);
  const spread = load<u32>(turn, TURN_SOFT_COUNT_AT) != 0;
  const preferences = load<u32>(turn, TURN_PREFERENCE_COUNT_AT) != 0;
  if (spread) scoreGroupSpread(turn, groups);
  if (preferences) scoreGroupPreferences(turn, groups);
  const normalized = load<u32>(turn, TURN_NORMALIZED_COUNT_AT);
  let record = <usize>load<u32>(turn, TURN_NORMALIZED_AT);
  for (let n = normalized; n > 0; n--) {
    findMaximum(groups, open, record);
    record += NORMALIZED_SIZE;
  }
  const scores = <usize>load<u32>(turn, TURN_ROW_SCORE_AT);
  const ranks = <usize>load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_RANK_AT);
  let best: i32 = -1;
  let greatest: f64 = -1;
  let bestRank: u32 = 0;
  for (let n: u32 = 0; n < open; n++) {
    const group = openAt(groups, n);
    const row = load<u32>(group, GROUP_ROOT_AT);
    let total = load<f64>(scores + (<usize>row << 3));
    if (spread) total += load<f64>(turn, TURN_SPREAD_WEIGHT_AT) * spreadScore(turn, load<f64>(group, GROUP_SPREAD_AT));
    if (preferences) {
      const preferred = preferenceScore(turn, load<f64>(group, GROUP_PREFERENCE_AT));
      total += load<f64>(turn, TURN_PREFERENCE_WEIGHT_AT) * preferred;
    }
    if (normalized != 0) total += normalizedScoreOf(turn, group);
    const rank = load<u32>(ranks + (<usize>row << 2));
    if (total > greatest || (total == greatest && rank < bestRank)) {
      greatest = total;
      best = row;
      bestRank = rank;
    }
  }
  store<f64>(totalAt, greatest);
  return best;
}
