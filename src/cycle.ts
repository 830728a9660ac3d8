// A scheduling cycle, in the phases of the mission: obtain pods from the queue, partition them into equivalence classes,
// and for each class in its turn determine the schedulable nodes, cache this correspondence, assign the pods one after
// another, bind them, and delete the correspondence when each of them has an outcome.
//
//            obtain          partition        determine + cache       assign            bind
//   queue ───────────> pods ───────────> turns ──────────────> nodes ────────> pod→node ──────> Binder
//     ^                                                                                           │
//     └──────────── park (one verdict for a class) / requeue (after a failed binding) <───────────┘
//
// State in, plan out: nothing here talks to an API server or reads a clock.
import type { Pod, Rejection } from './api/types.ts';
import type { Cluster } from './cluster/cluster.ts';
import { ClassIndex, type EquivalenceClass } from './classes/class-index.ts';
import type { Assignment, Correspondence, Refusal } from './classes/correspondence.ts';
import { Correspondences } from './classes/correspondences.ts';
import type { Profile } from './config/types.ts';
import type { Reservation } from './constraints/constraint.ts';
import { reserve, unbuiltOf } from './constraints/index.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { QueuedPod, Verdict } from './queue/types.ts';

/** Pods of one class that are taken together. */
export interface Turn {
  class: EquivalenceClass;
  pods: QueuedPod[];
}

export interface Placement extends Assignment {
  pod: QueuedPod;
  /** What was taken with the node, to be made real before the pod is bound. */
  reservations: Reservation[];
}

/** What can be said of a decision besides its outcome; it costs a look at every node for each pod. */
export interface Explanation {
  feasible: number;
  /** The nodes of the greatest total, by name. */
  best: string[];
  scores?: Record<string, Record<string, number>>;
  rejected?: Record<string, Rejection>;
}

/** What became of a turn's pods. */
export interface TurnOutcome {
  turn: Turn;
  placed: Placement[];
  waiting: QueuedPod[];
  /** Pods that found a node but not what else they need; they are tried again. */
  failed: { pod: QueuedPod; message: string }[];
  /** Why the waiting pods wait. */
  refusal?: Refusal;
  /** For each pod of the turn in order, when explanations were asked for. */
  explanations: Explanation[];
}

/** Takes the placements outside: makes reservations real, binds, and says later what came of it by `bound` or `bindingFailed`. */
export interface Binder {
  bind(placement: Placement): void;
}

export const PHASES = ['obtain', 'partition', 'determine', 'assign', 'bind'] as const;
export type Phase = (typeof PHASES)[number];

/** Where pods come from and go back to; SchedulingQueue is one. */
export interface PodQueue {
  drain(): QueuedPod[];
  park(group: string, pods: readonly QueuedPod[], verdict: Verdict): void;
  requeue(pod: QueuedPod, message?: string): void;
  delete(key: string, uid?: string): void;
}

export interface CycleOptions {
  kernel: Kernel;
  cluster: Cluster;
  queue: PodQueue;
  binder: Binder;
  /** By the scheduler name that pods ask for. */
  profiles: ReadonlyMap<string, Profile>;
  /** Told at the beginning of each phase, so that the owner can measure. */
  onPhase?(phase: Phase): void;
  /** Explain every decision: by its ties, or with every score and rejection. */
  explain?: 'ties' | 'detail';
}

export class SchedulingCycle {
  readonly correspondences: Correspondences;
  readonly #options: CycleOptions;
  readonly #classes: ClassIndex;
  readonly #binding = new Map<string, { placement: Placement; class: EquivalenceClass }>();

  constructor(options: CycleOptions) {
    this.#options = options;
    this.#classes = new ClassIndex(options.kernel);
    this.correspondences = new Correspondences(options.kernel, options.explain === 'detail');
  }

  /** Pods that were given a node and whose binding has no outcome yet. */
  get bindingCount(): number {
    return this.#binding.size;
  }

  /** Whether the pod was given a node and its binding has no outcome yet. */
  isBinding(key: string): boolean {
    return this.#binding.has(key);
  }

