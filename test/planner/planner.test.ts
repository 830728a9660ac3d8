import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/model/types.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import type { KubernetesObject, WatchEvent } from '../../src/planner/objects.ts';
import { PlannerError } from '../../src/planner/planner-error.ts';
import { Planner } from '../../src/planner/planner.ts';

const node = (name: string, cpu = '4'): Node & { kind: 'Node' } => ({
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { allocatable: { cpu, memory: '8Gi', pods: '110' } },
});

const pod = (
  name: string,
  cpu: string,
  spec: Partial<NonNullable<Pod['spec']>> = {},
): Pod & { kind: 'Pod' } => ({
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }], ...spec },
});

const nodesOf = (planner: Planner) =>
  Object.fromEntries(planner.pods().map(({ metadata, spec }) => [metadata!.name!, spec!.nodeName]));

const cluster = (): Planner => {
  const planner = Planner.empty();
  planner.set(node('a'), node('b'));
  return planner;
};

describe('a planner', () => {
  it('places pods, which stay, and says why others wait', () => {
    const planner = cluster();
    const { decisions } = planner.decide([pod('one', '3'), pod('two', '3'), pod('three', '3')]);
    expect(decisions.map(({ node: name }) => name)).toEqual(['a', 'b', undefined]);
    expect(decisions[2]!.message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
    expect(planner.waiting().map(({ metadata }) => metadata!.name)).toEqual(['three']);
    expect(nodesOf(planner)).toEqual({ one: 'a', two: 'b', three: undefined });
  });

  it('decides those that wait again, by priority, when something has changed', () => {
    const planner = cluster();
    planner.decide([pod('one', '3'), pod('two', '3'), pod('three', '3'), pod('four', '3', { priority: 0 })]);
    planner.set(pod('urgent', '3', { priorityClassName: 'system-cluster-critical' }));
    planner.set(node('c'));
    const { decisions } = planner.decide();
    expect(decisions[0]).toMatchObject({ pod: 'default/urgent', node: 'c' });
    planner.remove({ kind: 'Pod', metadata: { name: 'one' } });
    expect(planner.decide().decisions.find(({ node: name }) => name !== undefined)?.pod).toBe(
      'default/three',
    );
  });

  it('has those that others make way for gone', () => {
    const planner = cluster();
    planner.decide([pod('one', '3'), pod('two', '3')]);
    const urgent = pod('urgent', '3', { priorityClassName: 'system-node-critical' });
    const [decision] = planner.decide([urgent]).decisions;
    expect(decision).toMatchObject({ node: 'a', preemption: [{ node: 'a', victims: ['default/one'] }, {}] });
    expect(nodesOf(planner)).toEqual({ urgent: 'a', two: 'b' });
  });

  it('takes what a watch tells', () => {
    const planner = cluster();
    const events: WatchEvent[] = [
      { type: 'ADDED', object: node('c', '16') },
      { type: 'MODIFIED', object: { ...node('a'), spec: { unschedulable: true } } },
      { type: 'DELETED', object: node('b') },
      { type: 'ADDED', object: { ...pod('ended', '9', { nodeName: 'c' }), status: { phase: 'Succeeded' } } },
      { type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'passed-over' } } as never },
    ];
    planner.apply(events);
    expect(planner.nodes().map(({ metadata }) => metadata!.name)).toEqual(['a', 'c']);
    expect(planner.pods()).toEqual([]);
    expect(planner.decide([pod('one', '3')]).decisions[0]).toMatchObject({ node: 'c', feasible: 1 });
  });

  it('explains a pod without changing anything', () => {
    const planner = cluster();
    planner.decide([pod('one', '3')]);
    const before = planner.export();
    const elsewhere = planner.explain('default/one');
    expect(elsewhere).toMatchObject({ node: 'a', best: ['a', 'b'], feasible: 2 });
    const big = planner.explain(pod('big', '4'));
    expect(big.node).toBe('b');
    expect(big.rejected).toEqual({
      a: { plugin: 'NodeResourcesFit', code: 'Unschedulable', reasons: ['Insufficient cpu'] },
    });
    expect(big.scores!.b).toHaveProperty('NodeResourcesFit');
    expect(planner.export()).toEqual(before);
    expect(() => planner.explain('default/two')).toThrow('pod default/two: is not known');
  });

  it('is made of a snapshot, whose workloads make the pods that they lack', () => {
    const labels = { app: 'web' };
    const planner = Planner.of({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        node('a'),
        {
          ...pod('running', '1', { nodeName: 'a' }),
          apiVersion: 'v1',
          metadata: { name: 'running', uid: 'u' },
        },
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: pod('', '1').spec },
          },
        },
      ],
    });
    expect(planner.decide().decisions.map(({ node: name }) => name)).toEqual(['a', 'a']);
  });

  const webOf = (replicas: number): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web' },
    spec: {
      replicas,
      serviceName: 'web',
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: pod('', '1').spec },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
    },
  });

  it('makes the pods that workloads lack, and their claims', () => {
    const planner = cluster();
    const named: Pod = { ...pod('', '1'), metadata: { generateName: 'job-' } };
    const pods = planner.create([webOf(2), pod('alone', '1'), named, named]);
    expect(pods.map(({ metadata }) => metadata!.name)).toEqual([
      ...['web-0', 'web-1', 'alone', 'job-22222', 'job-22224'],
    ]);
    expect(planner.pods()).toEqual([]);
    const { decisions } = planner.decide(pods);
    // the claims are there, and bind to nothing
    expect(decisions[0]!.message).toContain('pod has unbound immediate PersistentVolumeClaims');
    expect(decisions.slice(2).map(({ node: name }) => name)).toEqual(['a', 'b', 'a']);
    expect(planner.create([webOf(3)]).map(({ metadata }) => metadata!.name)).toEqual(['web-2']);
  });

  it('makes nothing of what makes too many pods, or is none', () => {
    const planner = cluster();
    const before = planner.export();
    expect(() => planner.create([webOf(2), webOf(11)], 10)).toThrow(
      'statefulset default/web: it asks for 11 pods, and one plan holds at most 8',
    );
    expect(() => planner.create([pod('one', '1'), node('c')])).toThrow(
      'pods[1]: must be a pod or a workload, not Node',
    );
    expect(planner.export()).toEqual(before);
  });

  it('ends after so many steps, and goes on where it was', () => {
    const planner = cluster();
    const pods = ['1', '2', '1500m', '500m'].map((cpu) => pod(`p${cpu}`, cpu));
    expect(() => planner.decide(pods, { steps: 60_000 })).toThrow(
      'pods: deciding takes more than 60000 steps: 2 of 4 were decided by then',
    );
    const whole = cluster();
    whole.decide(pods);
    expect(planner.decide().decisions.map(({ pod: key }) => key)).toEqual([
      'default/p1500m',
      'default/p500m',
    ]);
    expect(nodesOf(planner)).toEqual(nodesOf(whole));
  });

  it('shares nothing with another one', () => {
    const [one, two] = [cluster(), cluster()];
    const alone = cluster();
    for (let n = 0; n < 3; n++) {
      one.decide([pod(`one-${n}`, '1')]);
      two.set(node(`more-${n}`));
      expect(two.decide([pod(`two-${n}`, '2')])).toEqual(
        (alone.set(node(`more-${n}`)), alone.decide([pod(`two-${n}`, '2')])),
      );
    }
    expect(one.nodes()).toHaveLength(2);
  });

  it('breaks ties at random by its own seed, which a fork does not disturb', () => {
    const configuration = () =>
      configurationOf(
        {
          apiVersion: 'kubescheduler.config.k8s.io/v1',
          kind: 'KubeSchedulerConfiguration',
          profiles: [{ pluginConfig: [{ name: 'EquivalenceClasses', args: { ties: 'random', seed: 7 } }] }],
        },
        'configuration',
      );
    const made = () => {
      const planner = Planner.empty({ configuration: configuration() });
      for (let n = 10; n < 60; n++) planner.set(node(`n${n}`));
      return planner;
    };
    const names = (planner: Planner, prefix: string) =>
      planner
        .decide([pod(`${prefix}1`, '1'), pod(`${prefix}2`, '1')])
        .decisions.map(({ node: name }) => name);
    const [planner, apart] = [made(), made()];
    names(planner.fork(), 'x');
    expect(names(planner, 'a')).toEqual(names(apart, 'a'));
    const imported = Planner.import(planner.export(), { configuration: configuration() });
    expect(names(imported, 'b')).toEqual(names(planner, 'b'));
  });
});

