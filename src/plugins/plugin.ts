// What a plugin is: one definition that owns everything about it. The configuration's known plugins and their arguments,
// the class key and the template of pods, the node columns, the objects that are watched and what is kept of nodes are
// derived from it.
import type { Selector } from '../model/labels.ts';
import type { Right } from '../model/right.ts';
import type { ApiObject, Node, Pod, Rejection } from '../model/types.ts';
import type { CodedColumn } from '../state/columns/coded-column.ts';
import type { PodBucket, PodBuckets } from '../state/pod-buckets.ts';
import type { Cluster } from '../state/cluster.ts';
import type { StoreChange } from '../state/object-store.ts';
import type { ClusterEvent } from '../model/events.ts';
import type { ProgramBuilder } from '../kernel/program/builder.ts';
import type { Profile } from './profile.ts';
import type { Problems, Shape } from '../model/shape.ts';
import type { DeviceTotalsOf } from './dynamic-resources/totals.ts';
import type { ExtenderAnswers } from './extender/answer.ts';
import type { ContainerField, NodeField, SpecField } from './fields.ts';

/** The feature data of a pod: what scheduling reads of it, in three parts that are hashed one by one. */
export interface Features {
  general: string;
  resources: string;
  rule: string;
}

export interface PluginContext {
  readonly cluster: Cluster;
  readonly profile: Profile;
  /** Absent where no extender can be asked. */
  readonly extenders?: ExtenderAnswers;
}

export interface PackContext extends PluginContext {
  readonly builder: ProgramBuilder;
  /** Code of the plugin's first rejection reason; 0 when the profile does not filter by it. */
  readonly code: number;
  /** Weight of the plugin's score; 0 when the profile does not score by it. */
  readonly weight: number;
  /** A column of the plugin's own, by its name. */
  readonly column: (name: string) => CodedColumn;
}

/** Counts pods for a class: told of pods that came to a row or left it. */
export interface Counter {
  /** All buckets that may be counted, each once. */
  among(buckets: PodBuckets): Iterable<PodBucket>;
  /** The terms that `counts` goes through. */
  readonly terms: number;
  /** Whether pods of this bucket are counted. */
  counts(bucket: PodBucket): boolean;
  /** Counts `by` pods of the bucket in the row. */
  add(bucket: PodBucket, row: number, by: number): void;
  /** Takes pods into account that are only supposed to come or to leave, for a moment; as `add` where it is absent. */
  suppose?(bucket: PodBucket, row: number, by: number): void;
}

/** Why a plugin rejects a node. */
export type NodeRejection = Omit<Rejection, 'plugin'>;

/**
 * A filter whose answer costs much: it is asked about the nodes only that no filter before it rejects, about each once.
 * What it answers must not hang on the pods that are on the node.
 */
export interface Question {
  /** The code for which the row is rejected; CODE_FEASIBLE when it is not. */
  ask(row: number): number;
  /**
   * Why no node can be decided on, as asking about the row has shown; the pod is tried again. It counts only while no other
   * filter rejects the row.
   */
  errorOn(row: number): string | undefined;
  /** What can be done when the pod has found no node. */
  remedy(): Remedy | undefined;
  /** Whether asking scores the rows too. */
  readonly scores: boolean;
  /** The rows of which the answer may be another one by now, since this was asked last. Without it answers stand. */
  touched?(): readonly number[];
}

/** What a plugin makes of a row. */
export interface RowVerdict {
  /** The code for which it rejects the row; 0 when it does not. */
  code: number;
  /** What it adds to the row's total, weighted. */
  score: number;
}

/**
 * Of a plugin whose verdict on a row hangs on the pods there: it is asked about single rows, again whenever pods have come
 * or left, in place of being packed anew.
 */
export interface RowVerdicts {
  /** The rows of which it makes anything at first. */
  readonly rows: Iterable<number>;
  /** What it makes of the row now; `placed` tells that a pod of the class has just come, of which no counter is told. */
  of(row: number, placed: boolean): RowVerdict;
}

