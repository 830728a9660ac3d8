// The bytes that the host and the kernels share. Both compilers read this file (asc and tsc), so it holds
// literal exports only. Offsets and sizes are in bytes, pointers are u32 addresses in linear memory; 0 is "absent".

export const ABI_VERSION = 8;

/** Columns are padded to a multiple of this many rows, so that every lane loop may run to the end. */
export const ROW_BLOCK = 16;

// ---- Cluster: the node columns that every class reads ------------------------------------------------------
//
//   0       4       8          12     16        20       24
//   magic   rows    capacity   rank   ordered   (pad)    random state (u64)
//
/** "COSC", then the layout's version. */
export const CLUSTER_MAGIC = 0x4353_4f43;
export const CLUSTER_MAGIC_AT = 0;
/** Rows in use; a row without a node among them has the rank DEAD_RANK. */
export const CLUSTER_ROWS_AT = 4;
/** Rows that each column has room for; a multiple of ROW_BLOCK. */
export const CLUSTER_CAPACITY_AT = 8;
/** u32[capacity]: the position of the node's name among all names; ties go to the smallest. */
export const CLUSTER_RANK_AT = 12;
/** 1 when the ranks ascend with the rows. */
export const CLUSTER_ORDERED_AT = 16;
/** u64: state of the generator that breaks ties at random. */
export const CLUSTER_RANDOM_AT = 24;
export const CLUSTER_SIZE = 32;
export const DEAD_RANK = 0xffff_ffff;

// ---- Codes: why a node is not schedulable -------------------------------------------------------------------
//
//   bit   7 6 5 4 3 2   1 0
//         position      reason      position: the filter's place in the profile, from 1; reason: the filter's own
//
// The smallest code wins, so that a node is rejected by the first filter that rejects it.
export const CODE_FEASIBLE = 0;
/** The pod's required node names leave the node out before any filter is asked. */
export const CODE_NOT_CHOSEN = 1;
/** What the API server said of the node last could not be understood: it takes no pods. */
export const CODE_CLOSED = 2;
/** Feasible, but cut off by the limit on candidates. */
export const CODE_CUT = 253;
/** Feasible, but the pod at hand (not its class's master) does not fit. */
export const CODE_SKIPPED = 254;
/** There is no node in this row. */
export const CODE_ABSENT = 255;
export const CODE_REASON_BITS = 2;

// ---- Match: filters and raw scores that read only what a node is, by tables over coded columns ----------------
//
// A condition compares the code that a column has in a row; a term is a run of conditions that must all hold.
//
//   condition   0 column (u32[capacity])   4 kind    8 operand (a code, or a u8 table by code)   12 (pad)
//   term        0 first condition          4 count   8 weight (f64)
//   filter      0 first term               4 count   8 code   12 (pad)        passes when one term holds
//   mask        0 first term               4 count   8 out (u8[capacity])   12 (pad)   1 when one term holds
//   raw score   0 first term               4 count   8 out (f64[capacity])  12 value column   16 values (f64 by code)   20 (pad)
//
// A raw score is the sum of the weights of its terms that hold, plus values[value column].
export const CONDITION_SIZE = 16;
export const CONDITION_EQUALS = 0;
export const CONDITION_DIFFERS = 1;
export const CONDITION_TABLE = 2;
export const TERM_SIZE = 16;
export const FILTER_SIZE = 16;
export const MASK_SIZE = 16;
export const RAW_SIZE = 24;

export const MATCH_CLUSTER_AT = 0;
export const MATCH_CONDITIONS_AT = 4;
export const MATCH_TERMS_AT = 8;
export const MATCH_FILTERS_AT = 12;
export const MATCH_FILTER_COUNT_AT = 16;
export const MATCH_MASKS_AT = 20;
export const MATCH_MASK_COUNT_AT = 24;
export const MATCH_RAWS_AT = 28;
export const MATCH_RAW_COUNT_AT = 32;
/** Out, u8[capacity]: the code of the first filter that rejects the row, or CODE_FEASIBLE. */
export const MATCH_CODE_AT = 36;
export const MATCH_MAGIC_AT = 40;
export const MATCH_SIZE = 48;
export const MATCH_MAGIC = 0x4353_4f4d;

