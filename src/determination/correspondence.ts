// A class's correspondence: the nodes that its pods can have, as determined for its master pod, kept true while the pods
// are placed one after another.
import { CODE_FEASIBLE } from '../../assembly/layout.ts';
import type { Pod, Rejection } from '../model/types.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { EquivalenceClass } from '../classes/class-index.ts';
import { Counting } from './counting.ts';
import { ProgramBuilder } from '../kernel/program/builder.ts';
import { rechecksOf, type HostCodes } from '../kernel/program/host-codes.ts';
import type { EffortTotal } from '../kernel/program/effort.ts';
import { LoadedProgram } from '../kernel/program/loaded.ts';
import type { Matches } from '../kernel/program/match.ts';
import { mayGroup, modeOf, requestsVaryIn } from './modes.ts';
import { NominatedRows } from './nominated-rows.ts';
import { Packing } from './packing.ts';
import { Questions } from './questions.ts';
import type { Assignment, Refusal } from './refusal.ts';
import { Verdicts, type Explained } from './verdicts.ts';
import { WhatIf } from './what-if.ts';

/** Pods that are placed by looking at all nodes before groups are formed, which costs as much as a few looks. */
const UNGROUPED_PODS = 8;

const COUNTED_TERMS_MAX = 1_000_000;

/** What all correspondences have in common. */
export interface CorrespondenceDeps {
  kernel: Kernel;
  matches: Matches;
  withDetail: boolean;
  /** What determining nodes takes is added here. */
  effort?: EffortTotal;
}

export class Correspondence {
  readonly class: EquivalenceClass;
  /** Full passes over the nodes that it took. */
  passes = 0;
  readonly #program: LoadedProgram;
  readonly #deps: CorrespondenceDeps;
  #master: Pod;
  #packing!: Packing;
  /** Why rows were rejected that nominated pods close, as long as nothing happens on them. */
  readonly #explained = new Map<number, Explained>();
  #counting!: Counting;
  #hostCodes!: HostCodes;
  #whatIf!: WhatIf;
  #nominated!: NominatedRows;
  #questions!: Questions;
  /** The pod whose requests are checked in place of its master's. */
  #askedFor?: Pod;
  #placed = 0;
  /** Somebody asks for every node's code or total, which groups do not have at hand. */
  #isInspected = false;
  #refusal?: Refusal;
  #clusterVersion = -1;
  #journalPosition = 0;
  #isCut = false;
  #stepsARow = 0;
  #stepsACheck = 0;

  /** Determines the schedulable nodes of the class of `master`. Dispose it when its pods have their outcomes. */
  constructor(deps: CorrespondenceDeps, equivalenceClass: EquivalenceClass, master: Pod) {
    this.#program = new LoadedProgram(deps.kernel, deps.matches);
    this.class = equivalenceClass;
    this.#master = master;
    this.#deps = deps;
    try {
      this.#determine();
    } catch (error) {
      this.#program.free();
      throw error;
    }
  }

  /** Nodes that pass every filter now. */
  get feasible(): number {
    this.#ask();
    return this.#refusal === undefined ? this.#program.inspect() : 0;
  }

  /** Linear memory that goes with it. */
  get bytes(): number {
    return this.#program.bytes;
  }

  /** The steps of placing a pod, by rows or by the groups that stand in for them. */
  get stepsAPod(): number {
    const looks = this.#program.groupCount ?? this.class.context.cluster.nodes.columns.rows;
    return 1 + looks * this.#stepsARow;
  }

  /** The steps of one question for the code of a row as it is supposed. */
  get stepsACheck(): number {
    return this.#stepsACheck;
  }

  /** The pod whose schedulable nodes these are. */
  get master(): Pod {
    return this.#master;
  }

  /** Whether the class's pods may ask for other things than their master: a feature is left out. */
  get requestsVary(): boolean {
    return requestsVaryIn(this.class.context.profile);
  }

