// The nodes, packed: what each plugin reads of a node stands in a column.
import { amountsOf, type Amounts } from '../../model/pod-resources.ts';
import { sameLabels, type Labels } from '../../model/labels.ts';
import type { Node, Taint } from '../../model/types.ts';
import type { Arena } from './arena.ts';
import { CodedColumn } from './coded-column.ts';
import { Columns } from './columns.ts';
import type { Column } from './column.ts';

export interface ResourceColumns {
  /** What the node can give. */
  readonly allocatable: Column;
  /** What its pods have asked for. */
  readonly used: Column;
}

interface KnownResource extends ResourceColumns {
  /** Nodes that have the resource. */
  nodes: number;
}

/** What came of telling of a node. */
export interface NodeChange {
  row: number;
  added: boolean;
  /** Something other than its allocatable resources changed, or it was closed. */
  changed: boolean;
  resized: boolean;
  /** Resources that no node had before: nothing is counted as used of them yet. */
  newResources: readonly string[];
}

/** What is kept of a node besides its columns. */
export interface NodeRecord {
  name: string;
  labels: Labels;
  taints: readonly Taint[];
  allocatable: Amounts;
  images: readonly string[];
  /** What plugins have columns for, in the order of these. */
  texts: readonly (string | undefined)[];
}

interface ImageState {
  /** As the first node that had the image reported it; the reference keeps that one too. */
  sizeBytes: number;
  rows: Set<number>;
}

/** Resources that every pod is checked for, be there nodes or not. */
const BASIC_RESOURCES = ['pods', 'cpu', 'memory', 'ephemeral-storage'];
/** Quantities that are divided in scores stay exact up to this. */
const QUANTITY_LIMIT = 9.0e13;
const NO_NAMES: readonly string[] = [];

export class NodeColumns {
  readonly columns: Columns;
  readonly taints: CodedColumn;
  readonly name: CodedColumn;
  /** cpu and memory as scores count them: pods that ask for none are taken to ask for a little. */
  readonly nonzeroCpu: Column;
  readonly nonzeroMemory: Column;
  readonly images = new Map<string, ImageState>();
  /** Counts the changes after which a correspondence must be determined anew. */
  version = 0;
  readonly #nodes: (NodeRecord | undefined)[] = [];
  readonly #rows = new Map<string, number>();
  /** Those that every node is taken to have, and those that some node has. */
  readonly #resources = new Map<string, KnownResource>();
  readonly #noResource: ResourceColumns;
  /** The columns of the label keys that something reads and some node has. */
  readonly #labels = new Map<string, CodedColumn>();
  readonly #noLabel: CodedColumn;
  /** Nodes that have the label key. */
  readonly #nodesByKey = new Map<string, number>();
  /** By the code of the taint column, as far as they were asked for. */
  #taintSets: (readonly Taint[])[] = [];
  #taintsVersion = 0;
  /** Rows that offer more of a resource than can be counted exactly. */
  readonly #beyond = new Map<string, Set<number>>();
  readonly #closed = new Set<number>();
  /** Whether a node is left out, by its name, and the rows of those that are. */
  #isOutside?: (name: string) => boolean;
  readonly #outside = new Set<number>();
  readonly #texts: readonly ((node: Node) => string | undefined)[];
  readonly #textColumns: ReadonlyMap<string, CodedColumn>;
  #ranked = false;

  /** `texts` are what plugins have columns for, by their names. */
  constructor(arena: Arena, seed: number, texts: ReadonlyMap<string, (node: Node) => string | undefined>) {
    this.columns = new Columns(arena, seed);
    this.#texts = [...texts.values()];
    this.#textColumns = new Map([...texts.keys()].map((column) => [column, this.columns.addCoded()]));
    this.taints = this.columns.addCoded();
    this.name = this.columns.addCoded();
    this.nonzeroCpu = this.columns.add(8);
    this.nonzeroMemory = this.columns.add(8);
    this.#noLabel = new CodedColumn(this.columns, this.columns.zeros);
    this.#noResource = { allocatable: this.columns.zeros, used: this.columns.zeros };
    this.#makeResources(BASIC_RESOURCES);
    for (const name of BASIC_RESOURCES) this.#resources.get(name)!.nodes = 1;
  }

  get count(): number {
    return this.#rows.size;
  }

  rowOf(name: string): number | undefined {
    return this.#rows.get(name);
  }

  /** The node in the row, or undefined where there is none. */
  node(row: number): NodeRecord | undefined {
    return this.#nodes[row];
  }

  /** The columns of a resource. Of one that no node has they read 0, and nothing may be written to them. */
  resource(name: string): ResourceColumns {
    return this.#resources.get(name) ?? this.#noResource;
  }

  /** The columns of all resources, by their names. */
  resources(): Iterable<[string, ResourceColumns]> {
    return this.#resources;
  }

  /** The columns of a resource that some node has. */
  counted(name: string): ResourceColumns | undefined {
    return this.#resources.get(name);
  }

  /** Whether what pods use of the resource is counted: some node has it. */
  counts(resource: string): boolean {
    return this.#resources.has(resource);
  }

