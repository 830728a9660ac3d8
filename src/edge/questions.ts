// What may be asked, and how it is answered by a planner.
import { anything, bool, exactly, list, oneOf, Problems, shown, type Shape } from '../model/shape.ts';
import type { Pod } from '../model/types.ts';
import type { Intake } from '../scenario/intake.ts';
import { printedDecision } from '../scenario/print.ts';
import { readObjects, told } from '../scenario/reader.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { KubernetesObject, WatchEvent } from '../planner/objects.ts';
import { Planner } from '../planner/planner.ts';
import { configurationIn } from './clusters.ts';
import { refusal } from './errors.ts';
import { EXPLAINED_MOST, type Limits } from './limits.ts';

const asking = {
  events: list(anything),
  pods: list(anything),
  explain: oneOf('ties', 'detail'),
};
const snapshot = { snapshot: anything, configuration: anything };

/** The fields that a body may have. */
export const BODIES = {
  plan: exactly({ ...snapshot, ...asking }),
  put: exactly(snapshot),
  change: exactly({ events: list(anything) }),
  decide: exactly({ ...asking, keep: bool }),
  explain: exactly({ events: list(anything), pod: anything }),
};

export interface Question {
  /** What happens before the pods are decided, as a watch would tell it. */
  events?: WatchEvent[];
  /** Pods and workloads, as they are sent to the API server; all that wait where there are none. */
  pods?: KubernetesObject[];
  explain?: 'ties' | 'detail';
  /** Whether the cluster is kept as it is after that. */
  keep?: boolean;
}

export interface DecisionsAnswer {
  /** Each as `coset plan --output json` prints it. */
  decisions: object[];
  /** How many of them have a node. */
  placed: number;
  classes: number;
  passes: number;
}

/** A planner of what a request brings, and what the reader has to know of it. */
export interface Brought {
  planner: Planner;
  configuration: unknown;
  /** Sentences: what the snapshot lacks, or has that was read otherwise. */
  notices: string[];
  leftOut: Intake['leftOut'];
  /** The pods that wait, in the order of `coset plan`: a scenario's own. */
  pending: Pod[];
}

/** @throws HTTPException 400 that names the field */
export function check(body: unknown, shape: Shape): void {
  const problems = new Problems('body');
  shape(body, '', problems);
  if (problems.count > 0) throw refusal(400, problems.toString());
}

/**
 * A planner of the snapshot in a body.
 * @throws HTTPException 400 when it is missing, 422 when something in it cannot be used
 */
export function bring(
  body: { snapshot?: unknown; configuration?: unknown },
  limits: Limits,
  kernel: Kernel,
): Brought {
  const { configuration } = body;
  if (body.snapshot === undefined) throw refusal(400, 'body: snapshot: must be set');
  if (typeof body.snapshot !== 'object')
    throw refusal(400, `body: snapshot: must be an object or a list, not ${shown(body.snapshot)}`);
  const options = { kernel, configuration: configurationIn(configuration) };
  const { scenario, intake } = readObjects(body.snapshot, 'snapshot', limits.pods);
  const { passedOver, notices, leftOut } = intake;
  if (passedOver.length > 0)
    throw refusal(422, told(passedOver.map(({ object, reason }) => `${object}: ${reason}`)));
  const planner = Planner.ofScenario(scenario, options);
  return { planner, configuration, notices, leftOut, pending: scenario.pending };
}

/**
 * Decides in the planner, which is changed by it.
 * @param waiting the pods that are decided when the question names none; by default as the planner has them in order
 * @throws HTTPException 422, PlannerError or EffortError
 */
export function decide(
  planner: Planner,
  question: Question,
  limits: Limits,
  waiting?: Pod[],
): DecisionsAnswer {
  const { events, explain } = question;
  if (events !== undefined) planner.apply(events);
  const pods = question.pods ? planner.create(question.pods, limits.pods) : waiting;
  const count = (pods ?? planner.waiting()).length;
  if (count > limits.pods)
    throw refusal(422, `pods: ${count} wait, and one request decides at most ${limits.pods}: ask about some`);
  if (explain !== undefined) checkExplained(explain, count, planner.nodes().length);
  const plan = planner.decide(pods, { explain, now: Date.now(), steps: limits.steps });
  const placed = plan.decisions.filter(({ node }) => node !== undefined).length;
  return { ...plan, decisions: plan.decisions.map(printedDecision), placed };
}

/** @throws HTTPException 422, PlannerError or EffortError */
export function explain(
  planner: Planner,
  { events, pod }: { events?: WatchEvent[]; pod?: Pod | string },
  limits: Limits,
): object {
  if (pod === undefined) throw refusal(400, 'body: pod: must be set, to a name ("namespace/name") or a pod');
  if (events !== undefined) planner.apply(events);
  checkExplained('detail', 1, planner.nodes().length);
  return printedDecision(planner.explain(pod, { now: Date.now(), steps: limits.steps }));
}

function checkExplained(explain: 'ties' | 'detail', pods: number, nodes: number): void {
  const most = EXPLAINED_MOST[explain];
  if (pods * nodes <= most) return;
  throw refusal(
    422,
    `explain: ${explain} of ${pods} pods on ${nodes} nodes is more than the ${most} looks that an answer holds: ask about fewer pods`,
  );
}