  /**
   * Filters and scores what has changed since the last use. When the nodes themselves or the selectors changed it is a
   * full pass for `master`, as the pod that the nodes were determined for may have left the class.
   */
  bringUpToDate(master: Pod): void {
    const { cluster } = this.class.context;
    cluster.followKeys();
    const entries = this.isCurrent ? cluster.journal.since(this.#journalPosition) : undefined;
    // very many terms are counted sooner by bucket than by pod
    if (entries === undefined || entries.length * this.#counting.terms > COUNTED_TERMS_MAX) {
      this.determineAgain(master);
      return;
    }
    const touched = [...this.#packing.touched(), ...this.#questions.forgetTouched(this.#nominated)];
    if (entries.length + touched.length === 0) return;
    const counted = this.#counting.countChanges(entries, cluster.podBuckets);
    this.#journalPosition = cluster.journal.end;
    const rows = [...new Set([...entries.map(({ row }) => row), ...touched])];
    this.#packing.refresh(rows);
    this.#askByRow(rows, false);
    this.#filterAgain(rows, counted);
    this.#yieldToNominated();
  }

  /** From here on it speaks for one nominated pod, whose own nomination does not count, or for any of its class. */
  exemptNomination(nominated: string | undefined): void {
    if (this.#nominated.exempt === nominated) return;
    this.#nominated.exempt = nominated;
    // other pods stand on the row, even where they do not change its code
    this.#explained.clear();
    this.#yieldToNominated();
  }

  /** The pod whose own nomination does not count. */
  get exemptFromNominations(): string | undefined {
    return this.#nominated.exempt;
  }

  /** Whether the pod at hand can have the node in the row. */
  isFeasible(row: number): boolean {
    this.#ask();
    return this.#refusal === undefined && this.codeOf(row) === CODE_FEASIBLE;
  }

  /** Lets a pod leave its row (-1) or come back (1), for `codeOf` alone: the caller undoes it before anything else. */
  suppose(pod: PodRecord, row: number, by: 1 | -1): void {
    this.#whatIf.suppose(pod, row, by);
  }

  /** The row's code as it is supposed now, with the pods that are nominated to it. */
  codeOf(row: number): number {
    return this.#nominated.codeOf(row);
  }

  /** Why the row would be rejected as it is supposed now; undefined when it would not. */
  objectionTo(row: number): Rejection | undefined {
    let rejection: Rejection | undefined;
    this.#nominated.codeOf(row, (code) => (rejection = this.#verdictsNow().rejectionBy(code, row)));
    return rejection;
  }

  /** Whether a pod on one node can decide about another node. */
  get readsDomains(): boolean {
    return this.#program.readsDomains;
  }

  /** The rejected rows by the names of their nodes, each with why; none when no node was asked. */
  rejectedRows(): { row: number; rejection: Rejection }[] {
    this.#ask();
    return this.#refusal === undefined ? this.#verdicts().rejected() : [];
  }

  /** The rejected rows that less on them could open, by the names of their nodes. */
  curableRows(): number[] {
    this.#ask();
    return this.#refusal === undefined ? this.#verdicts().curable() : [];
  }

  /**
   * Gives up to `count` pods of the class their nodes, one after another; fewer when no node is left. The kernel has
   * then added their usage to the columns: the caller must assume every one of them in the cluster.
   */
  assign(count: number): Assignment[] {
    this.#ask();
    if (this.#refusal !== undefined) return [];
    const { nodes } = this.class.context.cluster;
    this.#placed += count;
    if (this.#placed > UNGROUPED_PODS && !this.#isInspected && mayGroup(this.class.context.profile))
      this.#program.formGroups(nodes.columns);
    const yields = !this.#nominated.isEmpty;
    // each placement may close its row to the next pod, or move what plugins make of it
    const byRow = this.#packing.rowVerdicts.length > 0;
    if (!yields && !byRow) return this.#tookPlace(this.#program.place(count, nodes));
    const assignments: Assignment[] = [];
    while (assignments.length < count) {
      const [placed] = this.#tookPlace(this.#program.place(1, nodes));
      if (placed === undefined) break;
      assignments.push(placed);
      if (byRow) {
        this.#askByRow([placed.row], true);
        this.#filterAgain([placed.row], false);
      }
      if (yields) this.#yieldToNominated();
    }
    return assignments;
  }

  #tookPlace(assignments: Assignment[]): Assignment[] {
    if (this.#explained.size > 0) for (const { row } of assignments) this.#explained.delete(row);
    this.#noteChanged(assignments.map(({ row }) => row));
    return assignments;
  }

  /** Nodes were left out by the limit on candidates, so that another pass may find more. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** It holds for the pods at hand only, not for others of the class that come later. */
  get isForNow(): boolean {
    return this.#packing.isForNow;
  }

  /** Its pods must be placed one by one, and the nodes be determined anew when it is no longer current. */
  get isSequential(): boolean {
    return this.#packing.isSequential;
  }

  /** It must be brought up to date after each placement. */
  get refreshesAfterEach(): boolean {
    return this.#packing.refreshesAfterEach;
  }

  /** Whether what was packed still holds, changes of usage apart. */
  get isCurrent(): boolean {
    const { cluster } = this.class.context;
    return cluster.version === this.#clusterVersion && this.#packing.isCurrent;
  }

  /** Everything up to here in the cluster is known: what this correspondence itself assigned. */
  markSeen(): void {
    this.#journalPosition = this.class.context.cluster.journal.end;
    if (!this.isSequential) this.#packing.markSeen();
  }

  /** Determines the nodes anew for the pods that remain, the first of which is their master. */
  determineAgain(master: Pod): void {
    this.#master = master;
    this.#determine();
  }

  /** Checks and counts the requests of `pod` from now on, which may differ from its master's when a feature is left out. */
  askFor(pod: Pod): void {
    if (this.#askedFor === pod || (this.#askedFor === undefined && pod === this.#master)) return;
    const builder = this.#builder();
    this.#packing.pack(pod, builder, true);
    this.#program.replaceAsked(builder);
    this.#askedFor = pod;
    this.#explained.clear();
  }

  /** The best nodes and their totals: the greatest total first, equal ones by name. */
  best(limit: number): { node: string; total: number }[] {
    const verdicts = this.#verdicts();
    const rows = verdicts.ranked().slice(0, limit);
    return rows.map((row) => ({ node: verdicts.nameOf(row), total: verdicts.total(row) }));
  }

  /** The nodes of the greatest total, by name. */
  ties(): string[] {
    return this.#verdicts().ties();
  }

  /** Each plugin's weighted score of each feasible node. Only of a correspondence with detail. */
  scores(): Record<string, Record<string, number>> {
    if (this.#refusal !== undefined) return {};
    this.#program.refresh();
    return this.#verdicts().scores();
  }

  /** Why each node that was asked was rejected. */
  rejections(): Record<string, Rejection> {
    const { nodes } = this.class.context.cluster;
    return Object.fromEntries(
      this.rejectedRows().map(({ row, rejection }) => [nodes.node(row)!.name, rejection]),
    );
  }

  /** Why no node is left, in kube-scheduler's words. */
  refusal(): Refusal {
    this.#ask();
    return this.#refusal ?? { ...this.#verdicts().refusal(), remedy: this.#questions.remedy() };
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#program.free();
  }

  #determine(): void {
    const { cluster } = this.class.context;
    cluster.followKeys();
    cluster.nodes.rank();
    this.#packing = new Packing(this.class.context);
    this.#explained.clear();
    // what fails on the way leaves nothing that is current
    this.#clusterVersion = -1;
    const builder = this.#builder();
    this.#packing.pack(this.#master, builder);
    this.#refusal = this.#packing.refusal;
    this.#program.load(
      builder,
      cluster.nodes.version,
      modeOf(this.class.context.profile),
      this.#deps.withDetail,
    );
    this.#askedFor = undefined;
    const { arena, memory } = this.#program;
    this.#journalPosition = cluster.journal.end;
    this.#hostCodes = builder.hostCodes;
    builder.hostCodes.apply(arena.u8, memory.staticCode);
    this.#stepsARow = builder.stepsARow;
    this.#stepsACheck = builder.stepsACheck;
    this.#counting = new Counting(this.#packing.packed);
    this.#counting.countAll(cluster.podBuckets, builder.effort);
    this.#program.determine();
    this.passes++;
    this.#questions = new Questions(this.#packing.packed, this.class.context.profile.filters, {
      arena,
      nodes: cluster.nodes,
      memory,
      hostCodes: builder.hostCodes,
    });
    this.#watchNominated(builder.hostCodes);
    this.#ask();
    this.#yieldToNominated();
    this.#cut();
    this.#clusterVersion = cluster.version;
  }

  #watchNominated(hostCodes: HostCodes): void {
    const { cluster } = this.class.context;
    const { arena, memory } = this.#program;
    const { staticCode } = memory;
    const exempt = (this.#nominated as NominatedRows | undefined)?.exempt;
    this.#whatIf = new WhatIf({
      program: this.#program,
      cluster,
      hostCodes,
      rechecks: rechecksOf(this.#packing.packed, this.class.context.profile.filters),
      counting: this.#counting,
      refresh: (rows) => this.#packing.refresh(rows),
      questions: this.#questions,
    });
    this.#nominated = new NominatedRows({
      cluster,
      arena,
      whatIf: this.#whatIf,
      staticCode,
      priority: this.#master.spec?.priority ?? 0,
    });
    this.#nominated.exempt = exempt;
  }

