// Pairing heaps of rows, one for each group, linked through columns: the greatest row score on top, and among equals the
// smallest name. A row is in one heap at most, and can leave from anywhere in it.
import {
  CLUSTER_RANK_AT,
  GROUPS_CHILD_AT,
  GROUPS_NEXT_AT,
  GROUPS_PREVIOUS_AT,
  NO_ROW,
  TURN_CLUSTER_AT,
  TURN_GROUPS_AT,
  TURN_ROW_SCORE_AT,
} from './layout';

const NONE: u32 = <u32>NO_ROW;

// @ts-ignore: decorator
@inline
function at(column: usize, row: u32): usize {
  return column + (<usize>row << 2);
}

// @ts-ignore: decorator
@inline
function column(turn: usize, offset: usize): usize {
  return <usize>load<u32>(<usize>load<u32>(turn, TURN_GROUPS_AT) + offset);
}

// @ts-ignore: decorator
@inline
function isBetter(scores: usize, ranks: usize, one: u32, two: u32): bool {
  const a = load<f64>(scores + (<usize>one << 3));
  const b = load<f64>(scores + (<usize>two << 3));
  return a > b || (a == b && load<u32>(at(ranks, one)) < load<u32>(at(ranks, two)));
}

/** Joins two heaps; either may be NO_ROW. Returns the root, whose own neighbours the caller must set. */
function meld(child: usize, next: usize, previous: usize, scores: usize, ranks: usize, one: u32, two: u32): u32 {
  if (one == NONE) return two;
  if (two == NONE) return one;
  let root = one;
  let under = two;
  if (isBetter(scores, ranks, two, one)) {
    root = two;
    under = one;
  }
  const first = load<u32>(at(child, root));
  store<u32>(at(next, under), first);
  if (first != NONE) store<u32>(at(previous, first), under);
  // the first child's predecessor is its parent
  store<u32>(at(previous, under), root);
  store<u32>(at(child, root), under);
  return root;
}

/** Joins a list of sibling heaps pair by pair, then the pairs from the last to the first. */
function meldSiblings(child: usize, next: usize, previous: usize, scores: usize, ranks: usize, first: u32): u32 {
  let pairs: u32 = NONE;
  let row = first;
  while (row != NONE) {
    const other = load<u32>(at(next, row));
    const after = other == NONE ? NONE : load<u32>(at(next, other));
    const pair = meld(child, next, previous, scores, ranks, row, other);
    store<u32>(at(next, pair), pairs);
    pairs = pair;
    row = after;
  }
  let root: u32 = NONE;
  while (pairs != NONE) {
    const after = load<u32>(at(next, pairs));
    root = meld(child, next, previous, scores, ranks, root, pairs);
    pairs = after;
  }
  return root;
}

// @ts-ignore: decorator
@inline
function asRoot(next: usize, previous: usize, root: u32): u32 {
  if (root != NONE) {
    store<u32>(at(next, root), NONE);
    store<u32>(at(previous, root), NONE);
  }
  return root;
}

/** Puts a row into the heap under `root` (NO_ROW: an empty one). Returns the new root. */
export function heapInsert(turn: usize, root: u32, row: u32): u32 {
  const child = column(turn, GROUPS_CHILD_AT);
  const next = column(turn, GROUPS_NEXT_AT);
  const previous = column(turn, GROUPS_PREVIOUS_AT);
  const ranks = <usize>load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_RANK_AT);
  store<u32>(at(child, row), NONE);
  const scores = <usize>load<u32>(turn, TURN_ROW_SCORE_AT);
  return asRoot(next, previous, meld(child, next, previous, scores, ranks, root, row));
}

/** Takes a row out of the heap under `root`. The row's score must be the one it was put in with. Returns the new root. */
export function heapRemove(turn: usize, root: u32, row: u32): u32 {
  const child = column(turn, GROUPS_CHILD_AT);
  const next = column(turn, GROUPS_NEXT_AT);
  const previous = column(turn, GROUPS_PREVIOUS_AT);
  const ranks = <usize>load<u32>(<usize>load<u32>(turn, TURN_CLUSTER_AT), CLUSTER_RANK_AT);
  const scores = <usize>load<u32>(turn, TURN_ROW_SCORE_AT);
  const children = meldSiblings(child, next, previous, scores, ranks, load<u32>(at(child, row)));
  if (row == root) return asRoot(next, previous, children);
  const before = load<u32>(at(previous, row));
  const after = load<u32>(at(next, row));
  if (load<u32>(at(child, before)) == row) store<u32>(at(child, before), after);
  else store<u32>(at(next, before), after);
  if (after != NONE) store<u32>(at(previous, after), before);
  return asRoot(next, previous, meld(child, next, previous, scores, ranks, root, children));
}
