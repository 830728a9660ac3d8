// Pairing heaps of rows, one for each group, linked through columns: the greatest row score on top, and among equals the
// smallest name. A row is in one heap at most, and can leave from anywhere in it.
import { F64s, U32s } from '../columns';
import { NO_ROW } from '../layout';
import { Groups, Program } from '../records';

const NONE: u32 = <u32>NO_ROW;

// @ts-ignore: decorator
@inline
function isBetter(scores: F64s, ranks: U32s, one: u32, two: u32): bool {
  const a = scores[one];
  const b = scores[two];
  return a > b || (a == b && ranks[one] < ranks[two]);
}

/** Joins two heaps; either may be NO_ROW. Returns the root, whose own neighbours the caller must set. */
function meld(child: U32s, next: U32s, previous: U32s, scores: F64s, ranks: U32s, one: u32, two: u32): u32 {
  if (one == NONE) return two;
  if (two == NONE) return one;
  let root = one;
  let under = two;
  if (isBetter(scores, ranks, two, one)) {
    root = two;
    under = one;
  }
  const first = child[root];
  next[under] = first;
  if (first != NONE) previous[first] = under;
  // the first child's predecessor is its parent
  previous[under] = root;
  child[root] = under;
  return root;
}

/** Joins a list of sibling heaps pair by pair, then the pairs from the last to the first. */
function meldSiblings(child: U32s, next: U32s, previous: U32s, scores: F64s, ranks: U32s, first: u32): u32 {
  let pairs: u32 = NONE;
  let row = first;
  while (row != NONE) {
    const other = next[row];
    const after = other == NONE ? NONE : next[other];
    const pair = meld(child, next, previous, scores, ranks, row, other);
    next[pair] = pairs;
    pairs = pair;
    row = after;
  }
  let root: u32 = NONE;
  while (pairs != NONE) {
    const after = next[pairs];
    root = meld(child, next, previous, scores, ranks, root, pairs);
    pairs = after;
  }
  return root;
}

// @ts-ignore: decorator
@inline
function asRoot(next: U32s, previous: U32s, root: u32): u32 {
  if (root != NONE) {
    next[root] = NONE;
    previous[root] = NONE;
  }
  return root;
}

/** Puts a row into the heap under `root` (NO_ROW: an empty one). Returns the new root. */
export function heapInsert(program: Program, groups: Groups, root: u32, row: u32): u32 {
  const child = groups.child;
  const next = groups.next;
  const previous = groups.previous;
  child[row] = NONE;
  return asRoot(next, previous, meld(child, next, previous, program.rowScore, program.cluster.rank, root, row));
}

/** Takes a row out of the heap under `root`. The row's score must be the one it was put in with. Returns the new root. */
export function heapRemove(program: Program, groups: Groups, root: u32, row: u32): u32 {
  const child = groups.child;
  const next = groups.next;
  const previous = groups.previous;
  const scores = program.rowScore;
  const ranks = program.cluster.rank;
  const children = meldSiblings(child, next, previous, scores, ranks, child[row]);
  if (row == root) return asRoot(next, previous, children);
  const before = previous[row];
  const after = next[row];
  if (child[before] == row) child[before] = after;
  else next[before] = after;
  if (after != NONE) previous[after] = before;
  return asRoot(next, previous, meld(child, next, previous, scores, ranks, root, children));
}