describe('a fork', () => {
  it('is a what-if: what happens in it does not happen in its parent', () => {
    const planner = cluster();
    planner.decide([pod('one', '3'), pod('two', '3'), pod('three', '3')]);
    const before = planner.export();
    const whatIf = planner.fork();
    whatIf.set(node('new'));
    expect(whatIf.decide().decisions).toMatchObject([{ pod: 'default/three', node: 'new' }]);
    whatIf.remove({ kind: 'Node', metadata: { name: 'a' } });
    expect(planner.export()).toEqual(before);
    expect(planner.decide().decisions[0]!.node).toBeUndefined();
    expect(whatIf.nodes().map(({ metadata }) => metadata!.name)).toEqual(['b', 'new']);
    whatIf.discard();
    expect(() => whatIf.nodes()).toThrow('the planner was discarded');
    expect(planner.export()).toEqual(before);
  });

  it('may outlive its parent, and have forks of its own', () => {
    const planner = cluster();
    const fork = planner.fork();
    const second = fork.fork();
    fork.decide([pod('one', '3')]);
    planner.set(node('c'));
    planner.discard();
    second.decide([pod('two', '3')]);
    expect(nodesOf(fork)).toEqual({ one: 'a' });
    expect(nodesOf(second)).toEqual({ two: 'a' });
  });
});