// ---- Turn: what a class wants, and the correspondence of its pods and the nodes --------------------------------
export const TURN_MAGIC = 0x4353_4f54;
export const TURN_MAGIC_AT = 0;
export const TURN_CLUSTER_AT = 4;
/** u8[capacity]: code by the filters that no assignment changes. */
export const TURN_STATIC_CODE_AT = 8;
/** u8[capacity]: code by all filters. */
export const TURN_CODE_AT = 12;
/** f64[capacity]: weighted score that depends on the node's own row only. */
export const TURN_ROW_SCORE_AT = 16;
/** f64[capacity]: weighted total, -1 where the code is not CODE_FEASIBLE. */
export const TURN_TOTAL_AT = 20;
/** u32: feasible rows. */
export const TURN_FEASIBLE_AT = 24;
/** u32: STALE_* bits: what must be computed again before the next choice. */
export const TURN_STALE_AT = 28;
export const STALE_SPREAD = 1;
export const STALE_TOTALS = 2;
export const STALE_PREFERENCES = 4;
/** Every row must be filtered again. */
export const STALE_CODES = 8;
/** MODE_* bits. */
export const TURN_MODE_AT = 32;
/** Scores stay as they were when the class's master was scored (the claims' literal walk down the list). */
export const MODE_STATIC = 1;
/** The pods at hand may ask for other resources than their master: check the fit at each assignment. */
export const MODE_RECHECK = 2;
/** Ties are broken at random instead of by the smallest name. */
export const MODE_RANDOM = 4;
/** Some codes are CODE_CUT, which stands until the turn is determined anew. */
export const MODE_CUT = 8;
/** u32[]: rows that changed since the turn was brought up to date last. */
export const TURN_DIRTY_AT = 36;
export const TURN_DIRTY_COUNT_AT = 40;

// NodePorts: the words of used ports (pointers to u32[capacity]) that the class has to do with.
//   0 used   4 bits that conflict with the class's ports   8 bits that its pods take   12 (pad)
export const TURN_PORT_CODE_AT = 44;
export const TURN_PORTS_AT = 48;
export const TURN_PORT_COUNT_AT = 52;
export const PORT_SIZE = 16;
export const PORT_USED_AT = 0;
export const PORT_CONFLICTS_AT = 4;
export const PORT_TAKES_AT = 8;

// Amounts that the class asks for, and adds to a node: {allocatable, used: pointers to f64[capacity]; amount: f64}.
export const TURN_FIT_CODE_AT = 64;
export const TURN_REQUESTS_AT = 68;
export const TURN_REQUEST_COUNT_AT = 72;
/** {used: pointer to f64[capacity]; (pad); amount: f64}: everything that an assignment adds. */
export const TURN_USAGE_AT = 76;
export const TURN_USAGE_COUNT_AT = 80;
export const REQUEST_SIZE = 16;
export const REQUEST_ALLOCATABLE_AT = 0;
export const REQUEST_USED_AT = 4;
export const REQUEST_AMOUNT_AT = 8;
export const USAGE_SIZE = 16;
export const USAGE_USED_AT = 0;
export const USAGE_AMOUNT_AT = 8;

// NodeResourcesFit's and NodeResourcesBalancedAllocation's scores: {allocatable, used, amount, weight}.
export const TURN_FIT_STRATEGY_AT = 84;
export const STRATEGY_NONE = 0;
export const STRATEGY_LEAST = 1;
export const STRATEGY_MOST = 2;
export const STRATEGY_RATIO = 3;
export const TURN_FIT_RESOURCES_AT = 88;
export const TURN_FIT_RESOURCE_COUNT_AT = 92;
/** f64[101]: RequestedToCapacityRatio's score by utilization. */
export const TURN_FIT_SHAPE_AT = 96;
export const TURN_BALANCED_RESOURCES_AT = 100;
export const TURN_BALANCED_RESOURCE_COUNT_AT = 104;
export const RESOURCE_SIZE = 24;
export const RESOURCE_ALLOCATABLE_AT = 0;
export const RESOURCE_USED_AT = 4;
export const RESOURCE_AMOUNT_AT = 8;
export const RESOURCE_WEIGHT_AT = 16;

/** f64[capacity]: weighted scores that no assignment changes and that the host worked out (ImageLocality). */
export const TURN_FIXED_AT = 108;

// Scores that are normalised by their maximum over the feasible nodes (TaintToleration, NodeAffinity).
//   0 raw (f64[capacity])   4 reverse   8 weight (f64)   16 maximum (f64, state)   24 detail slot
//   28 component (u32, state)
export const TURN_NORMALIZED_AT = 112;
export const TURN_NORMALIZED_COUNT_AT = 116;
export const NORMALIZED_SIZE = 32;
export const NORMALIZED_RAW_AT = 0;
export const NORMALIZED_REVERSE_AT = 4;
export const NORMALIZED_WEIGHT_AT = 8;
export const NORMALIZED_MAX_AT = 16;
export const NORMALIZED_SLOT_AT = 24;
export const NORMALIZED_COMPONENT_AT = 28;