  /** Runs one cycle, turn by turn. Between two turns the caller may take in events, or stop. */
  *run(): Generator<TurnOutcome, void, void> {
    const { cluster, queue, onPhase } = this.#options;
    onPhase?.('obtain');
    const pods = this.#obtain();
    onPhase?.('partition');
    let { rules } = cluster;
    let turns = this.#partition(pods);
    let next = 0;
    try {
      while (next < turns.length) {
        if (cluster.rules !== rules) {
          // what came between two turns may tell pods apart that were alike: the rest is partitioned anew
          onPhase?.('partition');
          ({ rules } = cluster);
          const rest = turns.slice(next);
          for (const turn of rest) this.correspondences.settle(turn.class, turn.pods.length);
          turns = this.#partition(rest.flatMap((turn) => turn.pods));
          next = 0;
        } else {
          yield this.#take(turns[next++]!);
        }
      }
    } finally {
      // a cycle that ends early gives its other pods back
      for (const turn of turns.slice(next)) {
        this.correspondences.settle(turn.class, turn.pods.length);
        for (const pod of turn.pods) queue.requeue(pod);
      }
    }
  }

  /** The pod's binding was acknowledged. */
  bound(key: string): void {
    const binding = this.#binding.get(key);
    if (binding === undefined) return;
    this.#binding.delete(key);
    this.#options.queue.delete(key, binding.placement.pod.uid);
    this.correspondences.settle(binding.class, 1);
  }

  /** The pod's binding failed: its node is free again, and it is tried later. */
  bindingFailed(key: string, message: string): void {
    const binding = this.#binding.get(key);
    if (binding === undefined) return;
    const { pod, reservations } = binding.placement;
    this.#binding.delete(key);
    for (const reservation of reservations) reservation.release();
    this.#options.cluster.removePod(key, pod.uid);
    this.#options.queue.requeue(pod, message);
    this.correspondences.settle(binding.class, 1);
  }

  /** The class of a pod as it is now; undefined when no profile is its. */
  classOf(pod: Pod): EquivalenceClass | undefined {
    const profile = this.#options.profiles.get(pod.spec?.schedulerName ?? 'default-scheduler');
    return profile && this.#classes.of(pod, { cluster: this.#options.cluster, profile });
  }

