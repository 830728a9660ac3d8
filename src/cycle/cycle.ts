// A scheduling cycle, in its phases: obtain pods from the queue, partition them into equivalence classes,
// and for each class in its turn determine the schedulable nodes, cache this correspondence, assign the pods one after
// another, preempt others for those that find no node, bind, and delete the correspondence when each pod has an outcome.
//
//            obtain          partition        determine + cache       assign            bind
//   queue ───────────> pods ───────────> batches ──────────────> nodes ────────> pod→node ──────> Binder
//     ^                                                                                           │
//     └──────────── park (one verdict for a class) / requeue (after a failed binding) <───────────┘
//
// State in, plan out: nothing here talks to an API server or reads a clock.
import { schedulerNameOf, type Pod } from '../model/types.ts';
import type { CycleOptions } from './ports.ts';
import { partition } from './gangs/partition.ts';
import { ClassIndex, type Classified } from '../classes/class-index.ts';
import type { Correspondence } from '../determination/correspondence.ts';
import { Correspondences } from '../determination/correspondences.ts';
import { consult } from './consulting.ts';
import { giveBackUndecided, tryLater } from './failures.ts';
import { EffortError, Slice, stepsMost } from '../kernel/program/effort.ts';
import { outcomeOf, traceOf, type Placement, type Outcome } from './outcome.ts';
import type { Assignment, Refusal } from '../determination/refusal.ts';
import { Rounds, batchesIn, batchesLeftIn, batchSteps } from './rounds.ts';
import { isOutdated, shapeOf, unsupportedBy, type Batch } from './batches.ts';
import type { Framework, FrameworkContext } from '../plugins/framework.ts';
import { reserve } from '../plugins/registry.ts';
import { GangBatches, type Gang } from './gangs/gang-batches.ts';
import { isKernelFault } from '../kernel/kernel.ts';
import { Preemptions } from './preemption/preemptions.ts';
import type { ClassMark, QueuedPod } from '../queue/types.ts';

export class SchedulingCycle {
  readonly correspondences: Correspondences;
  readonly #options: CycleOptions;
  readonly #classes: ClassIndex;
  /** What the plugins of each profile see, by the scheduler name that pods ask for. */
  readonly #contexts: ReadonlyMap<string, FrameworkContext>;
  readonly #otherContext?: FrameworkContext;
  readonly #gangs: GangBatches;
  /** The kernel has given pods nodes that the cluster may not know of yet. */
  #isAssigning = false;
  readonly #preemptions: Preemptions;
  /** What the pod group at hand has left. */
  #gangSlice = new Slice();
  readonly #binding = new Map<string, Placement>();
  /** Of placing pods and making way for them. */
  #steps = 0;