// PodTopologySpread.
export const TURN_SPREAD_CODE_AT = 120;
export const TURN_SOFT_AT = 124;
export const TURN_SOFT_COUNT_AT = 128;
export const TURN_HARD_AT = 132;
export const TURN_HARD_COUNT_AT = 136;
/** f64[capacity]: the soft constraints' rounded raw score; -1 where the node is ignored or not feasible. */
export const TURN_SPREAD_RAW_AT = 140;
/** 1 when a node that lacks a topology key of a soft constraint is not scored. */
export const TURN_SOFT_REQUIRES_ALL_AT = 144;
/** u32, state: feasible rows that are not ignored. */
export const TURN_SOFT_SCORED_AT = 148;
export const TURN_SPREAD_MIN_AT = 152;
export const TURN_SPREAD_MAX_AT = 160;

/** f64 weights of the scores. */
export const TURN_FIT_WEIGHT_AT = 168;
export const TURN_BALANCED_WEIGHT_AT = 176;
export const TURN_SPREAD_WEIGHT_AT = 192;
/** f64: what every node's total has in common. */
export const TURN_BASE_AT = 208;
/** f64[DETAIL_SLOTS][capacity]: each score plugin's weighted score, written by evaluate when not 0. */
export const TURN_DETAIL_AT = 200;

// InterPodAffinity.
export const TURN_AFFINITY_CODE_AT = 216;
/** Affinity terms of the class, all of which need a pod in the node's domain that matches them all. */
export const TURN_ATTRACTIONS_AT = 220;
export const TURN_ATTRACTION_COUNT_AT = 224;
/** 1 when the class's own pods match all of these terms: the first of them needs no other pod. */
export const TURN_ATTRACTS_ITSELF_AT = 228;
/** f64, state: pods in all domains that match all of these terms. */
export const TURN_ATTRACTED_AT = 232;
/** Domains where a pod keeps the class's pods out: by their own anti-affinity or by that of the pods there. */
export const TURN_REPULSIONS_AT = 240;
export const TURN_REPULSION_COUNT_AT = 244;
/** Preferences, by topology key. */
export const TURN_PREFERENCES_AT = 248;
export const TURN_PREFERENCE_COUNT_AT = 252;
/** f64[capacity]: the sum of the preferences in the node's domains. */
export const TURN_PREFERENCE_RAW_AT = 256;
export const TURN_PREFERENCE_MIN_AT = 264;
export const TURN_PREFERENCE_MAX_AT = 272;
export const TURN_PREFERENCE_WEIGHT_AT = 280;
/** The groups of equal nodes, or 0 when this turn looks at every node for every pod. */
export const TURN_GROUPS_AT = 288;
export const TURN_SIZE = 296;

export const DETAIL_FIT = 0;
export const DETAIL_BALANCED = 1;
export const DETAIL_TAINTS = 2;
export const DETAIL_NODE_AFFINITY = 3;
export const DETAIL_SPREAD = 4;
export const DETAIL_INTER_POD_AFFINITY = 5;
/** A normalised score whose raw values the host worked out (DynamicResources). */
export const DETAIL_DYNAMIC_RESOURCES = 6;
export const DETAIL_SLOTS = 7;

// A soft spread constraint.
//   0 domain column (u32[capacity], 0: the label is absent)   4 domains   8 counts (f64[domains], or f64[capacity] by row)
//   12 present (u32[domains], state: scored rows in the domain)   16 self   20 eligible (u8[capacity] or 0)   24 by row
//   28 size (u32, state)   32 maxSkew - 1 (f64)   40 weight (f64, state)   48 component (u32, state)   52 (pad)
export const SOFT_SIZE = 56;
export const SOFT_DOMAIN_AT = 0;
export const SOFT_DOMAINS_AT = 4;
export const SOFT_COUNTS_AT = 8;
export const SOFT_PRESENT_AT = 12;
/** 1 when the class's own pods match the selector. */
export const SOFT_SELF_AT = 16;
export const SOFT_ELIGIBLE_AT = 20;
/** 1 for kubernetes.io/hostname: pods are counted on the node itself. */
export const SOFT_BY_ROW_AT = 24;
export const SOFT_DISTINCT_AT = 28;
export const SOFT_SKEW_AT = 32;
export const SOFT_WEIGHT_AT = 40;
export const SOFT_COMPONENT_AT = 48;

