// Plans what files hold, and explains decisions: all that the page's worker does, without the worker.
import { configurationOf, defaultConfiguration } from '../../config/configuration.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Configuration } from '../../config/types.ts';
import { dynamicResources } from '../../devices/plugin.ts';
import { objectKey, type Scenario } from '../../model/types.ts';
import { NO_NODES, otherSchedulers, tellOfExtenders, whyNothing } from '../../planner/notices.ts';
import { Planner } from '../../planner/planner.ts';
import { inTree } from '../../plugins/in-tree.ts';
import { readScenario, type SourceFile } from '../../scenario/read.ts';
import { explanationOf } from '../view/explanation.ts';
import { notesOf } from '../view/notes.ts';
import { planViewOf } from '../view/plan-view.ts';
import type { ExplanationView, PlanView } from '../view/types.ts';

const PLUGINS = inTree.with([dynamicResources]);

/** Files that are right but do not suffice for a plan: the message says what to add. */
export class IncompleteError extends Error {
  override name = 'IncompleteError';
}

/** Who decides, and what was decided. */
export interface PlannedFiles {
  view: PlanView;
  explain: (pod: string) => ExplanationView;
}

export interface PlanningOptions {
  clock: Pick<Clock, 'now' | 'monotonic'>;
  onReading: () => void;
  onDecided: (decided: number, pods: number) => void;
}

/**
 * Plans the files together as `coset plan` does.
 * @throws ScenarioError, ConfigurationError, IncompleteError
 */
export function planFiles(
  files: SourceFile[],
  { clock, onReading, onDecided }: PlanningOptions,
): PlannedFiles {
  onReading();
  const now = clock.now();
  const began = clock.monotonic();
  const { scenario, intake } = readScenario(files);
  const names = files.map(({ name }) => name).join(', ');
  const configuration = configurationIn(scenario, files);
  if (scenario.nodes.length === 0) throw new IncompleteError(`${names}: ${NO_NODES}`);
  const notices = [
    ...configuration.notices,
    ...intake.notices,
    ...otherSchedulers(scenario, configuration),
    ...(scenario.pending.length === 0 ? [`nothing to plan: ${whyNothing(intake)}`] : []),
  ];
  const planner = Planner.ofScenario(scenario, { configuration });
  const read = clock.monotonic();
  onDecided(0, scenario.pending.length);
  const { decisions } = planner.decide(scenario.pending, { now, onProgress: onDecided });
  const decided = clock.monotonic();
  const after = planner.pods().filter(({ spec }) => spec?.nodeName);
  const view = planViewOf({
    scenario,
    decisions,
    standing: { before: scenario.pods, after },
    notes: notesOf(intake, notices),
    readingMs: read - began,
    decidingMs: decided - read,
  });
  return { view, explain: (pod) => explain(planner, view, pod, now) };
}

/** A scenario may bring its configuration. */
function configurationIn({ configuration }: Scenario, files: readonly SourceFile[]): Configuration {
  if (configuration === undefined) return defaultConfiguration(PLUGINS);
  const read = configurationOf(configuration, `${files[0]!.name}: configuration`, PLUGINS);
  tellOfExtenders(read);
  return read;
}

/** Decides the pod once more, with all others where they are now, and looks at every node for it. */
function explain(planner: Planner, view: PlanView, key: string, now: number): ExplanationView {
  const waiting = planner.waiting().find((pod) => objectKey(pod) === key);
  if (waiting === undefined) {
    const pod = planner.pods().find((other) => objectKey(other) === key)!;
    return explanationOf(planner.explain(key, { now }), pod, view);
  }
  const fork = planner.fork();
  try {
    const [decision] = fork.decide([waiting], { now, explain: 'detail' }).decisions;
    return explanationOf(decision!, waiting, view);
  } finally {
    fork.discard();
  }
}
