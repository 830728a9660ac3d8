// What coset decides on a scenario, in the form in which kube-oracle prints decisions.
import type { Decision, Scenario } from '../../src/model/types.ts';
import type { Cluster } from '../../src/state/cluster.ts';
import { configurationOf, defaultConfiguration } from '../../src/config/configuration.ts';
import type { Configuration } from '../../src/config/types.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { plan, type PlanOptions } from '../../src/planner/plan.ts';
import { printJson } from '../../src/scenario/print.ts';
import { readScenario } from '../../src/scenario/read.ts';
import { differences } from '../state/audit.ts';

export interface Expected {
  name: string;
  decisions: Decision[];
}

export function parseScenario(text: string): Scenario {
  return readScenario([{ name: 'scenario', text }]).scenario;
}

/** The scenario's configuration, or the default one, with the given arguments of coset's own in every profile. */
export function configurationFor(
  { configuration }: Scenario,
  args: Partial<EquivalenceClassesArgs>,
): Configuration {
  const registry = inTree.with([dynamicResources]);
  const whole =
    configuration === undefined
      ? defaultConfiguration(registry)
      : configurationOf(structuredClone(configuration), 'scenario', registry);
  for (const profile of whole.profiles) Object.assign(profile.args.EquivalenceClasses, args);
  return whole;
}

function audit(cluster: Cluster): void {
  const found = differences(cluster);
  if (found.length > 0) throw new Error(`the columns are not the sum of the records:\n${found.join('\n')}`);
}

/** Decides all pods of a scenario and prints the decisions. */
export function planned(
  scenario: Scenario,
  kernel: Kernel,
  order: EquivalenceClassesArgs['order'],
  explain?: PlanOptions['explain'],
): Decision[] {
  const configuration = configurationFor(scenario, { order });
  const { decisions } = plan(scenario, {
    kernel,
    configuration,
    explain,
    now: Date.now(),
    afterCycle: audit,
  });
  const text = [...printJson({ name: scenario.name ?? '', decisions })].join('');
  return (JSON.parse(text) as Expected).decisions;
}

/** What a decision says without an explanation. */
export function outcomeOf({ pod, node, feasible, score, message, preemption }: Decision): Decision {
  return { pod, node, feasible, score, message, preemption };
}
