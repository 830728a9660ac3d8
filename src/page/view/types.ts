// What the worker tells the page of a plan: columns of plain values, which cross between threads as they are.

/** How amounts of a resource are written: cpu in thousandths of a core, bytes, or plain numbers. */
export type Unit = 'cpu' | 'bytes' | 'count';

export interface Totals {
  allocatable: number;
  before: number;
  after: number;
}

/** One resource: what nodes have of it, and what pods ask for before and after the plan, by node. */
export interface ResourceView {
  name: string;
  unit: Unit;
  allocatable: Float64Array;
  before: Float64Array;
  after: Float64Array;
  totals: Totals;
}

export interface NodesView {
  names: string[];
  /** The end that all names have, from a dot on: it is left out where there is little room. */
  domain: string;
  /** The place of each node's zone in `zones`. */
  zones: Uint32Array;
  /** Pods that the plan puts on each node. */
  added: Uint32Array;
  /** Pods that have to leave it. */
  removed: Uint32Array;
  /** What keeps pods away: "unschedulable", or taints as kubectl writes them. */
  marks: string[][];
}

export interface ZoneView {
  /** Empty for nodes without a zone. */
  name: string;
  nodes: number;
  /** In the order of the plan's resources. */
  totals: Totals[];
}

/** The pods that were decided, in the order of the decisions. */
export interface PodsView {
  /** "namespace/name". */
  names: string[];
  /** The place of each pod's group in `groups`. */
  ofGroup: Uint32Array;
  /** Workloads, or namespaces. */
  groups: string[];
  /** The row of the node, or -1. */
  nodes: Int32Array;
  scores: Float64Array;
  /** Nodes that pass every filter. */
  feasible: Uint32Array;
  /** The pods that make way, by the place of who comes in their stead. */
  victims: Map<number, string[]>;
}

/** Pods of one group that wait for one reason. */
export interface WaitingView {
  group: string;
  message: string;
  /** Places in `pods`. */
  pods: Uint32Array;
}

/** Something that the reader should know of the input. */
export interface NoteView {
  /** "problem" when something in the files was not used. */
  kind: 'problem' | 'notice';
  title: string;
  text: string;
}

export interface PlanView {
  resources: ResourceView[];
  nodes: NodesView;
  zones: ZoneView[];
  pods: PodsView;
  waiting: WaitingView[];
  notes: NoteView[];
  /** Pods that stood on nodes before. */
  running: number;
  preempted: number;
  /** What reading and deciding took. */
  readingMs: number;
  decidingMs: number;
}

/** Nodes that refuse a pod for the same reasons. */
export interface RefusalView {
  plugin: string;
  reasons: string;
  /** Names, all of them. */
  nodes: string[];
}

/** What is missing of a resource on every node that the pod could have otherwise. */
export interface ShortageView {
  resource: string;
  unit: Unit;
  asked: number;
  /** The most that is free on one of those nodes, and which. */
  free: number;
  node: string;
  /** How many nodes have too little. */
  nodes: number;
}

/** One of the best nodes, with the weighted score of each plugin. */
export interface CandidateView {
  node: string;
  total: number;
  scores: Record<string, number>;
}

/** Why a pod goes where it goes, or nowhere, with all other pods where the plan puts them. */
export interface ExplanationView {
  pod: string;
  requests: { resource: string; unit: Unit; amount: number }[];
  shortages: ShortageView[];
  refusals: RefusalView[];
  candidates: CandidateView[];
}
