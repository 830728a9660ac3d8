// coset plan: where the pods of a scenario would go.
import { schedulerNameOf, type Decision, type Scenario } from '../model/types.ts';
import { configurationOf } from '../config/load.ts';
import type { Configuration } from '../config/types.ts';
import { loadKernel } from '../kernel/builds.ts';
import { plan } from '../planner/plan.ts';
import { groupsOf } from '../scenario/groups.ts';
import type { Intake } from '../scenario/intake.ts';
import { printJson, printTable, printYaml, type PrintedPlan } from '../scenario/print.ts';
import { readScenario } from '../scenario/read.ts';
import { MESSAGES_MAX, ScenarioError, told } from '../scenario/reader.ts';
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
    throw new ScenarioError(
      `${files.map(nameOf).join(', ')}: nodes: there is none to place a pod on: add "coset snapshot"`,
    );
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
  if (configuration.extenders.length > 0) configuration.notices.push('extenders: not asked in a plan');
  if (order !== undefined) {
    for (const { args } of configuration.profiles) args.EquivalenceClasses.order = order;
  }
  return configuration;
}

/** Pods that another scheduler would place: the plan says where the first profile would. */
function otherSchedulers({ pending }: Scenario, { profiles }: Configuration): string[] {
  const known = new Set(profiles.map(({ schedulerName }) => schedulerName));
  const counts = new Map<string, number>();
  for (const pod of pending) {
    const name = schedulerNameOf(pod);
    if (!known.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(
    ([name, pods]) =>
      `pods of the scheduler ${name} (${pods}) are planned as if they were ${profiles[0]!.schedulerName}'s`,
  );
}

function whyNothing({ running, finished, terminating, unknownNodes, leftOut, others }: Intake): string {
  const elsewhere = Object.values(unknownNodes).reduce((sum, pods) => sum + pods, 0);
  const kinds = Object.entries(others).map(([kind, count]) => `${count} ${kind}`);
  const pods = [
    running > 0 && `${running} on nodes already`,
    elsewhere > 0 && `${elsewhere} on nodes that are not in the files (${some(Object.keys(unknownNodes))})`,
    finished > 0 && `${finished} finished`,
    terminating > 0 && `${terminating} being deleted`,
  ].filter((text) => text !== false);
  const why = [
    pods.length > 0 && `of the pods are ${pods.join(', ')}`,
    leftOut.length > 0 && `left out is ${some(leftOut.map(({ object, reason }) => `${object} (${reason})`))}`,
    kinds.length > 0 && `no pods come of ${some(kinds)}`,
  ].filter((text) => text !== false);
  return why.length > 0 ? why.join('; ') : 'the files hold no pod, and no workload that makes one';
}

function some(texts: readonly string[]): string {
  const rest = texts.length - MESSAGES_MAX;
  return [...texts.slice(0, MESSAGES_MAX), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
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