/** What a plugin has packed for a class. */
export interface Packed {
  /**
   * Why a row was rejected, for a reason of its own (0 to 3). The same object for the same reasons, where
   * many rows may have them: these are counted by it.
   */
  explain?(row: number, reason: number): NodeRejection;
  counters?: readonly Counter[];
  /** The reference scores by this plugin: at this slot of the detail, the same for all nodes, or 0 for all but some. */
  detail?:
    { slot: number; isScored?(): boolean } | { constant: number } | { rows: ReadonlyMap<number, number> };
  /** It hangs on the time, or on what was said about this very pod: it is packed anew for pods that come later. */
  isForNow?: boolean;
  /** Kinds of the cluster's store that this was packed from: when one of them changes, it is packed anew. */
  kinds?: readonly string[];
  /** Of changes of these kinds only those count of which it says so. */
  concernedBy?: (change: StoreChange) => boolean;
  /**
   * Of a plugin that rejects rows because of the pods on them: the code for which it rejects the row by the pods that
   * are there now, or that are supposed to be; 0 when it does not.
   */
  recheck?: (row: number) => number;
  /**
   * Of a plugin that keeps in the program what the pods in a row are to it: brings it up, in these rows, to those that
   * are there now or are supposed to be.
   */
  refresh?: (rows: readonly number[]) => void;
  /** Of a plugin with `refresh`: the rows in which objects have changed what it keeps, since it was asked last. */
  touched?: () => readonly number[];
  /** Of a plugin with `refresh`: what a placement takes is not all that it changes, and is worked out again after each. */
  refreshesAfterEach?: boolean;
  rowVerdicts?: RowVerdicts;
  /** What a pod of the class takes may be what the next one needs: each is placed on what those before it have left. */
  sequential?: boolean;
  question?: Question;
  /** No node is even asked: the whole message. */
  refusal?: string;
  /** Nodes outside these names are not asked. */
  onlyNodes?: ReadonlySet<string>;
}

/** What a reservation may ask of the outside when it is made real. */
export interface ReservationApi {
  /**
   * Writes to the API server, and returns the object that it answers. Rejects with what the server said; the error's
   * `status` is the answer's, and absent where it was not the API server that answered.
   */
  write<T extends ApiObject>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    contentType?: string,
  ): Promise<T>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves when `check`, asked after each event, says true; rejects when it throws, or after `timeoutMs`. */
  until(check: () => boolean, timeoutMs: number): Promise<void>;
}

/** What can be done outside for a pod that found no node. Rejects when it cannot be done now. */
export type Remedy = (api: ReservationApi) => Promise<void>;

/** What was taken for a pod besides its node. */
export interface Reservation {
  /** Makes it real before the pod is bound. When it rejects, the pod is not bound, and the reservation is released. */
  commit(api: ReservationApi): Promise<void>;
  /** Gives it back: the pod was not bound after all. */
  release(): void;
}

/** The extension points of which a profile may set the plugins. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'placementGenerate',
  'placementScore',
  'podGroupPostFilter',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** How a plugin's arguments are read from a configuration file. */
export interface ArgsReader<T = unknown> {
  /** Checks the types of the fields, before they are read. */
  shape?: Shape;
  /** The arguments with defaults filled in; what breaks a rule is added to `problems`, what is not heeded to `notices`. */
  read(args: object, path: string, problems: Problems, notices: string[]): T;
  /** The arguments in the form of the file, where that is another one. */
  write?(args: T): object;
}

