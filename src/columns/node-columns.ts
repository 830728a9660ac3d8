// The nodes, packed: what each constraint reads of a node stands in a column.
import { declaredFeaturesOf } from '../cluster/declared-features.ts';
import { amountsOf, type Amounts } from '../cluster/pod-resources.ts';
import { hostPortText, type HostPort } from '../cluster/host-ports.ts';
import type { Labels } from '../api/labels.ts';
import type { Node, Taint } from '../api/types.ts';
import type { Arena } from './arena.ts';
import { Columns, type CodedColumn, type Column } from './columns.ts';

export interface ResourceColumns {
  /** What the node can give. */
  allocatable: Column;
  /** What its pods have asked for. */
  used: Column;
}

/** What is kept of a node besides its columns. */
export interface NodeRecord {
  name: string;
  labels: Labels;
  taints: readonly Taint[];
  unschedulable: boolean;
  allocatable: Amounts;
  images: readonly string[];
  /** A bit for each feature that a pod may need. */
  declaredFeatures: number;
}

interface ImageState {
  /** As the first node that had the image reported it; the reference keeps that one too. */
  sizeBytes: number;
  rows: Set<number>;
}

/** Quantities that are divided in scores stay exact up to this. */
const QUANTITY_LIMIT = 9.0e13;
const PORTS_PER_WORD = 32;

export class NodeColumns {
  readonly columns: Columns;
  readonly taints: CodedColumn;
  readonly unschedulable: Column;
  /** The set of features that the node declares, as bits. */
  readonly declaredFeatures: Column;
  readonly name: CodedColumn;
  /** cpu and memory as scores count them: pods that ask for none are taken to ask for a little. */
  readonly nonzeroCpu: Column;
  readonly nonzeroMemory: Column;
  readonly images = new Map<string, ImageState>();
  /** Counts the changes after which a correspondence must be determined anew. */
  epoch = 0;
  readonly #nodes: (NodeRecord | undefined)[] = [];
  readonly #rows = new Map<string, number>();
  readonly #resources = new Map<string, ResourceColumns>();
  readonly #labels = new Map<string, CodedColumn>();
  readonly #taintSets = new Map<number, readonly Taint[]>();
  readonly #ports = new Map<string, number>();
  readonly #portList: HostPort[] = [];
  readonly #portWords: Column[] = [];
  /** Rows that offer more of a resource than can be counted exactly. */
  readonly #beyond = new Map<string, Set<number>>();
  readonly #closed = new Set<number>();
  #ranked = false;

