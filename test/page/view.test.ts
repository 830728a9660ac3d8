// What the page shows of a plan, worked out without a browser.
import { describe, expect, it } from 'vitest';
import type { Decision, Node, Pod, Scenario } from '../../src/model/types.ts';
import { explanationOf } from '../../src/page/view/explanation.ts';
import { amountText, countOf, percentText, shortName, shortNode } from '../../src/page/view/format.ts';
import { notesOf } from '../../src/page/view/notes.ts';
import { holding, orderedRows } from '../../src/page/view/ordering.ts';
import { planViewOf } from '../../src/page/view/plan-view.ts';
import type { PlanView } from '../../src/page/view/types.ts';
import { emptyIntake } from '../../src/scenario/intake.ts';

const GPU = 'example.com/gpu';

function node(name: string, zone: string | undefined, more: Record<string, string> = {}): Node {
  const labels = zone === undefined ? undefined : { 'topology.kubernetes.io/zone': zone };
  const allocatable = { cpu: '4', memory: '8Gi', pods: '10', 'hugepages-2Mi': '0', ...more };
  return { metadata: { name, labels }, status: { allocatable } };
}

function pod(
  name: string,
  nodeName: string | undefined,
  requests: Record<string, string>,
  owner?: string,
): Pod {
  const ownerReferences = owner
    ? [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: owner, controller: true }]
    : undefined;
  return {
    metadata: { name, namespace: 'default', ownerReferences },
    spec: { nodeName, containers: [{ name: 'c', resources: { requests } }] },
  };
}

function viewOf(scenario: Partial<Scenario>, decisions: Decision[], after: Pod[]): PlanView {
  const whole = { nodes: [], pods: [], objects: [], pending: [], ...scenario };
  const standing = { before: whole.pods, after };
  return planViewOf({ scenario: whole, decisions, standing, notes: [], readingMs: 0, decidingMs: 0 });
}

describe('utilisation', () => {
  const nodes = [node('a', 'z1', { [GPU]: '2' }), node('b', 'z2'), node('c', undefined)];
  const before = [pod('old', 'a', { cpu: '1', memory: '1Gi' }), pod('elsewhere', 'gone', { cpu: '3' })];
  const after = [...before, pod('new', 'b', { cpu: '1500m' }), pod('train', 'a', { cpu: '1', [GPU]: '1' })];
  const view = viewOf({ nodes, pods: before }, [], after);

  it('shows cpu, memory, pods and what nodes have to be asked for besides', () => {
    expect(view.resources.map(({ name, unit }) => [name, unit])).toEqual([
      ['cpu', 'cpu'],
      ['memory', 'bytes'],
      ['pods', 'count'],
      [GPU, 'count'],
    ]);
  });

  it('adds up what pods ask for on each node before and after, and in all', () => {
    const [cpu, memory, pods, gpu] = view.resources;
    expect([...cpu!.before]).toEqual([1000, 0, 0]);
    expect([...cpu!.after]).toEqual([2000, 1500, 0]);
    expect(cpu!.totals).toEqual({ allocatable: 12_000, before: 1000, after: 3500 });
    expect([...memory!.before]).toEqual([2 ** 30, 0, 0]);
    expect([...pods!.after]).toEqual([2, 1, 0]);
    expect(gpu!.totals).toEqual({ allocatable: 2, before: 0, after: 1 });
    expect(view.running).toBe(1);
  });

  it('adds up zones, those of nodes without one last', () => {
    expect(view.zones.map(({ name, nodes: count }) => [name, count])).toEqual([
      ['z1', 1],
      ['z2', 1],
      ['', 1],
    ]);
    expect([...view.nodes.zones]).toEqual([0, 1, 2]);
    expect(view.zones[1]!.totals[0]).toEqual({ allocatable: 4000, before: 0, after: 1500 });
  });
});

