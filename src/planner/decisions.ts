// What a cycle's outcome says of each pod, in kube-oracle's format.
import type { Decision } from '../model/types.ts';
import type { DecisionTrace, Outcome } from '../cycle/outcome.ts';
import type { Candidate } from '../cycle/preemption/victims.ts';

/** The names of the pods that leave, in their order. */
export function victimsOf({ victims }: Candidate): string[] {
  return victims.map(({ key }) => key).sort();
}

/** The decisions on the pods of a batch, as far as there are any. */
export function decisionsOf(outcome: Outcome): Decision[] {
  const { batch, placed, waiting, preempting, failed, refusal, explanations } = outcome;
  const explained = (from: Partial<DecisionTrace> = {}) => ({
    ...(from.scores && { scores: from.scores }),
    ...(from.rejected && { rejected: from.rejected }),
  });
  const nodes = new Map(placed.map((placement) => [placement.pod, placement]));
  const made = new Map(preempting.map((preemption) => [preemption.pod, preemption]));
  const failures = new Map(failed.map(({ pod, message }) => [pod, message]));
  // of a gang that failed, pods of one batch wait for different things: each is in the outcome that says so
  const waits = new Set(waiting);
  const decisions: Decision[] = [];
  batch.pods.forEach((pod, n) => {
    const placement = nodes.get(pod);
    const preemption = made.get(pod);
    // the pods after the first one that found no node share its verdict
    const explanation = explanations[n] ?? explanations.at(-1);
    if (preemption !== undefined) {
      decisions.push({
        pod: pod.key,
        node: placement?.node,
        feasible: 0,
        message: preemption.refusal.message,
        preemption: preemption.outcomes.map((outcome) => ({
          node: outcome.node,
          victims: victimsOf(outcome),
        })),
        ...explained(explanation),
      });
    } else if (placement !== undefined) {
      const { node, feasible, total: score } = placement;
      const best = explanation && { best: explanation.best };
      decisions.push({ pod: pod.key, node, feasible, score, ...best, ...explained(explanation) });
    } else if (failures.has(pod) || waits.has(pod)) {
      const message = failures.get(pod) ?? refusal?.message;
      decisions.push({ pod: pod.key, feasible: 0, message, ...explained(explanation) });
    }
  });
  return decisions;
}