  #yieldToNominated(): void {
    if ((this.#refusal !== undefined && !this.#refusal.isError) || this.#nominated.isEmpty) return;
    this.#inspect();
    const changed = this.#nominated.update();
    if (changed.length > 0) this.#filterAgain(changed, false);
  }

  /** Asks what is asked last about the rows that are left. */
  #ask(): void {
    if (!this.#questions.isDue) return;
    if (this.#refusal !== undefined && !this.#refusal.isError) return;
    this.#inspect();
    const changed = this.#questions.ask(this.#nominated);
    if (changed === 'all') {
      this.#program.determine();
      this.passes++;
    } else if (changed.length > 0 && this.#program.filterAgain(changed, false)) this.passes++;
    this.#refusal = this.#questions.error();
  }

  /** Filters and scores rows again; `counted` says that pods were counted in their domains. */
  #filterAgain(rows: readonly number[], counted: boolean): void {
    this.#noteChanged(rows);
    if (this.#explained.size > 0) for (const row of rows) this.#explained.delete(row);
    if (this.#program.filterAgain(rows, counted)) this.passes++;
  }

  /** What has changed in these rows may have opened them, or others where domains are read. */
  #noteChanged(rows: readonly number[]): void {
    if (rows.length > 0) this.#questions.note(this.readsDomains ? 'all' : rows);
  }

  /** Has plugins say what they make of rows now. */
  #askByRow(rows: readonly number[], placed: boolean): void {
    if (this.#packing.rowVerdicts.length === 0) return;
    const { arena, memory } = this.#program;
    const { program } = memory;
    const at = { arena, program, hostCodes: this.#hostCodes, nominated: this.#nominated };
    for (const verdicts of this.#packing.rowVerdicts) for (const row of rows) verdicts.ask(row, placed, at);
  }

  /** Has every row's code and total found, and goes on without groups. */
  #inspect(): void {
    this.#isInspected = true;
    this.#program.inspect();
  }

  #builder(): ProgramBuilder {
    return new ProgramBuilder(this.class.context.cluster.nodes.columns, this.#deps.effort);
  }

  /** Keeps the best candidates only, when the profile says how many. */
  #cut(): void {
    const { candidates } = this.class.context.profile.args.EquivalenceClasses;
    this.#isCut = candidates !== undefined && candidates < this.feasible;
    if (!this.#isCut) return;
    this.#program.cut(this.#verdicts().ranked().slice(candidates));
  }

  /** What every row's code and total say, which are found for that. */
  #verdicts(): Verdicts {
    this.#inspect();
    return this.#verdictsNow();
  }

  #verdictsNow(): Verdicts {
    return new Verdicts({
      arena: this.#program.arena,
      context: this.class.context,
      memory: this.#program.memory,
      packed: this.#packing.packed,
      nominated: this.#nominated,
      explained: this.#explained,
    });
  }
}
