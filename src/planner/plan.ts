// Where the pods of a scenario would go.
import type { Scenario } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { Configuration } from '../config/types.ts';
import { inTree } from '../plugins/in-tree.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { DecideOptions, Plan } from './decider.ts';
import { KeptCluster } from './kept-cluster.ts';
import { Planner } from './planner.ts';

export interface PlanOptions extends DecideOptions {
  kernel: Kernel;
  configuration: Configuration;
  /** Told when all pods are decided. */
  afterCycle?: (cluster: Cluster) => void;
}

/** Decides every pending pod, each assumed where it was put, in the order of its profile (grouped or strict). */
export function plan(scenario: Scenario, options: PlanOptions): Plan {
  return Planner.ofScenario(scenario, options).decide(scenario.pending, options);
}

/** A cluster with everything of the scenario; its pending pods wait. */
export function clusterOf(scenario: Scenario, kernel: Kernel, seed: number, registry = inTree): Cluster {
  const kept = new KeptCluster(kernel, registry, seed);
  kept.load(scenario);
  return kept.cluster;
}