  #obtain(): QueuedPod[] {
    return this.#options.queue.drain();
  }

  /** Every pod into exactly one turn: with the others of its class and priority, or in the queue's own order. */
  #partition(pods: readonly QueuedPod[]): Turn[] {
    const turns: Turn[] = [];
    const grouped = new Map<string, Turn>();
    for (const pod of pods) {
      const equivalenceClass = this.classOf(pod.pod);
      if (equivalenceClass === undefined) {
        this.#options.queue.delete(pod.key, pod.uid);
        continue;
      }
      this.correspondences.expect(equivalenceClass, 1);
      const { order } = equivalenceClass.context.profile.args.EquivalenceClasses;
      const key = `${pod.priority}/${equivalenceClass.index}`;
      const open = order === 'grouped' ? grouped.get(key) : turns.at(-1);
      if (open !== undefined && open.class === equivalenceClass) {
        open.pods.push(pod);
        continue;
      }
      const turn = { class: equivalenceClass, pods: [pod] };
      turns.push(turn);
      if (order === 'grouped') grouped.set(key, turn);
    }
    return turns;
  }

  #take(turn: Turn): TurnOutcome {
    const outcome: TurnOutcome = { turn, placed: [], waiting: [], failed: [], explanations: [] };
    const [master] = turn.pods;
    const unbuilt = unbuiltOf(master!.pod, turn.class.context);
    if (unbuilt !== undefined) {
      const message = `${unbuilt.plugin} is not supported yet: the pod asks for ${unbuilt.what}.`;
      this.#park(outcome, turn.pods, { message, plugins: [unbuilt.plugin] });
      this.correspondences.settle(turn.class, turn.pods.length);
      return outcome;
    }
    let unsettled = turn.pods.length;
    try {
      this.#options.onPhase?.('determine');
      const correspondence = this.correspondences.open(turn.class, master!.pod);
      this.#options.onPhase?.('assign');
      const rest = this.#assign(outcome, correspondence);
      this.#options.onPhase?.('bind');
      for (const placement of outcome.placed) {
        unsettled--;
        this.#bind(placement, turn.class);
      }
      if (rest.length > 0) this.#park(outcome, rest, correspondence.refusal());
    } finally {
      // those that are being bound settle when they are
      this.correspondences.settle(turn.class, unsettled);
      this.#giveBackUndecided(outcome);
    }
    return outcome;
  }

  /** Places the turn's pods until one finds no node; those after it would find none either. Returns the rest. */
  #assign(outcome: TurnOutcome, correspondence: Correspondence): readonly QueuedPod[] {
    const { pods } = outcome.turn;
    const { context } = outcome.turn.class;
    let next = 0;
    while (next < pods.length) {
      if (correspondence.isOneByOne && !correspondence.isCurrent)
        this.correspondences.determineAgain(correspondence);
      const run = this.#runFrom(pods, next, correspondence);
      if (this.#options.explain !== undefined) outcome.explanations.push(this.#explain(correspondence));
      const assignments = correspondence.assign(run);
      for (const assignment of assignments) {
        const pod = pods[next++]!;
        this.#options.cluster.assume(pod.pod, assignment.row, true, this.#classes.shapeOf(pod.pod, context));
        this.#reserve(outcome, assignment, pod);
      }
      correspondence.markSeen();
      if (assignments.length < run) {
        if (!correspondence.isCut) break;
        this.correspondences.determineAgain(correspondence);
        if (correspondence.feasible === 0) break;
      }
    }
    return pods.slice(next);
  }

  /** Takes what the pod needs with its node. When that cannot be had after all, the pod goes back to the queue. */
  #reserve(outcome: TurnOutcome, { row, node, total, feasible }: Assignment, pod: QueuedPod): void {
    try {
      const reservations = reserve(pod.pod, node, outcome.turn.class.context);
      outcome.placed.push({ row, node, total, feasible, pod, reservations });
    } catch (error) {
      const { message } = error as Error;
      this.#options.cluster.removePod(pod.key, pod.uid);
      this.#options.queue.requeue(pod, message);
      outcome.failed.push({ pod, message });
    }
  }

  /** After an error: the pods of the turn that have no outcome are tried again. */
  #giveBackUndecided({ turn, placed, waiting, failed }: TurnOutcome): void {
    if (placed.length + waiting.length + failed.length === turn.pods.length) return;
    const decided = new Set([...placed, ...failed].map(({ pod }) => pod));
    for (const pod of waiting) decided.add(pod);
    for (const pod of turn.pods) if (!decided.has(pod)) this.#options.queue.requeue(pod);
  }

  /** How many pods from `next` on are placed by one call: those that ask for the same, and leave each other's alone. */
  #runFrom(pods: readonly QueuedPod[], next: number, correspondence: Correspondence): number {
    const { features } = correspondence.class.context.profile.args.EquivalenceClasses;
    if (features.length < 3) correspondence.askFor(pods[next]!.pod);
    if (features.length < 3 || this.#options.explain !== undefined || correspondence.isOneByOne) return 1;
    return pods.length - next;
  }

  #explain(correspondence: Correspondence): Explanation {
    const explanation: Explanation = { feasible: correspondence.feasible, best: correspondence.ties() };
    if (this.#options.explain === 'detail') {
      explanation.scores = correspondence.scores();
      explanation.rejected = correspondence.rejections();
    }
    return explanation;
  }

  #bind(placement: Placement, equivalenceClass: EquivalenceClass): void {
    this.#binding.set(placement.pod.key, { placement, class: equivalenceClass });
    this.#options.binder.bind(placement);
  }

  #park(outcome: TurnOutcome, pods: readonly QueuedPod[], refusal: Refusal): void {
    outcome.waiting.push(...pods);
    outcome.refusal = refusal;
    this.#options.queue.park(outcome.turn.class.index, pods, refusal);
  }
}