/** What a plugin reads of pods and nodes. */
export interface Reads {
  /** Fields of a pod's spec, as they stand. */
  readonly spec?: readonly SpecField[];
  /** Fields of its containers and init containers. */
  readonly containers?: readonly ContainerField[];
  /** Keys of its labels and annotations. */
  readonly labels?: readonly string[];
  readonly annotations?: readonly string[];
  /** Something that is made of more than these and much shorter; undefined for most pods. */
  readonly digest?: (pod: Pod, context: PluginContext) => string | number | undefined;
  /** The kinds of objects that the digest is made of besides the pod, and of which pods that is so. */
  readonly digestObjects?: { readonly kinds: readonly string[]; readonly concern: (pod: Pod) => boolean };
  /** What can change on a node so that pods are helped. */
  readonly node?: readonly NodeField[];
}

/** A resource of the API server that is listed and watched, where the server has it. */
export interface ReadObject {
  readonly kind: string;
  /** Of all its objects, in every namespace. */
  readonly path: string;
}

/** Text that a node has; undefined where it has none. */
export type NodeText = (node: Node) => string | undefined;

export interface Plugin {
  readonly name: string;
  /** Where it takes part, by kube-scheduler's extension points. */
  readonly points: readonly ExtensionPoint[];
  /** Its score's weight where the profile does not say; 1 where it is absent. */
  readonly weight?: number;
  /** It cannot do without its preparation: the reference fails each pod for which it is asked without. */
  readonly needs?: readonly ('preFilter' | 'preScore')[];
  readonly args?: ArgsReader;
  readonly reads?: Reads;
  /** Columns of its own, by their names: texts that nodes have, which the kernel compares by their codes. */
  readonly columns?: Readonly<Record<string, NodeText>>;
  /** The objects, besides nodes, pods, namespaces, services and controllers, that it reads. */
  readonly objects?: readonly ReadObject[];
  /** What else it must be allowed to do at the API server: what its reservations write. */
  readonly rights?: readonly Right[];
  /** Kinds of the cluster's store, besides these, that are kept for it. */
  readonly kinds?: readonly string[];
  /** What it reads of a pod, as texts that are equal when the pods are alike to it. By default all that it `reads`. */
  key?(pod: Pod, context: PluginContext): Partial<Features>;
  /** The objects, as "kind namespace/name", that are the pod's own: events of these help it, and not others of its class. */
  ownObjects?(pod: Pod): readonly string[];
  /** Whether more than what is read of pods tells this one from others of its template. */
  isUnlikeItsTemplate?(pod: Pod, context: PluginContext): boolean;
  /** The selectors that the pod brings along: the label keys they read distinguish pods from now on. */
  selectors?(pod: Pod): Selector[];
  /** What the pod asks for that is not built yet; such a pod is not placed. */
  unsupported?(pod: Pod, context: PluginContext): string | undefined;
  /** Of the plugin that allocates devices: what scores count of an extended resource that a device class backs. */
  readonly deviceTotals?: DeviceTotalsOf;
  /** Packs what a class's master asks for; undefined when it asks for nothing. */
  pack?(pod: Pod, context: PackContext): Packed | undefined;
  /** What it packs says what a pod asks for and takes: it is packed anew for pods of a class that may differ in that. */
  readonly packsRequests?: boolean;
  /** Whether pods of this one's class may need more than their node: asked once a class. Without it, they may. */
  mayReserve?(pod: Pod): boolean;
  /**
   * Takes what the pod needs besides the node that it was just assumed on, so that later pods see it taken.
   * undefined when it needs nothing more. Throws when it cannot be had after all.
   */
  reserve?(pod: Pod, node: string, context: PluginContext): Reservation | undefined;
  /** Whether the event can help a pod that this plugin rejected. Without it no event helps. */
  helps?(event: ClusterEvent, pod: Pod, context: PluginContext): boolean;
}

/** Checks the definition's type, and returns it. */
export function definePlugin<const P extends Plugin>(plugin: P): P {
  return plugin;
}

/** A rejection that preempting other pods cannot cure. */
export function unresolvable(...reasons: string[]): NodeRejection {
  return { code: 'UnschedulableAndUnresolvable', reasons };
}

export function unschedulable(...reasons: string[]): NodeRejection {
  return { code: 'Unschedulable', reasons };
}