// A hard spread constraint.
//   0 domain column   4 domains   8 counts (f64[domains])   12 nodes (u32[domains]: eligible rows)   16 self
//   20 eligible (u8[capacity] or 0)   24 maxSkew   28 minDomains   32 minimum count (f64, state)   40 domains with nodes
//   44 component (u32, state)   48 domains at the minimum (u32, state)   52 (pad)
export const HARD_SIZE = 56;
export const HARD_DOMAIN_AT = 0;
export const HARD_DOMAINS_AT = 4;
export const HARD_COUNTS_AT = 8;
export const HARD_NODES_AT = 12;
export const HARD_SELF_AT = 16;
export const HARD_ELIGIBLE_AT = 20;
export const HARD_MAX_SKEW_AT = 24;
export const HARD_MIN_DOMAINS_AT = 28;
export const HARD_MINIMUM_AT = 32;
export const HARD_DISTINCT_AT = 40;
export const HARD_COMPONENT_AT = 44;
export const HARD_AT_MINIMUM_AT = 48;

// An amount by the domains of a topology key (attractions, repulsions, preferences).
//   0 domain column   4 domains   8 amounts (f64[domains])   12 reason   16 what a pod of the class adds (f64)
//   24 terms that matched so far (f64, state)   32 terms that match a pod of the class (f64)   40 component (u32, state)
export const AMOUNT_SIZE = 48;
export const AMOUNT_DOMAIN_AT = 0;
export const AMOUNT_DOMAINS_AT = 4;
export const AMOUNT_AMOUNTS_AT = 8;
export const AMOUNT_REASON_AT = 12;
export const AMOUNT_SELF_AT = 16;
export const AMOUNT_MATCHES_AT = 24;
export const AMOUNT_SELF_MATCHES_AT = 32;
export const AMOUNT_COMPONENT_AT = 40;

// InterPodAffinity's reasons.
export const REASON_AFFINITY = 0;
export const REASON_ANTI_AFFINITY = 1;
export const REASON_EXISTING_ANTI_AFFINITY = 2;

// PodTopologySpread's reasons.
export const REASON_SKEW = 0;
export const REASON_NO_LABEL = 1;

// ---- Groups: nodes that all but their own row is the same of ----------------------------------------------------
//
// A node's total is a part that depends on its row alone, and a part that depends on a few small numbers: the domains
// that it stands in, the pods counted on it, its raw scores. Nodes with equal numbers form a group, whose best node is
// the root of a heap; a choice looks at the groups instead of the nodes.
//
//   header   0 limit   4 groups   8 components   12 built   16 group of row (u32[capacity])   20 child   24 next   28 previous
//            32 records   36 table (u32[table size])   40 table size (a power of two)   44 round (u32, state)
//            48 open groups' addresses (u32[limit], state)   52 how many (u32, state)
//            56 component records: 0 kind   4 column   8 table   12 (pad)
//   record   0 root   4 size   8 spread raw (f64)   16 preference raw (f64)   24 components (f64 each)
export const GROUPS_LIMIT_AT = 0;
export const GROUPS_COUNT_AT = 4;
export const GROUPS_COMPONENT_COUNT_AT = 8;
export const GROUPS_BUILT_AT = 12;
export const GROUPS_OF_ROW_AT = 16;
export const GROUPS_CHILD_AT = 20;
export const GROUPS_NEXT_AT = 24;
export const GROUPS_PREVIOUS_AT = 28;
export const GROUPS_RECORDS_AT = 32;
export const GROUPS_TABLE_AT = 36;
export const GROUPS_TABLE_SIZE_AT = 40;
export const GROUPS_ROUND_AT = 44;
/** The groups that the filters by domains leave open to the pod at hand. */
export const GROUPS_OPEN_AT = 48;
export const GROUPS_OPEN_COUNT_AT = 52;
export const GROUPS_COMPONENTS_AT = 56;
export const COMPONENT_LIMIT = 8;
export const COMPONENT_SIZE = 16;
export const GROUPS_SIZE = 184;
/** The code in a domain column that many rows share. */
export const COMPONENT_DOMAIN = 0;
/** A number in a f64 column, -1 where the domain column has no label. */
export const COMPONENT_NUMBER = 1;
/** A number in a table by the code of a domain column that every row has for itself. */
export const COMPONENT_ENTRY = 2;
export const GROUP_ROOT_AT = 0;
export const GROUP_COUNT_AT = 4;
export const GROUP_SPREAD_AT = 8;
export const GROUP_PREFERENCE_AT = 16;
export const GROUP_COMPONENTS_AT = 24;
export const GROUP_SIZE = 88;
export const NO_ROW = 0xffff_ffff;
/** So many groups are looked at as fast as a few hundred nodes; with more of them the turn goes without. */
export const GROUP_LIMIT = 512;

// ---- Hash: features to hash, one after another --------------------------------------------------------------
//   0 pointer   4 length   8 out: u64
export const FEATURE_SIZE = 16;

// ---- What a call returns when its arguments cannot be right ----------------------------------------------------
export const ERROR_MAGIC = -1;
export const ERROR_CAPACITY = -2;
export const ERROR_POINTER = -3;
export const ERROR_ROW = -4;
