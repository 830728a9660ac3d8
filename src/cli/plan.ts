// coset plan: where the pods of a scenario would go.
import type { Decision, Scenario } from '../model/types.ts';
import { configurationOf } from '../config/configuration.ts';
import type { Configuration } from '../config/types.ts';
import { loadKernel } from '../kernel/builds.ts';
import { NO_NODES, otherSchedulers, tellOfExtenders, whyNothing } from '../planner/notices.ts';
import { plan } from '../planner/plan.ts';
import { groupsOf } from '../scenario/groups.ts';
import { printJson, printTable, printYaml, type PrintedPlan } from '../scenario/print.ts';
import { readScenario } from '../scenario/read.ts';
import { ScenarioError, told } from '../scenario/reader.ts';
import { Progress } from './progress.ts';
import { nameOf, readConfiguration, readText } from './files.ts';
import { ownPlugins } from './plugin-modules.ts';

export interface PlanCommandOptions {
  config?: string;
  output: 'json' | 'yaml' | 'table';
  order?: 'grouped' | 'strict';
  detail?: boolean;
}

/** What the command ends with when there is no pod to plan. */
export const NOTHING_TO_PLAN = 3;

const PRINTERS: Readonly<Record<PlanCommandOptions['output'], (plan: PrintedPlan) => Iterable<string>>> = {
  json: printJson,
  yaml: printYaml,
  table: printTable,
};

/**
 * Plans the scenario in the files, prints the decisions and returns the exit code. Throws ScenarioError or
 * ConfigurationError on input that cannot be used.
 */
export async function planCommand(files: string[], options: PlanCommandOptions): Promise<number> {
  if (files.filter((file) => file === '-').length > 1)
    throw new ScenarioError('standard input is named twice, and can be read once');
  const read = readScenario(files.map((file) => ({ name: nameOf(file), text: readText(file) })));
  const { scenario, intake } = read;
  const faults = intake.passedOver.map(({ object, reason }) => `${object}: ${reason} (passed over)`);
  if (faults.length > 0) say(told(faults));
  const configuration = await configurationFor(scenario, files[0]!, options);
  if (scenario.nodes.length === 0) {
    throw new ScenarioError(`${files.map(nameOf).join(', ')}: ${NO_NODES}`);
  }
  for (const notice of configuration.notices) say(notice);
  const notices = [...intake.notices, ...otherSchedulers(scenario, configuration)];
  if (notices.length > 0) say(told(notices));
  const decisions = decide(scenario, configuration, options);
  const groups = groupsOf(scenario.pending);
  const printed = {
    name: scenario.name ?? '',
    decisions,
    intake,
    groupOf: (pod: string) => groups.get(pod)!,
  };
  for (const part of PRINTERS[options.output](printed)) process.stdout.write(part);
  if (decisions.length > 0) return 0;
  say(`nothing to plan: ${whyNothing(intake)}`);
  return NOTHING_TO_PLAN;
}

async function configurationFor(
  scenario: Scenario,
  file: string,
  { config, order }: PlanCommandOptions,
): Promise<Configuration> {
  const isOwn = config === undefined && scenario.configuration !== undefined;
  const configuration = isOwn
    ? configurationOf(scenario.configuration, `${nameOf(file)}: configuration`, ownPlugins)
    : await readConfiguration(config);
  tellOfExtenders(configuration);
  if (order !== undefined) {
    for (const { args } of configuration.profiles) args.EquivalenceClasses.order = order;
  }
  return configuration;
}

function say(text: string): void {
  for (const line of text.split('\n')) process.stderr.write(`coset: ${line}\n`);
}

function decide(
  scenario: Scenario,
  configuration: Configuration,
  { output, detail }: PlanCommandOptions,
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
      explain: detail ? 'detail' : output === 'table' ? undefined : 'ties',
      onProgress: (decided, pods) => progress.show(`${decided} of ${pods} pods decided`),
    }).decisions;
  } finally {
    progress.clear();
  }
}
