// Where the pods of a scenario would go: the cycle over a list of pods, without an API server.
import {
  isGated,
  schedulerNameOf,
  objectKey,
  type ApiObject,
  type Decision,
  type Pod,
  type Scenario,
} from '../model/types.ts';
import { Cluster } from '../state/cluster.ts';
import type { Configuration } from '../config/types.ts';
import type { Framework } from '../plugins/framework.ts';
import { inTree } from '../plugins/in-tree.ts';
import { setDefaults } from '../defaults/index.ts';
import type { DecisionTrace, Outcome } from '../cycle/outcome.ts';
import { SchedulingCycle } from '../cycle/cycle.ts';
import type { Binder, PodQueue } from '../cycle/ports.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Preemptor } from '../cycle/preemption/preemptor.ts';
import type { Candidate } from '../cycle/preemption/victims.ts';
import type { QueuedPod } from '../queue/types.ts';

export interface PlanOptions {
  kernel: Kernel;
  configuration: Configuration;
  /** Adds to each decision the ties, or every score and rejection as well. */
  explain?: 'ties' | 'detail';
  /**
   * Milliseconds since 1970: when pods that have not started count as started, and by which claims have waited too long.
   * Without it those pods are younger than all others, and no claim has.
   */
  now?: number;
  /** Told after each batch how many of the pods are decided. */
  onProgress?(decided: number, pods: number): void;
  /** Told when all pods are decided. */
  afterCycle?(cluster: Cluster): void;
}

/** The decisions on a scenario, and what they took. */
export interface Plan {
  decisions: Decision[];
  classes: number;
  /** Full passes over the nodes. */
  passes: number;
}

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

/** Decides every pending pod, each assumed where it was put, in the order of its profile (grouped or strict). */
export function plan(scenario: Scenario, options: PlanOptions): Plan {
  const { kernel, configuration, explain } = options;
  const [first] = configuration.profiles;
  const cluster = clusterOf(scenario, kernel, first!.args.EquivalenceClasses.seed, configuration.registry);
  cluster.now = options.now ?? 0;
  const profiles = profilesOf(scenario.pending, configuration);
  const decisions: Decision[] = scenario.pending
    .filter(isGated)
    .map((pod) => ({ pod: objectKey(pod), feasible: 0, message: GATED }));
  const queue = new ListedPods(scenario.pending.filter((pod) => !isGated(pod)));
  const binder: Binder = { bind: ({ pod }) => cycle.bound(pod.key) };
  const preemptor = preemptorIn(cluster);
  const cycle: SchedulingCycle = new SchedulingCycle({
    kernel,
    cluster,
    queue,
    binder,
    preemptor,
    profiles,
    explain,
  });
  const classes = new Set<string>();
  for (const outcome of cycle.run()) {
    classes.add(outcome.batch.class.index);
    decisions.push(...decisionsOf(outcome));
    options.onProgress?.(decisions.length, scenario.pending.length);
  }
  options.afterCycle?.(cluster);
  return { decisions, classes: classes.size, passes: cycle.correspondences.passes };
}

/** A cluster with everything of the scenario but its pending pods. */
export function clusterOf(scenario: Scenario, kernel: Kernel, seed: number, registry = inTree): Cluster {
  const cluster = new Cluster(kernel.arena, registry, seed);
  for (const node of scenario.nodes) cluster.setNode(node);
  for (const namespace of namespacesOf(scenario)) cluster.setObject(namespace, true);
  for (const object of scenario.objects) cluster.setObject(object, true);
  for (const pod of scenario.pods) cluster.setPod(pod);
  for (const pod of scenario.pending) cluster.setPending(pod);
  return cluster;
}

/** The namespaces that pods name, with the label that the API server gives each; those in the scenario replace them. */
function namespacesOf({ pods, pending }: Scenario): ApiObject[] {
  const names = new Set([...pods, ...pending].map(({ metadata }) => metadata?.namespace ?? 'default'));
  return [...names].map((name) => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    setDefaults(namespace);
    return namespace;
  });
}

/** Victims are gone as soon as they are chosen. */
function preemptorIn(cluster: Cluster): Preemptor {
  return {
    preempt({ outcomes }) {
      for (const key of victimsOf(outcomes[0]!)) cluster.removePod(key);
      return true;
    },
  };
}

function victimsOf({ victims }: Candidate): string[] {
  return victims.map(({ key }) => key).sort();
}

/** A pod whose scheduler name no profile has is planned by the first one: the question is where it would go. */
function profilesOf(pods: readonly Pod[], { profiles }: Configuration): Map<string, Framework> {
  const byName = new Map(profiles.map((profile) => [profile.schedulerName, profile]));
  for (const pod of pods) {
    const name = schedulerNameOf(pod);
    if (!byName.has(name)) byName.set(name, profiles[0]!);
  }
  return byName;
}

/** The pods in the order in which they were given; nothing comes back to be tried again. */
class ListedPods implements PodQueue {
  readonly activations = 0;
  readonly #pods: QueuedPod[];

  constructor(pods: readonly Pod[]) {
    this.#pods = pods.map((pod) => ({
      pod,
      key: objectKey(pod),
      uid: pod.metadata?.uid ?? '',
      priority: pod.spec?.priority ?? 0,
      timestamp: 0,
      attempts: 1,
    }));
  }

  drain(): QueuedPod[] {
    return this.#pods.splice(0);
  }

  park(): void {}

  requeue(): void {}

  giveBack(): void {}

  delete(): void {}

  drainGroup(): QueuedPod[] {
    return [];
  }

  waitingOf(): number {
    return 0;
  }
}

function decisionsOf(outcome: Outcome): Decision[] {
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