  constructor(arena: Arena, seed: number) {
    this.columns = new Columns(arena, seed);
    this.taints = this.columns.addCoded();
    this.unschedulable = this.columns.add(4);
    this.declaredFeatures = this.columns.add(4);
    this.name = this.columns.addCoded();
    this.nonzeroCpu = this.columns.add(8);
    this.nonzeroMemory = this.columns.add(8);
    for (const name of ['pods', 'cpu', 'memory', 'ephemeral-storage']) this.resource(name);
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

  /** The columns of a resource, made when a node or a pod names it first. */
  resource(name: string): ResourceColumns {
    let pair = this.#resources.get(name);
    if (pair === undefined) {
      pair = { allocatable: this.columns.add(8), used: this.columns.add(8) };
      this.#resources.set(name, pair);
    }
    return pair;
  }

  /** The columns of all resources, by their names. */
  resources(): Iterable<[string, ResourceColumns]> {
    return this.#resources;
  }

  /** The column of a label key, made when something reads it first. */
  label(key: string): CodedColumn {
    let coded = this.#labels.get(key);
    if (coded === undefined) {
      coded = this.columns.addCoded();
      this.#labels.set(key, coded);
      for (let row = 0; row < this.#nodes.length; row++) {
        const node = this.#nodes[row];
        if (node !== undefined)
          this.columns.setU32(coded.column, row, this.columns.code(coded, labelOf(node, key)));
      }
    }
    return coded;
  }

  /** The taints that a code of the taint column stands for. */
  taintSet(code: number): readonly Taint[] {
    return this.#taintSets.get(code) ?? [];
  }

  /** The bit of a host port: its word's column, and the mask in it. */
  port(port: HostPort): { word: Column; mask: number } {
    const text = hostPortText(port);
    let index = this.#ports.get(text);
    if (index === undefined) {
      index = this.#portList.push(port) - 1;
      this.#ports.set(text, index);
      if (index % PORTS_PER_WORD === 0) this.#portWords.push(this.columns.add(4));
      // a live correspondence does not know the new bit
      this.epoch++;
    }
    return {
      word: this.#portWords[Math.floor(index / PORTS_PER_WORD)]!,
      mask: 2 ** (index % PORTS_PER_WORD),
    };
  }

  /** Every port that some pod has asked for. */
  get ports(): readonly HostPort[] {
    return this.#portList;
  }

  /**
   * Adds or updates a node. Says its row, and whether something other than its allocatable resources changed; so it has
   * of a node that was closed.
   */
  setNode(node: Node): { row: number; added: boolean; changed: boolean; resized: boolean } {
    const record = recordOf(node);
    const known = this.#rows.get(record.name);
    const row = known ?? this.columns.takeRow();
    const before = known === undefined ? undefined : this.#nodes[row];
    this.#nodes[row] = record;
    if (known === undefined) {
      this.#rows.set(record.name, row);
      this.columns.setU32(this.name.column, row, this.columns.code(this.name, record.name));
      this.#ranked = false;
    }
    const reopened = this.#closed.delete(row);
    const changed = before === undefined || !sameNature(before, record);
    if (reopened || changed) this.epoch++;
    if (changed) this.#packNature(row, record, before, node);
    const resized = before === undefined || !sameAmounts(before.allocatable, record.allocatable);
    if (resized) this.#packAllocatable(row, record, before);
    return { row, added: known === undefined, changed: changed || reopened, resized };
  }

  /** Lets a node take no pods until it is set again. Those that it has count as before. */
  closeNode(name: string): void {
    const row = this.#rows.get(name);
    if (row === undefined || this.#closed.has(row)) return;
    this.#closed.add(row);
    this.epoch++;
  }

  /** The rows of nodes that take no pods. */
  get closedRows(): ReadonlySet<number> {
    return this.#closed;
  }

  /** The rows that offer more of a resource than can be counted exactly. */
  rowsBeyond(resource: string): Iterable<number> {
    return this.#beyond.get(resource) ?? [];
  }

  /** Removes a node; its row is empty from now on. Returns the row it had. */
  removeNode(name: string): number | undefined {
    const row = this.#rows.get(name);
    if (row === undefined) return undefined;
    this.#dropImages(row, this.#nodes[row]!);
    for (const resource of this.#nodes[row]!.allocatable.keys()) this.#markBeyond(resource, row, 0);
    this.#closed.delete(row);
    this.#rows.delete(name);
    this.#nodes[row] = undefined;
    this.columns.giveRow(row);
    this.#ranked = false;
    this.epoch++;
    return row;
  }

  /** Forgets what pods use of all nodes, which is everything that the kernel writes too. */
  clearUsage(): void {
    const used = [...this.#resources.values()].map((resource) => resource.used);
    for (const column of [...used, this.nonzeroCpu, this.nonzeroMemory, ...this.#portWords])
      this.columns.clear(column);
    this.epoch++;
  }

  /** Ranks the nodes by name when that is due; before a kernel call. */
  rank(): void {
    if (this.#ranked) return;
    this.columns.rankRows(this.#nodes.map((node) => node?.name));
    this.#ranked = true;
  }

  #packNature(row: number, record: NodeRecord, before: NodeRecord | undefined, node: Node): void {
    const { columns } = this;
    const taints = record.taints.length === 0 ? undefined : JSON.stringify(record.taints);
    const taintCode = columns.code(this.taints, taints);
    this.#taintSets.set(taintCode, record.taints);
    columns.setU32(this.taints.column, row, taintCode);
    columns.setU32(this.unschedulable, row, record.unschedulable ? 1 : 0);
    columns.setU32(this.declaredFeatures, row, record.declaredFeatures);
    for (const [key, coded] of this.#labels) {
      columns.setU32(coded.column, row, columns.code(coded, labelOf(record, key)));
    }
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
    for (const name of before?.allocatable.keys() ?? []) {
      if (record.allocatable.has(name)) continue;
      this.columns.setF64(this.resource(name).allocatable, row, 0);
      this.#markBeyond(name, row, 0);
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
    this.epoch++;
  }
}

function labelOf(node: NodeRecord, key: string): string | undefined {
  return Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
}

function recordOf(node: Node): NodeRecord {
  const name = node.metadata?.name ?? '';
  const allocatable = amountsOf(node.status?.allocatable ?? node.status?.capacity);
  return {
    name,
    labels: node.metadata?.labels ?? {},
    taints: node.spec?.taints ?? [],
    unschedulable: node.spec?.unschedulable ?? false,
    allocatable,
    images: (node.status?.images ?? []).flatMap(({ names }) => names ?? []),
    declaredFeatures: declaredFeaturesOf(node),
  };
}

/** Whether all that is packed of the nodes, but for their resources, is the same. */
function sameNature(one: NodeRecord, two: NodeRecord): boolean {
  return (
    one.unschedulable === two.unschedulable &&
    one.declaredFeatures === two.declaredFeatures &&
    JSON.stringify(one.taints) === JSON.stringify(two.taints) &&
    sameLabels(one.labels, two.labels) &&
    one.images.length === two.images.length &&
    one.images.every((image, at) => image === two.images[at])
  );
}

function sameLabels(one: Labels, two: Labels): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => one[key] === two[key]);
}

function sameAmounts(one: Amounts, two: Amounts): boolean {
  return one.size === two.size && [...one].every(([name, amount]) => two.get(name) === amount);
}
