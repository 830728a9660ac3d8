// coset plan: where the pods of a scenario would go.
import type { Decision, Scenario } from '../api/types.ts';
import { configurationOf } from '../config/load.ts';
import type { Configuration } from '../config/types.ts';
import { loadKernel } from '../kernel/builds.ts';
import { plan } from '../planner/plan.ts';
import { printJson, printTable } from '../scenario/print.ts';
import { readScenario, ScenarioError } from '../scenario/read.ts';
import { Progress } from './progress.ts';
import { nameOf, readConfiguration, readText } from './files.ts';

export interface PlanCommandOptions {
  config?: string;
  format: 'json' | 'table';
  order?: 'grouped' | 'strict';
  detail?: boolean;
}

/** Plans the scenario in the files and prints the decisions. Throws ScenarioError or ConfigurationError on bad input. */
export function planCommand(files: string[], options: PlanCommandOptions): void {
  const scenario = readScenario(files.map((file) => ({ name: nameOf(file), text: readText(file) })));
  for (const problem of scenario.passedOver ?? []) process.stderr.write(`coset: passed over: ${problem}\n`);
  if (scenario.nodes.length === 0) {
    throw new ScenarioError(`${files.map(nameOf).join(', ')}: nodes: there is none to place a pod on`);
  }
  let configuration: Configuration = readConfiguration(options.config);
  if (options.config === undefined && scenario.configuration !== undefined) {
    configuration = configurationOf(scenario.configuration, `${nameOf(files[0]!)}: configuration`);
  }
  if (configuration.extenders.length > 0) configuration.notices.push('extenders: not asked in a plan');
  for (const notice of configuration.notices) process.stderr.write(`coset: ${notice}\n`);
  if (options.order !== undefined) {
    for (const { args } of configuration.profiles) args.EquivalenceClasses.order = options.order;
  }
  const decisions = decide(scenario, configuration, options);
  const parts = options.format === 'json' ? printJson(scenario.name ?? '', decisions) : printTable(decisions);
  for (const part of parts) process.stdout.write(part);
}

function decide(
  scenario: Scenario,
  configuration: Configuration,
  { format, detail }: PlanCommandOptions,
): Decision[] {
  const progress = new Progress(process.stderr);
  // a class of many pods is decided in one go
  progress.show(`0 of ${scenario.pending.length} pods decided`);
  try {
    return plan(scenario, {
      kernel: loadKernel(),
      configuration,
      now: Date.now(),
      // the ties cost a look at every node for each pod, and a table does not show them
      explain: detail ? 'detail' : format === 'json' ? 'ties' : undefined,
      onProgress: (decided, pods) => progress.show(`${decided} of ${pods} pods decided`),
    }).decisions;
  } finally {
    progress.clear();
  }
}
