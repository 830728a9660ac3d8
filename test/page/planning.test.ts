// What the page's worker does, without a worker.
import { describe, expect, it } from 'vitest';
import { ownPlugins } from '../../src/cli/plugin-modules.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { EXAMPLE_NAME, exampleText } from '../../src/page/example.ts';
import { IncompleteError, planFiles, type PlannedFiles } from '../../src/page/worker/planning.ts';
import { plan } from '../../src/planner/plan.ts';
import { readScenario, type SourceFile } from '../../src/scenario/read.ts';
import { ScenarioError } from '../../src/scenario/reader.ts';
import { clusterText, deployment } from './cluster.ts';

const now = 0;
const clock = { now: () => now, monotonic: () => 0 };
const EXAMPLE = { name: EXAMPLE_NAME, text: exampleText() };

function planned(...files: SourceFile[]): PlannedFiles {
  return planFiles(files, { clock, onReading: () => {}, onDecided: () => {} });
}

describe('files', () => {
  it('are planned as coset plan does', () => {
    const { scenario } = readScenario([EXAMPLE]);
    const configuration = defaultConfiguration(ownPlugins);
    const { decisions } = plan(scenario, { kernel: loadKernel(), configuration, now });
    const { pods, nodes } = planned(EXAMPLE).view;
    expect(pods.names).toEqual(decisions.map(({ pod }) => pod));
    expect(Array.from(pods.nodes, (row) => nodes.names[row])).toEqual(decisions.map(({ node }) => node));
  });

  it('tell how far the plan is', () => {
    const told: unknown[] = [];
    planFiles([EXAMPLE], {
      clock,
      onReading: () => told.push('reading'),
      onDecided: (decided, pods) => told.push([decided, pods]),
    });
    expect(told[0]).toBe('reading');
    expect(told[1]).toEqual([0, 28]);
    expect(told.at(-1)).toEqual([28, 28]);
  });

  it('without nodes are incomplete, and say what to add', () => {
    const file = { name: 'web.json', text: JSON.stringify(deployment('web', 1, '1')) };
    expect(() => planned(file)).toThrow(
      new IncompleteError('web.json: nodes: there is none to place a pod on: add "coset snapshot"'),
    );
  });

  it('that cannot be used are named', () => {
    expect(() => planned({ name: 'a.json', text: '{"kind": "Pod"' })).toThrow(ScenarioError);
    expect(() => planned({ name: 'a.json', text: '{"kind": "Pod"' })).toThrow(/^a\.json: /);
  });

  it('without a pod to plan show the cluster, and say why', () => {
    const { view } = planned({ name: 'cluster.json', text: clusterText(3) });
    expect(view.pods.names).toEqual([]);
    expect(view.resources[0]!.totals.before).toBe(3000);
    expect(view.notes.map(({ text }) => text)).toContain(
      'nothing to plan: of the pods are 3 on nodes already',
    );
  });

  it('may bring their configuration', () => {
    const { scenario } = readScenario([{ name: 'cluster.json', text: clusterText(2) }]);
    const configuration = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
    };
    const text = (more: object) =>
      JSON.stringify({ ...scenario, configuration: { ...configuration, ...more } });
    expect(
      planned({ name: 'own.json', text: text({ parallelism: 4 }) }).view.notes.map((note) => note.text),
    ).toContain('parallelism: no effect, coset decides in one thread');
    expect(() => planned({ name: 'own.json', text: text({ paralelism: 4 }) })).toThrow(
      /^own\.json: configuration: unknown field "paralelism"/,
    );
  });
});

describe('an explanation', () => {
  const { view, explain } = planned(EXAMPLE);
  const waitingOf = (name: string) => view.waiting.find(({ group }) => group.endsWith(name))!;

  it('says what a waiting pod lacks', () => {
    const { pods } = waitingOf('warehouse');
    const { shortages, refusals, candidates } = explain(view.pods.names[pods[0]!]!);
    expect(candidates).toEqual([]);
    expect(shortages.map(({ resource, asked, nodes }) => [resource, asked, nodes])).toEqual([
      ['cpu', 6000, 9],
      ['memory', 48 * 2 ** 30, 9],
    ]);
    expect(refusals.reduce((sum, { nodes }) => sum + nodes.length, 0)).toBe(10);
  });

  it('says where a placed pod could go, and changes nothing', () => {
    const [pod] = view.pods.names;
    const first = explain(pod!);
    expect(first.candidates.length + first.refusals.reduce((sum, { nodes }) => sum + nodes.length, 0)).toBe(
      10,
    );
    explain(view.pods.names[waitingOf('train').pods[0]!]!);
    expect(explain(pod!)).toEqual(first);
  });
});