  /** The column of a label key, made when something reads it first; of a key that no node has it is empty. */
  label(key: string): CodedColumn {
    if (!this.#nodesByKey.has(key)) return this.#noLabel;
    let coded = this.#labels.get(key);
    if (coded === undefined) {
      coded = this.columns.addCoded();
      this.#labels.set(key, coded);
      for (let row = 0; row < this.#nodes.length; row++) {
        const node = this.#nodes[row];
        if (node !== undefined) coded.set(row, labelOf(node, key));
      }
    }
    return coded;
  }

  /** The column of a plugin's own, by "plugin/name". */
  textColumn(name: string): CodedColumn {
    return this.#textColumns.get(name)!;
  }

  /** The taints that a code of the taint column stands for. */
  taintSet(code: number): readonly Taint[] {
    const { version, values } = this.taints;
    if (version !== this.#taintsVersion) this.#taintSets = [];
    this.#taintsVersion = version;
    return (this.#taintSets[code] ??= code === 0 ? [] : (JSON.parse(values[code]!) as Taint[]));
  }

  /**
   * Adds or updates a node, of which more than its resources has changed if it was closed. Throws when there is no memory.
   */
  setNode(node: Node): NodeChange {
    const record = recordOf(node, this.#texts);
    const known = this.#rows.get(record.name);
    const before = known === undefined ? undefined : this.#nodes[known];
    const { row, newResources } = this.#makeRoom(record, known);
    this.#nodes[row] = record;
    if (known === undefined) {
      this.#rows.set(record.name, row);
      this.name.set(row, record.name);
      if (this.#isOutside?.(record.name)) this.#outside.add(row);
      this.#ranked = false;
    }
    const reopened = this.#closed.delete(row);
    const changed = before === undefined || !sameNature(before, record);
    if (reopened || changed) this.version++;
    if (changed) this.#packNature(row, record, before, node);
    const resized = before === undefined || !sameAmounts(before.allocatable, record.allocatable);
    if (resized) this.#packAllocatable(row, record, before);
    return { row, added: known === undefined, changed: changed || reopened, resized, newResources };
  }

  /** Lets a node take no pods until it is set again. Those that it has count as before. */
  closeNode(name: string): void {
    const row = this.#rows.get(name);
    if (row === undefined || this.#closed.has(row)) return;
    this.#closed.add(row);
    this.version++;
  }

  /** The rows of nodes that take no pods. */
  get closedRows(): ReadonlySet<number> {
    return this.#closed;
  }

  /** Has only those nodes take pods that are not outside, until it is said anew; pods that others have count as before. */
  leaveOut(isOutside: (name: string) => boolean): void {
    this.#isOutside = isOutside;
    this.#outside.clear();
    for (const [name, row] of this.#rows) if (isOutside(name)) this.#outside.add(row);
    this.version++;
  }

  /** The rows of nodes that are left out. */
  get outsideRows(): ReadonlySet<number> {
    return this.#outside;
  }

  /** Whether some node offers more of a resource than can be counted exactly. */
  get hasBeyond(): boolean {
    return this.#beyond.size > 0;
  }

  /** The rows that offer more of a resource than can be counted exactly. */
  rowsBeyond(resource: string): Iterable<number> {
    return this.#beyond.get(resource) ?? [];
  }

  /** Removes a node; its row is empty from now on. Returns the row it had. */
  removeNode(name: string): number | undefined {
    const row = this.#rows.get(name);
    if (row === undefined) return undefined;
    const record = this.#nodes[row]!;
    this.#dropImages(row, record);
    for (const resource of record.allocatable.keys()) this.#markBeyond(resource, row, 0);
    this.#closed.delete(row);
    this.#outside.delete(row);
    this.#rows.delete(name);
    this.#nodes[row] = undefined;
    this.columns.giveRow(row);
    for (const key of Object.keys(record.labels)) this.#countKey(key, -1);
    for (const resource of record.allocatable.keys()) this.#countResource(resource, -1);
    this.#ranked = false;
    this.version++;
    return row;
  }

  /** Forgets what pods use of all nodes, which is everything that the kernel writes too. */
  clearUsage(): void {
    const used = [...this.#resources.values()].map((resource) => resource.used);
    for (const column of [...used, this.nonzeroCpu, this.nonzeroMemory]) this.columns.clear(column);
    this.version++;
  }

  /** Ranks the nodes by name when that is due; before a kernel call. */
  rank(): void {
    if (this.#ranked) return;
    this.columns.rankRows(this.#nodes.map((node) => node?.name));
    this.#ranked = true;
  }

  #packNature(row: number, record: NodeRecord, before: NodeRecord | undefined, node: Node): void {
    this.taints.set(row, record.taints.length === 0 ? undefined : JSON.stringify(record.taints));
    let at = 0;
    for (const coded of this.#textColumns.values()) coded.set(row, record.texts[at++]);
    for (const key of Object.keys(record.labels)) this.#countKey(key, 1);
    for (const [key, coded] of this.#labels) coded.set(row, labelOf(record, key));
    for (const key of Object.keys(before?.labels ?? {})) this.#countKey(key, -1);
    if (before !== undefined) this.#dropImages(row, before);
    for (const { names, sizeBytes } of node.status?.images ?? []) {
      for (const name of names ?? []) {
        const state = this.images.get(name);
        if (state === undefined) this.images.set(name, { sizeBytes: sizeBytes ?? 0, rows: new Set([row]) });
        else state.rows.add(row);
      }
    }
  }

  #dropImages(row: number, record: NodeRecord): void {
    for (const name of record.images) {
      const state = this.images.get(name);
      if (state?.rows.delete(row) && state.rows.size === 0) this.images.delete(name);
    }
  }

  #packAllocatable(row: number, record: NodeRecord, before: NodeRecord | undefined): void {
    for (const name of record.allocatable.keys()) this.#countResource(name, 1);
    if (before !== undefined) {
      for (const name of before.allocatable.keys()) {
        if (!record.allocatable.has(name)) {
          this.columns.setF64(this.resource(name).allocatable, row, 0);
          this.#markBeyond(name, row, 0);
        }
        this.#countResource(name, -1);
      }
    }
    for (const [name, amount] of record.allocatable) {
      this.columns.setF64(this.resource(name).allocatable, row, amount);
      this.#markBeyond(name, row, amount);
    }
  }

  #markBeyond(resource: string, row: number, amount: number): void {
    const rows = this.#beyond.get(resource);
    if (Math.abs(amount) > QUANTITY_LIMIT) {
      if (rows?.has(row)) return;
      if (rows === undefined) this.#beyond.set(resource, new Set([row]));
      else rows.add(row);
    } else if (!rows?.delete(row)) return;
    else if (rows.size === 0) this.#beyond.delete(resource);
    // a live correspondence has decided on the row by what it offered before
    this.version++;
  }

  /** The row of a node, and columns for its resources. When there is no memory for them, nothing has changed. */
  #makeRoom(record: NodeRecord, known: number | undefined): { row: number; newResources: readonly string[] } {
    const row = known ?? this.columns.takeRow();
    // most nodes have none
    let newResources: string[] | undefined;
    for (const name of record.allocatable.keys())
      if (!this.#resources.has(name)) (newResources ??= []).push(name);
    try {
      if (newResources !== undefined) this.#makeResources(newResources);
    } catch (error) {
      if (known === undefined) this.columns.giveRow(row);
      throw error;
    }
    return { row, newResources: newResources ?? NO_NAMES };
  }

  /** Makes columns for resources; for all of them, or for none. */
  #makeResources(names: readonly string[]): void {
    const made: Column[] = [];
    try {
      for (let n = 0; n < 2 * names.length; n++) made.push(this.columns.add(8));
    } catch (error) {
      for (const column of made) this.columns.drop(column);
      throw error;
    }
    names.forEach((name, n) =>
      this.#resources.set(name, { allocatable: made[2 * n]!, used: made[2 * n + 1]!, nodes: 0 }),
    );
    // live correspondences take it that no node has them
    this.version++;
  }

  /** Counts a node that has the resource, or has it no longer; after the last one its columns are dropped. */
  #countResource(name: string, by: 1 | -1): void {
    const known = this.#resources.get(name)!;
    known.nodes += by;
    if (known.nodes > 0) return;
    this.#resources.delete(name);
    this.columns.drop(known.allocatable);
    this.columns.drop(known.used);
    this.version++;
  }

  /** Counts a node that has the label key, or has it no longer; after the last one the key's column is dropped. */
  #countKey(key: string, by: 1 | -1): void {
    const nodes = (this.#nodesByKey.get(key) ?? 0) + by;
    if (nodes > 0) {
      this.#nodesByKey.set(key, nodes);
      return;
    }
    this.#nodesByKey.delete(key);
    const coded = this.#labels.get(key);
    if (coded === undefined) return;
    this.#labels.delete(key);
    this.columns.dropCoded(coded);
  }
}

function labelOf(node: NodeRecord, key: string): string | undefined {
  return Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
}

function recordOf(node: Node, texts: readonly ((node: Node) => string | undefined)[]): NodeRecord {
  const name = node.metadata?.name ?? '';
  const allocatable = amountsOf(node.status?.allocatable ?? node.status?.capacity);
  return {
    name,
    labels: node.metadata?.labels ?? {},
    taints: node.spec?.taints ?? [],
    allocatable,
    images: (node.status?.images ?? []).flatMap(({ names }) => names ?? []),
    texts: texts.map((text) => text(node)),
  };
}

/** Whether all that is packed of the nodes, but for their resources, is the same. */
function sameNature(one: NodeRecord, two: NodeRecord): boolean {
  return (
    one.texts.every((text, at) => text === two.texts[at]) &&
    JSON.stringify(one.taints) === JSON.stringify(two.taints) &&
    sameLabels(one.labels, two.labels) &&
    one.images.length === two.images.length &&
    one.images.every((image, at) => image === two.images[at])
  );
}

function sameAmounts(one: Amounts, two: Amounts): boolean {
  return one.size === two.size && [...one].every(([name, amount]) => two.get(name) === amount);
}