  constructor(options: CycleOptions) {
    this.#options = options;
    this.#classes = new ClassIndex(options.kernel);
    const { cluster, extenders, preemptor } = options;
    const contextOf = (profile: Framework): FrameworkContext => ({ cluster, profile, extenders });
    this.#contexts = new Map([...options.profiles].map(([name, profile]) => [name, contextOf(profile)]));
    this.#otherContext = options.otherwise && contextOf(options.otherwise);
    this.correspondences = new Correspondences({ ...options, withDetail: options.explain === 'detail' });
    this.#preemptions = new Preemptions(cluster, preemptor);
    this.#gangs = new GangBatches({
      ...options,
      correspondences: this.correspondences,
      partition: (pods) => batchesIn(this.#partition(pods)),
      try: (outcome) => this.#try(outcome),
      bind: (placement) => this.#bind(placement),
      giveBack: (outcome, pods, failure) => giveBackUndecided(outcome, pods, failure, options),
    });
  }

  /** What deciding took so far. */
  get steps(): number {
    return this.#steps + this.correspondences.steps;
  }

  /** Pods that were given a node and whose binding has no outcome yet. */
  get bindingCount(): number {
    return this.#binding.size;
  }

  /** Whether the pod was given a node and its binding has no outcome yet. */
  isBinding(key: string): boolean {
    return this.#binding.has(key);
  }

  /** Runs one cycle, batch by batch. Between two batches the caller may take in events, or stop. */
  *run(): Generator<Outcome, void, void> {
    const { cluster, queue, onPhase } = this.#options;
    onPhase?.('obtain');
    const pods = queue.drain();
    const { activeVersion } = queue;
    onPhase?.('partition');
    let { selectorsVersion } = cluster;
    const rounds = new Rounds(this.#partition(pods));
    try {
      do {
        for (let part; (part = rounds.take()) !== undefined;) {
          const batches = batchesLeftIn(part, (of, pods) => this.correspondences.release(of, pods));
          if (batches.length === 0) continue;
          const mayBeTaken = !batches.some((batch) => isOutdated(batch, (pod) => this.#lookUp(pod)));
          if (mayBeTaken) yield* this.#takePart(part, rounds);
          if (mayBeTaken && cluster.selectorsVersion === selectorsVersion) continue;
          // what has come meanwhile may tell pods apart that were alike: the rest is partitioned anew
          onPhase?.('partition');
          ({ selectorsVersion } = cluster);
          const rest = [...(mayBeTaken ? [] : batches), ...rounds.rest];
          for (const batch of rest) this.correspondences.release(batch.class, batch.pods.length);
          rounds.restart(this.#partition(rest.flatMap((batch) => batch.pods)));
        }
        // what is left waits for those that have come meanwhile
      } while (queue.activeVersion === activeVersion && rounds.begin());
    } finally {
      // a cycle that ends early gives its other pods back
      for (const batch of rounds.rest) {
        this.correspondences.release(batch.class, batch.pods.length);
        for (const pod of batch.pods) queue.giveBack(pod);
      }
    }
  }

  *#takePart(part: Batch | Gang, rounds: Rounds): Generator<Outcome, void, void> {
    const { rows } = this.#options.cluster.nodes.columns;
    if ('podGroup' in part) {
      const outcomes = this.#takeGang(part);
      rounds.spend(part, part.batches.length * batchSteps(rows) + this.#gangSlice.spent);
      this.#steps += part.batches.length * batchSteps(0) + this.#gangSlice.spent - this.#gangSlice.counted;
      yield* outcomes;
      return;
    }
    const slice = new Slice();
    const outcome = this.#take(part, slice);
    rounds.spend(part, batchSteps(rows) + slice.spent);
    this.#steps += batchSteps(0) + slice.spent - slice.counted;
    if (outcome.rest.length > 0) rounds.putOff(part, outcome.rest);
    yield outcome;
  }

  /** The pod's binding was acknowledged. */
  bound(key: string): void {
    const placement = this.#binding.get(key);
    if (placement === undefined) return;
    this.#binding.delete(key);
    this.#options.queue.delete(key, placement.pod.uid);
    this.correspondences.release(placement.class, 1);
  }

  /** The pod's binding failed, or without a message was not tried: its node is free again, and it is tried later. */
  bindingFailed(key: string, message?: string): void {
    const placement = this.#binding.get(key);
    if (placement === undefined) return;
    const { pod, reservations } = placement;
    this.#binding.delete(key);
    for (const reservation of reservations) reservation.release();
    this.#options.cluster.removePod(key, pod.uid);
    // a claim of its own may be left behind, by which it differs from its template
    pod.classified = undefined;
    if (message === undefined) this.#options.queue.giveBack(pod);
    else this.#options.queue.requeue(pod, message);
    this.correspondences.release(placement.class, 1);
  }

  /** The victims of the pod are told to leave: it waits until they have. Or that failed, and it is tried again. */
  preempted(key: string, error?: string): void {
    const found = this.#preemptions.told(key);
    if (found === undefined) return;
    const { pod, refusal } = found.preempting;
    if (error === undefined) this.#options.queue.park(found.class.index, [pod], refusal);
    else this.#options.queue.requeue(pod, error);
  }

  /**
   * The class of a pod as it is now, by what was found for the same object `before`; undefined when no profile is its.
   */
  classify(pod: Pod, before?: ClassMark): Classified | undefined {
    const context = this.#contexts.get(schedulerNameOf(pod)) ?? this.#otherContext;
    return context && this.#classes.lookUp(pod, context, before as Classified | undefined);
  }

  /** The nodes that the pod could have now, as far as this process knows; the best ones first. */
  nodesFor(pod: QueuedPod): string[] {
    const classified = this.#lookUp(pod);
    if (classified === undefined) return [];
    this.correspondences.expect(classified.class, 1);
    try {
      const correspondence = this.correspondences.open(classified.class, pod.pod);
      return correspondence.best(Infinity).map(({ node }) => node);
    } catch (error) {
      if (!(error instanceof EffortError)) throw error;
      return [];
    } finally {
      this.correspondences.release(classified.class, 1);
    }
  }

  /**
   * Every pod into exactly one batch: with the others of its class and priority, or in the queue's own order. The batches of
   * a pod group's pods stay together.
   */
  #partition(pods: readonly QueuedPod[]): (Batch | Gang)[] {
    const parts = partition(pods, (pod) => this.#lookUp(pod), this.#options.cluster);
    for (const batch of batchesIn(parts)) this.correspondences.expect(batch.class, batch.pods.length);
    return parts;
  }

  /** The class of a waiting pod. A pod without a profile leaves the queue. */
  #lookUp(pod: QueuedPod): Classified | undefined {
    const classified = this.classify(pod.pod, pod.classified);
    pod.classified = classified;
    if (classified === undefined) this.#options.queue.delete(pod.key, pod.uid);
    return classified;
  }

  #take(batch: Batch, slice: Slice): Outcome {
    const outcome = outcomeOf(batch);
    const [master] = batch.pods;
    const { extenders, queue } = this.#options;
    const { correspondences } = this;
    let bound = 0;
    let isPutOff = false;
    let failure: Error | undefined;
    try {
      const unsupported = unsupportedBy(batch);
      if (unsupported !== undefined) {
        this.#park(outcome, batch.pods, unsupported);
        return outcome;
      }
      isPutOff = extenders !== undefined && !consult(outcome, { extenders, queue, correspondences });
      if (isPutOff) return outcome;
      this.#options.onPhase?.('determine');
      const correspondence = this.correspondences.open(batch.class, master!.pod);
      this.#options.onPhase?.('assign');
      correspondence.exemptNomination(batch.isNominated ? master!.key : undefined);
      let next = batch.isNominated ? this.#takeNominated(outcome, correspondence) : 0;
      next = this.#assign(outcome, correspondence, next, slice);
      if (next < batch.pods.length && !slice.isOver)
        next = this.#preempt(outcome, correspondence, next, slice);
      if (next < batch.pods.length) outcome.rest = batch.pods.slice(next);
      this.#options.onPhase?.('bind');
      for (const placement of outcome.placed) {
        bound++;
        this.#bind(placement);
      }
    } catch (error) {
      // a batch that breaks, or asks for too much, keeps no other from being taken
      failure = error as Error;
      outcome.rest = [];
      if (!(error instanceof EffortError)) outcome.fault = failure;
    } finally {
      // those that are being bound release theirs when they are
      this.correspondences.release(batch.class, batch.pods.length - outcome.rest.length - bound);
      if (failure !== undefined) {
        const decided = new Set(outcome.placed.slice(0, bound).map(({ pod }) => pod));
        const undecided = new Set(batch.pods.filter((pod) => !decided.has(pod)));
        giveBackUndecided(outcome, undecided, failure, this.#options);
        this.#recover(failure);
      }
      if (outcome.rest.length > 0)
        outcome.batch = { ...batch, pods: batch.pods.slice(0, -outcome.rest.length) };
      if (extenders !== undefined && !isPutOff) for (const pod of outcome.batch.pods) extenders.decided(pod);
    }
    return outcome;
  }

  /** A gang whose batches break has given its pods back. */
  #takeGang(gang: Gang): Outcome[] {
    this.#gangSlice = new Slice(stepsMost(this.#options.cluster.nodes.columns.rows));
    try {
      return this.#gangs.take(gang);
    } catch (error) {
      this.#recover(error);
      if (!(error instanceof EffortError))
        return gang.batches.map((batch) => ({ ...outcomeOf(batch), fault: error as Error }));
      const { message } = error;
      return gang.batches.map((batch) => ({
        ...outcomeOf(batch),
        failed: batch.pods.map((pod) => ({ pod, message })),
      }));
    }
  }

  /** After a fault that may have left the columns with what no record has: nothing is decided on them as they are. */
  #recover(fault: unknown): void {
    if (!this.#isAssigning && !isKernelFault(fault)) return;
    this.#isAssigning = false;
    this.#options.cluster.packAnew();
  }

  /** Gives the pods of a gang's batch nodes, and records why the rest found none. */
  #try(outcome: Outcome): void {
    const { batch } = outcome;
    outcome.refusal = unsupportedBy(batch);
    if (outcome.refusal !== undefined) {
      outcome.waiting = [...batch.pods];
      return;
    }
    this.#options.onPhase?.('determine');
    const correspondence = this.correspondences.open(batch.class, batch.pods[0]!.pod);
    this.#options.onPhase?.('assign');
    const slice = this.#gangSlice;
    for (
      let next = 0;
      (next = this.#assign(outcome, correspondence, next, slice)) < batch.pods.length;
      next++
    ) {
      // its pods are decided together or not at all
      if (slice.isOver)
        throw new EffortError('the pods of the group take longer than can be decided at once');
      outcome.refusal = correspondence.refusal();
      // the pods after it would find no node either, unless they ask for something else
      outcome.waiting.push(...(correspondence.requestsVary ? [batch.pods[next]!] : batch.pods.slice(next)));
      if (!correspondence.requestsVary) return;
    }
  }

  /** Gives a nominated pod its node, if that is free by now. Returns how many pods are placed. */
  #takeNominated(outcome: Outcome, correspondence: Correspondence): number {
    const { cluster, explain } = this.#options;
    const [pod] = outcome.batch.pods;
    const nomination = cluster.nominations.of(pod!.key);
    const row = nomination && cluster.nodes.rowOf(nomination.pod.nodeName);
    if (row === undefined) return 0;
    if (explain === undefined) this.#runFrom([pod!], 0, correspondence);
    if (!correspondence.isFeasible(row)) return 0;
    const node = cluster.nodes.node(row)!.name;
    // no other node is looked at, and the only one is not scored
    if (explain !== undefined) outcome.explanations.push({ feasible: 1, best: [node] });
    this.#place(outcome, pod!, { row, node, feasible: 1, total: 0 });
    return 1;
  }

  /** Gives a pod a node that the kernel has not chosen. */
  #place(outcome: Outcome, pod: QueuedPod, assignment: Assignment): void {
    this.#options.cluster.assume(pod.pod, assignment.row, false, shapeOf(pod), pod.key);
    this.#reserve(outcome, assignment, pod);
  }

  /**
   * Has others make way for the pods from `first` on that find no node, one after another; the others wait. Returns the
   * index of the first one that is not decided, as the slice is over.
   */
  #preempt(outcome: Outcome, correspondence: Correspondence, first: number, slice: Slice): number {
    let next = first;
    const { pods } = outcome.batch;
    while (next < pods.length && !slice.isOver) {
      this.#options.onPhase?.('preempt');
      const pod = pods[next]!;
      const verdict = correspondence.refusal();
      if (verdict.isOfMaster && correspondence.master !== pod.pod) {
        const before = this.correspondences.steps;
        this.correspondences.determineAgain(correspondence, pod.pod);
        slice.spendCounted(this.correspondences.steps - before);
        next = this.#assign(outcome, correspondence, next, slice);
        continue;
      }
      const attempt = this.#preemptions.attempt(correspondence, pod.pod, verdict);
      const refusal = { ...verdict, preemption: attempt?.message };
      const [chosen] = attempt?.outcomes ?? [];
      if (attempt === undefined || chosen === undefined) {
        const unseated = attempt?.endsNomination && this.#options.cluster.withdrawNomination(pod.key);
        if (unseated) outcome.unseated.push(unseated);
        // the pods after it would find no node either, unless they ask for something else
        const isOfPod = verdict.isOfMaster || correspondence.requestsVary;
        this.#park(outcome, isOfPod ? [pod] : pods.slice(next), refusal);
        if (!isOfPod) return pods.length;
        next = this.#assign(outcome, correspondence, next + 1, slice);
        continue;
      }
      const hasRoom = this.#preemptions.makeWay(outcome, pod, attempt.outcomes, refusal);
      if (hasRoom) this.#place(outcome, pod, { ...chosen, feasible: 0, total: 0 });
      this.correspondences.bringUpToDate(correspondence, (pods[next + 1] ?? pod).pod);
      slice.spend(attempt.steps);
      // the victims may have left more room than the pod takes
      next = this.#assign(outcome, correspondence, next + 1, slice);
    }
    return next;
  }

  /**
   * Places the batch's pods from `next` on until one finds no node, as those after it would find none either, or the slice
   * is over. Returns the index of that one.
   */
  #assign(outcome: Outcome, correspondence: Correspondence, first: number, slice: Slice): number {
    const { pods } = outcome.batch;
    let next = first;
    while (next < pods.length && !slice.isOver) {
      const before = this.correspondences.steps;
      this.correspondences.refreshFor(correspondence, pods[next]!.pod);
      const steps = correspondence.stepsAPod;
      const run = Math.min(this.#runFrom(pods, next, correspondence), slice.decisions(steps));
      const { explain } = this.#options;
      if (explain !== undefined) outcome.explanations[next] = traceOf(correspondence, explain);
      this.#isAssigning = true;
      const assignments = correspondence.assign(run);
      for (const assignment of assignments) {
        const pod = pods[next++]!;
        this.#options.cluster.assume(pod.pod, assignment.row, true, shapeOf(pod), pod.key);
        this.#reserve(outcome, assignment, pod);
      }
      this.#isAssigning = false;
      correspondence.markSeen();
      slice.spend(steps * run);
      slice.spendCounted(this.correspondences.steps - before);
      if (assignments.length === run) continue;
      if (!correspondence.isCut && !correspondence.requestsVary) break;
      // nodes that were cut off may do, or those of a master that asks for something else did not
      this.correspondences.determineAgain(correspondence, pods[next]!.pod);
      if (correspondence.feasible === 0) break;
    }
    return next;
  }

  /** Takes what the pod needs with its node. When that cannot be had after all, the pod goes back to the queue. */
  #reserve(outcome: Outcome, { row, node, total, feasible }: Assignment, pod: QueuedPod): void {
    try {
      const { class: equivalenceClass } = outcome.batch;
      const { context, reserving } = equivalenceClass;
      const reservations = reserve(reserving, pod.pod, node, context);
      outcome.placed.push({ row, node, total, feasible, pod, class: equivalenceClass, reservations });
    } catch (error) {
      this.#options.cluster.removePod(pod.key, pod.uid);
      tryLater(outcome, pod, (error as Error).message, this.#options.queue);
    }
  }

  /** How many pods from `next` on are placed by one call: those that ask for the same, and leave each other's alone. */
  #runFrom(pods: readonly QueuedPod[], next: number, correspondence: Correspondence): number {
    const { requestsVary } = correspondence;
    if (requestsVary) correspondence.askFor(pods[next]!.pod);
    const isByOne = requestsVary || correspondence.isSequential || correspondence.refreshesAfterEach;
    return isByOne || this.#options.explain !== undefined ? 1 : pods.length - next;
  }

  #bind(placement: Placement): void {
    this.#binding.set(placement.pod.key, placement);
    try {
      this.#options.binder.bind(placement);
    } catch (error) {
      this.bindingFailed(placement.pod.key, (error as Error).message);
      throw error;
    }
  }

  #park(outcome: Outcome, pods: readonly QueuedPod[], refusal: Refusal): void {
    if (refusal.isError) {
      for (const pod of pods) tryLater(outcome, pod, refusal.message, this.#options.queue);
      return;
    }
    outcome.waiting.push(...pods);
    outcome.refusal = refusal;
    this.#options.queue.park(outcome.batch.class.index, pods, refusal);
  }
}
