// Takes the pods of a pod group together: enough of them are given nodes, or none is.
//
//   wait for the group, and for enough of its pods ──> try turn by turn ──┬─> enough: bind, the rest waits as usual
//                                                                         └─> too few: take back, all wait
import type { Correspondences } from '../classes/correspondences.ts';
import type { Turn } from '../classes/turns.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { outcomeOf, type Placement, type TurnOutcome } from '../classes/turn-outcome.ts';
import type { PodQueue } from '../classes/cycle-ports.ts';
import type { QueuedPod } from '../queue/types.ts';
import { GANG_SCHEDULING, inGangOrder, obstacleTo, quorumOf, shortOf } from './gang.ts';

/** The turns of a pod group's pods. */
export interface Gang {
  /** "namespace/name". */
  podGroup: string;
  turns: Turn[];
}

/** What became of an attempt at a pod group. */
export interface GangOutcome {
  /** "namespace/name". */
  podGroup: string;
  /** Why too few of its pods have a node; absent when enough have. */
  message?: string;
}

/** What the cycle does of an attempt. */
export interface GangSteps {
  cluster: Cluster;
  queue: PodQueue;
  correspondences: Correspondences;
  /** Forms turns of pods of one group, and expects them. */
  partition: (pods: readonly QueuedPod[]) => Turn[];
  /** Gives the pods of a turn nodes, and sets which wait, and why. */
  try: (outcome: TurnOutcome) => void;
  bind: (placement: Placement) => void;
  /** After an error: frees what the pods were given, and has them tried again. */
  giveBack: (outcome: TurnOutcome, pods: Set<QueuedPod>, failure: Error) => void;
}

export class GangTurns {
  readonly #steps: GangSteps;

  constructor(steps: GangSteps) {
    this.#steps = steps;
  }

  /** Takes the turns of a group, with those of its pods that wait in the queue. */
  take(gang: Gang): TurnOutcome[] {
    const { cluster, queue, correspondences } = this.#steps;
    const { podGroup } = gang;
    const { context } = gang.turns[0]!.class;
    const settled = cluster.podsOfGroup(podGroup);
    const pods = podsOf(gang.turns);
    const known = settled + pods.length + queue.waitingOf(podGroup);
    const obstacle = obstacleTo(podGroup, pods, known, context);
    const outcomes = (obstacle === undefined ? this.#withWaiting(gang) : gang.turns).map(outcomeOf);
    const undecided = new Set(podsOf(outcomes.map(({ turn }) => turn)));
    try {
      const message = obstacle ?? this.#try(outcomes, settled, quorumOf(podGroup, context));
      const told =
        message === undefined
          ? outcomes.map((outcome) => this.#keep(outcome, undecided))
          : outcomes.flatMap((outcome) => this.#giveUp(outcome, podGroup, message));
      const [first] = told;
      if (obstacle === undefined && first !== undefined) first.gang = { podGroup, message };
      return told;
    } catch (error) {
      for (const outcome of outcomes) {
        const pods = new Set(outcome.turn.pods.filter((pod) => undecided.has(pod)));
        this.#steps.giveBack({ ...outcome, waiting: [] }, pods, error as Error);
      }
      throw error;
    } finally {
      // those that are being bound settle when they are
      for (const { turn } of outcomes) {
        const pods = turn.pods.filter((pod) => undecided.has(pod));
        correspondences.settle(turn.class, pods.length);
      }
    }
  }

  #withWaiting({ podGroup, turns }: Gang): Turn[] {
    const { queue, correspondences, partition } = this.#steps;
    const waiting = queue.drainGroup(podGroup);
    if (waiting.length === 0) return turns;
    const joined = partition([...podsOf(turns), ...waiting].sort(inGangOrder));
    for (const { class: equivalenceClass, pods } of turns)
      correspondences.settle(equivalenceClass, pods.length);
    return joined;
  }

  /** Tries turn by turn. Returns what is said when fewer than the quorum have a node, of `settled` and of these pods. */
  #try(outcomes: readonly TurnOutcome[], settled: number, quorum: number): string | undefined {
    const total = settled + podsOf(outcomes.map(({ turn }) => turn)).length;
    let scheduled = settled;
    let refused = 0;
    for (const outcome of outcomes) {
      if (total - refused < quorum) break;
      this.#steps.try(outcome);
      scheduled += outcome.placed.length;
      refused += outcome.turn.pods.length - outcome.placed.length;
    }
    return scheduled < quorum ? shortOf(quorum, scheduled, total) : undefined;
  }

  /** Binds what was placed. The pods that found no node wait for one as any pod does. */
  #keep(outcome: TurnOutcome, undecided: Set<QueuedPod>): TurnOutcome {
    const { turn, placed, waiting, refusal } = outcome;
    for (const placement of placed) {
      undecided.delete(placement.pod);
      this.#steps.bind(placement);
    }
    if (refusal !== undefined) this.#steps.queue.park(turn.class.index, waiting, refusal);
    return outcome;
  }

  /** Takes the nodes back. The pods that found none wait for one, the others for them. */
  #giveUp(outcome: TurnOutcome, podGroup: string, message: string): TurnOutcome[] {
    const { queue } = this.#steps;
    const { turn, waiting, failed, refusal } = outcome;
    this.#takeBack(outcome);
    const told: TurnOutcome[] = [];
    if (refusal !== undefined) {
      queue.park(`${turn.class.index} of ${podGroup}`, waiting, refusal);
      told.push({ ...outcome, explanations: outcome.explanations.slice(-1) });
    }
    const decided = new Set([...waiting, ...failed.map(({ pod }) => pod)]);
    const others = turn.pods.filter((pod) => !decided.has(pod));
    if (others.length > 0) {
      const verdict = { message, plugins: [GANG_SCHEDULING] };
      queue.park(podGroup, others, verdict);
      told.push({ ...outcomeOf(turn), waiting: others, refusal: verdict });
    }
    return told;
  }

  #takeBack(outcome: TurnOutcome): void {
    for (const { pod, reservations } of outcome.placed.reverse()) {
      for (const reservation of reservations) reservation.release();
      this.#steps.cluster.removePod(pod.key, pod.uid);
    }
    outcome.placed = [];
  }
}

function podsOf(turns: readonly Turn[]): QueuedPod[] {
  return turns.flatMap(({ pods }) => pods);
}