describe('bad input', () => {
  const bad: [string, (planner: Planner) => unknown, string][] = [
    ['no object', (p) => p.set(5 as never), 'events[0]: must be an object, not 5'],
    ['no kind', (p) => p.set({ metadata: { name: 'x' } } as never), 'events[0]: kind: must be set'],
    ['no name', (p) => p.set({ kind: 'Node' } as never), 'events[0]: metadata.name: must be set'],
    [
      'a wrong amount',
      (p) => p.set(node('c'), { ...node('d'), status: { allocatable: { cpu: 'four' } } }),
      'node d: status.allocatable.cpu: "four" is not a quantity',
    ],
    [
      'no containers',
      (p) => p.decide([{ metadata: { name: 'x' }, spec: { containers: [] } }]),
      'pod default/x: spec.containers: must have at least one container',
    ],
    ['a pod twice', (p) => p.decide([pod('x', '1'), pod('x', '1')]), 'pod default/x: is there twice'],
    [
      'a pod that stands',
      (p) => p.decide([pod('x', '1', { nodeName: 'a' })]),
      'pod default/x: is on node a already',
    ],
    [
      'a class that is not there',
      (p) => p.decide([pod('x', '1', { priorityClassName: 'gold' })]),
      'pod default/x: PriorityClass gold is not there',
    ],
    ['a list', (p) => p.set({ kind: 'List', items: [] } as never), 'events[0]: is a list: set its items'],
    [
      'an unknown event',
      (p) => p.apply([{ type: 'BOOKMARK' as never, object: node('x') }]),
      'events[0].type: must be ADDED, MODIFIED or DELETED, not "BOOKMARK"',
    ],
    ['nothing to remove', (p) => p.remove({ kind: 'Node' }), 'events[0]: metadata.name: must be set'],
  ];
  it.each(bad)('%s is one clear error, and changes nothing', (_, act, message) => {
    const planner = cluster();
    const before = planner.export();
    expect(() => act(planner)).toThrow(new PlannerError(message));
    expect(planner.export()).toEqual(before);
  });

  it('is refused in a snapshot', () => {
    expect(() => Planner.of([{ ...node('a'), spec: { taints: 5 } }])).toThrow(
      new PlannerError('snapshot: node a: spec.taints: must be a list, not 5'),
    );
    expect(() => Planner.of('text')).toThrow(PlannerError);
  });

  it('does not change what it is given', () => {
    const given = [pod('x', '1'), { ...pod('y', '1'), metadata: { name: 'y', namespace: 'ns' } }];
    const before = structuredClone(given);
    const planner = cluster();
    planner.decide(given);
    planner.set(...(given as KubernetesObject[]));
    expect(given).toEqual(before);
  });
});
