// The numbers that the host and the kernels share, besides the offsets of the records in records.ts. Both compilers read
// this file (asc and tsc), so it holds literal exports only.

export const ABI_VERSION = 9;

/** Columns are padded to a multiple of this many rows, so that every lane loop may run to the end. */
export const ROW_BLOCK = 16;

/** What records begin with: "COSC", "COSM" and "COSP". */
export const CLUSTER_MAGIC = 0x4353_4f43;
export const MATCH_MAGIC = 0x4353_4f4d;
export const PROGRAM_MAGIC = 0x4353_4f50;

/** The rank of a row without a node. */
export const DEAD_RANK = 0xffff_ffff;
/** Stands for "no row" and for "no group". */
export const NO_ROW = 0xffff_ffff;

// ---- Codes: why a node is not schedulable -------------------------------------------------------------------
//
//   bit   7 6 5 4 3 2   1 0
//          filter       reason      filter: its number in the order of the profile, from 1; reason: the filter's own
//
// A node is rejected by the filter of the smallest number that rejects it, for the first reason that this one finds.
export const CODE_FEASIBLE = 0;
/** The pod's required node names leave the node out before any filter is asked. */
export const CODE_NOT_CHOSEN = 1;
/** What the API server said of the node last could not be understood: it takes no pods. */
export const CODE_CLOSED = 2;
/** Another replica decides on the node. */
export const CODE_OUTSIDE = 3;
/** Feasible, but cut off by the limit on candidates. */
export const CODE_CUT = 253;
/** Feasible, but the pod at hand (not its class's master) does not fit. */
export const CODE_SKIPPED = 254;
/** There is no node in this row. */
export const CODE_ABSENT = 255;
export const CODE_REASON_BITS = 2;

// ---- Conditions: how a row's code in a column is compared ---------------------------------------------------
export const CONDITION_EQUALS = 0;
export const CONDITION_DIFFERS = 1;
export const CONDITION_TABLE = 2;

// ---- Program.mode -------------------------------------------------------------------------------------------
/** Scores stay as they were when the class's master was scored. */
export const MODE_STATIC = 1;
/** The pods at hand may ask for other amounts than their master: what they ask for is checked at each assignment. */
export const MODE_REQUESTS_VARY = 2;
/** Ties are broken at random instead of by the smallest name. */
export const MODE_RANDOM = 4;
/** Some codes are CODE_CUT, which stands until the nodes are determined anew. */
export const MODE_CUT = 8;

// ---- Program.stale: what must be computed again before the next choice ----------------------------------------
export const STALE_TOTALS = 1;
/** Every row must be filtered again. */
export const STALE_CODES = 2;
/** The domain scores that are marked themselves. */
export const STALE_SCORES = 4;
/** All domain scores. */
export const STALE_ALL_SCORES = 8;

// ---- ResourceScore.strategy ---------------------------------------------------------------------------------
/** The emptier the better. */
export const STRATEGY_LEAST = 1;
/** The fuller the better. */
export const STRATEGY_MOST = 2;
/** By a function of the utilization. */
export const STRATEGY_RATIO = 3;
/** The more evenly the resources are used the better, with the pod against without it. */
export const STRATEGY_BALANCED = 4;

// ---- DomainFilter.limit -------------------------------------------------------------------------------------
/** A domain is open while it holds no more than `most`. */
export const LIMIT_FIXED = 0;
/** A domain is open while the pod keeps it within `most` of the domain that holds least. */
export const LIMIT_SKEW = 1;
/** A domain is open when it holds something, or while no domain does and the class's pods would begin one. */
export const LIMIT_PRESENT = 2;

// ---- DomainScore.normalizer ---------------------------------------------------------------------------------
/** The less a row's domains hold the better, weighed by how many domains there are; rounded. */
export const NORMALIZE_FEWEST = 0;
/** From the least sum to the greatest. */
export const NORMALIZE_RANGE = 1;

// ---- Groups -------------------------------------------------------------------------------------------------
/** The code in a domain column that many rows share. */
export const COMPONENT_DOMAIN = 0;
/** A number in a f64 column, none where the domain column has no label. */
export const COMPONENT_NUMBER = 1;
/** A number in a table by the code of a domain column that every row has for itself. */
export const COMPONENT_ENTRY = 2;
export const COMPONENT_LIMIT = 8;
/** So many groups are looked at as fast as a few hundred nodes; with more of them the program goes without. */
export const GROUP_LIMIT = 512;
/** Domain scores of a program that can be grouped. */
export const GROUP_SCORE_LIMIT = 4;

// ---- What a call returns when its arguments cannot be right ----------------------------------------------------
export const ERROR_MAGIC = -1;
export const ERROR_CAPACITY = -2;
export const ERROR_POINTER = -3;
export const ERROR_ROW = -4;
