// Takes the pods of a pod group together: enough of them are given nodes, or none is.
//
//   wait for the group, and for enough of its pods ──> try batch by batch ──┬─> enough: bind, the rest waits as usual
//                                                                         └─> too few: take back, all wait
import type { Correspondences } from '../../determination/correspondences.ts';
import type { Batch } from '../batches.ts';
import type { Cluster } from '../../state/cluster.ts';
import { outcomeOf, type Placement, type Outcome } from '../outcome.ts';
import type { PodQueue } from '../ports.ts';
import type { QueuedPod } from '../../queue/types.ts';
import { GANG_SCHEDULING } from '../../model/pod-group.ts';
import { inGangOrder, obstacleTo, quorumOf, shortOf } from './gang.ts';

/** The batches of a pod group's pods. */
export interface Gang {
  /** "namespace/name". */
  podGroup: string;
  batches: Batch[];
}

/** What the cycle does of an attempt. */
export interface GangSteps {
  cluster: Cluster;
  queue: PodQueue;
  correspondences: Correspondences;
  /** Forms batches of pods of one group, and expects them. */
  partition: (pods: readonly QueuedPod[]) => Batch[];
  /** Gives the pods of a batch nodes, and sets which wait, and why. */
  try: (outcome: Outcome) => void;
  bind: (placement: Placement) => void;
  /** After an error: frees what the pods were given, and has them tried again. */
  giveBack: (outcome: Outcome, pods: Set<QueuedPod>, failure: Error) => void;
}

export class GangBatches {
  readonly #steps: GangSteps;

  constructor(steps: GangSteps) {
    this.#steps = steps;
  }

  /** Takes the batches of a group, with those of its pods that wait in the queue. */
  take(gang: Gang): Outcome[] {
    const { cluster, queue, correspondences } = this.#steps;
    const { podGroup } = gang;
    const { context } = gang.batches[0]!.class;
    const placedBefore = cluster.podsOfGroup(podGroup);
    const pods = podsOf(gang.batches);
    const known = placedBefore + pods.length + queue.waitingOf(podGroup);
    const obstacle = obstacleTo(podGroup, pods, known, context);
    const outcomes = (obstacle === undefined ? this.#withWaiting(gang) : gang.batches).map(outcomeOf);
    const undecided = new Set(podsOf(outcomes.map(({ batch }) => batch)));
    try {
      const message = obstacle ?? this.#try(outcomes, placedBefore, quorumOf(podGroup, context));
      const told =
        message === undefined
          ? outcomes.map((outcome) => this.#keep(outcome, undecided))
          : outcomes.flatMap((outcome) => this.#giveUp(outcome, podGroup, message));
      const [first] = told;
      if (obstacle === undefined && first !== undefined) first.gang = { podGroup, message };
      return told;
    } catch (error) {
      for (const outcome of outcomes) {
        const pods = new Set(outcome.batch.pods.filter((pod) => undecided.has(pod)));
        this.#steps.giveBack({ ...outcome, waiting: [] }, pods, error as Error);
      }
      throw error;
    } finally {
      // those that are being bound release theirs when they are
      for (const { batch } of outcomes) {
        const pods = batch.pods.filter((pod) => undecided.has(pod));
        correspondences.release(batch.class, pods.length);
      }
    }
  }

  #withWaiting({ podGroup, batches }: Gang): Batch[] {
    const { queue, correspondences, partition } = this.#steps;
    const waiting = queue.drainGroup(podGroup);
    if (waiting.length === 0) return batches;
    const joined = partition([...podsOf(batches), ...waiting].sort(inGangOrder));
    for (const { class: equivalenceClass, pods } of batches)
      correspondences.release(equivalenceClass, pods.length);
    return joined;
  }

  /** Tries batch by batch. Returns what is said when fewer than the quorum have a node, of `placedBefore` and of these pods. */
  #try(outcomes: readonly Outcome[], placedBefore: number, quorum: number): string | undefined {
    const total = placedBefore + podsOf(outcomes.map(({ batch }) => batch)).length;
    let scheduled = placedBefore;
    let refused = 0;
    for (const outcome of outcomes) {
      if (total - refused < quorum) break;
      this.#steps.try(outcome);
      scheduled += outcome.placed.length;
      refused += outcome.batch.pods.length - outcome.placed.length;
    }
    return scheduled < quorum ? shortOf(quorum, scheduled, total) : undefined;
  }

  /** Binds what was placed. The pods that found no node wait for one as any pod does. */
  #keep(outcome: Outcome, undecided: Set<QueuedPod>): Outcome {
    const { batch, placed, waiting, refusal } = outcome;
    for (const placement of placed) {
      undecided.delete(placement.pod);
      this.#steps.bind(placement);
    }
    if (refusal !== undefined) this.#steps.queue.park(batch.class.index, waiting, refusal);
    return outcome;
  }

  /** Takes the nodes back. The pods that found none wait for one, the others for them. */
  #giveUp(outcome: Outcome, podGroup: string, message: string): Outcome[] {
    const { queue } = this.#steps;
    const { batch, waiting, failed, refusal } = outcome;
    this.#takeBack(outcome);
    const told: Outcome[] = [];
    if (refusal !== undefined) {
      queue.park(`${batch.class.index} of ${podGroup}`, waiting, refusal);
      told.push({ ...outcome, explanations: outcome.explanations.slice(-1) });
    }
    const decided = new Set([...waiting, ...failed.map(({ pod }) => pod)]);
    const others = batch.pods.filter((pod) => !decided.has(pod));
    if (others.length > 0) {
      const verdict = { message, plugins: [GANG_SCHEDULING] };
      queue.park(podGroup, others, verdict);
      told.push({ ...outcomeOf(batch), waiting: others, refusal: verdict });
    }
    return told;
  }

  #takeBack(outcome: Outcome): void {
    for (const { pod, reservations } of outcome.placed.reverse()) {
      for (const reservation of reservations) reservation.release();
      this.#steps.cluster.removePod(pod.key, pod.uid);
    }
    outcome.placed = [];
  }
}

function podsOf(batches: readonly Batch[]): QueuedPod[] {
  return batches.flatMap(({ pods }) => pods);
}