describe('pods', () => {
  const nodes = [node('a', 'z'), node('b', 'z')];
  const pending = ['db-0', 'db-1', 'db-2'].map((name) => pod(name, undefined, { cpu: '3' }, 'db'));
  const old = pod('old', 'a', { cpu: '4' });
  const decisions: Decision[] = [
    { pod: 'default/db-0', node: 'b', feasible: 1, score: 40 },
    {
      pod: 'default/db-1',
      node: 'a',
      feasible: 0,
      message: 'no',
      preemption: [{ node: 'a', victims: ['default/old'] }],
    },
    { pod: 'default/db-2', feasible: 0, message: '0/2 nodes are available: 2 Insufficient cpu.' },
  ];
  const after = [pod('db-0', 'b', { cpu: '3' }), pod('db-1', 'a', { cpu: '3' })];
  const view = viewOf({ nodes, pods: [old], pending }, decisions, after);

  it('stand on nodes or wait, with who makes way', () => {
    expect([...view.pods.nodes]).toEqual([1, 0, -1]);
    expect(view.pods.groups).toEqual(['StatefulSet default/db']);
    expect(view.pods.victims).toEqual(new Map([[1, ['default/old']]]));
    expect([...view.nodes.added]).toEqual([1, 1]);
    expect([...view.nodes.removed]).toEqual([1, 0]);
    expect(view.preempted).toBe(1);
  });

  it('that wait are grouped by what they are of and why', () => {
    expect(view.waiting).toEqual([
      {
        group: 'StatefulSet default/db',
        message: '0/2 nodes are available: 2 Insufficient cpu.',
        pods: Uint32Array.of(2),
      },
    ]);
  });

  it('lack what the best node has too little of, and nodes refuse for reasons', () => {
    const rejected = {
      a: { plugin: 'NodeResourcesFit', code: 'Unschedulable' as const, reasons: ['Insufficient cpu'] },
      b: { plugin: 'TaintToleration', code: 'UnschedulableAndUnresolvable' as const, reasons: ['taint'] },
    };
    const explanation = explanationOf({ ...decisions[2]!, rejected }, pending[2]!, view);
    expect(explanation.requests).toEqual([{ resource: 'cpu', unit: 'cpu', amount: 3000 }]);
    expect(explanation.shortages).toEqual([
      { resource: 'cpu', unit: 'cpu', asked: 3000, free: 1000, node: 'a', nodes: 1 },
    ]);
    expect(explanation.refusals).toEqual([
      { plugin: 'NodeResourcesFit', reasons: 'Insufficient cpu', nodes: ['a'] },
      { plugin: 'TaintToleration', reasons: 'taint', nodes: ['b'] },
    ]);
  });

  it('have the best nodes first, with the score of each plugin', () => {
    const scores = { a: { Fit: 10, Spread: 5 }, b: { Fit: 20, Spread: 5 } };
    const { candidates } = explanationOf({ ...decisions[0]!, scores }, pending[0]!, view);
    expect(candidates).toEqual([
      { node: 'b', total: 25, scores: scores.b },
      { node: 'a', total: 15, scores: scores.a },
    ]);
  });
});

describe('names', () => {
  it.each([
    [['ip-1.eu.internal', 'ip-2.eu.internal'], '.eu.internal'],
    [['a.x', 'a.y'], ''],
    [['node-1', 'node-2'], ''],
    [['one.example'], ''],
    [[], ''],
  ])('of %j have the end %j', (names, domain) => {
    const view = viewOf({ nodes: names.map((name) => node(name, 'z')) }, [], []);
    expect(view.nodes.domain).toBe(domain);
    expect(names.map((name) => shortNode(name, domain) + domain)).toEqual(names);
  });
});

describe('numbers', () => {
  it.each([
    [1500, 'cpu', '1.5'],
    [0, 'cpu', '0'],
    [104_000_000, 'cpu', '104,000'],
    [2 ** 30, 'bytes', '1 GiB'],
    [97.5 * 2 ** 30, 'bytes', '97.5 GiB'],
    [512, 'bytes', '512 B'],
    [1100, 'count', '1,100'],
  ] as const)('%d of %s is %s', (amount, unit, text) => {
    expect(amountText(amount, unit)).toBe(text);
  });

  it('in percent do not hide what is nearly nothing or nearly all', () => {
    expect([undefined, 0, 0.2, 41.4, 99.7, 100, 130].map(percentText)).toEqual([
      '–',
      '0 %',
      '<1 %',
      '41 %',
      '>99 %',
      '100 %',
      '130 %',
    ]);
  });

  it('count things', () => {
    expect([countOf(1, 'pod'), countOf(2000, 'pod')]).toEqual(['1 pod', '2,000 pods']);
    expect(shortName('nvidia.com/gpu')).toBe('gpu');
  });
});

describe('rows', () => {
  const names = ['node-10', 'node-9', 'other'];

  it('are ordered as people number them, either way', () => {
    const order = (descending: boolean) => [
      ...orderedRows(3, undefined, { key: (row) => names[row]!, descending }),
    ];
    expect(order(false)).toEqual([1, 0, 2]);
    expect(order(true)).toEqual([2, 0, 1]);
  });

  it('stay in their order where the keys are equal', () => {
    expect([...orderedRows(3, undefined, { key: () => 1, descending: true })]).toEqual([0, 1, 2]);
  });

  it('are found by a part of a text in any case', () => {
    expect([
      ...orderedRows(
        3,
        holding(' NODE ', (row) => [names[row]!]),
        undefined,
      ),
    ]).toEqual([0, 1]);
    expect(holding('  ', () => [])).toBeUndefined();
  });
});

it('notes begin with what was not used', () => {
  const intake = {
    ...emptyIntake(),
    passedOver: [{ object: 'a.yaml: pod p', reason: 'spec: must be set' }],
    made: [{ workload: 'Deployment web', pods: 2, there: 1 }],
    unknownNodes: { lost: 3 },
    finished: 4,
  };
  expect(notesOf(intake, ['something was supposed'])).toEqual([
    { kind: 'problem', title: 'a.yaml: pod p', text: 'spec: must be set (passed over)' },
    { kind: 'problem', title: 'lost', text: 'is not in the files: 3 pods on it passed over' },
    { kind: 'notice', title: 'Notice', text: 'something was supposed' },
    { kind: 'notice', title: 'Deployment web', text: 'makes 2 pods, beside 1 that it has' },
    { kind: 'notice', title: 'Pods', text: '4 finished: not planned' },
  ]);
});
