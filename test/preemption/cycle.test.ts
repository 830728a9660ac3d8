// The cycle with victims that take their time: who is chosen, who yields to whom, and what a nomination is worth.
import { expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import type { Preempting, Preemptor } from '../../src/cycle/preemption/preemptor.ts';
import {
  keysOf,
  node,
  nodesByPod,
  on,
  pod,
  newHarness,
  type PodShape,
  type HarnessOptions,
} from '../cycle/fixtures.ts';

const withPriority = (name: string, priority: number, shape: PodShape = {}): Pod =>
  pod(name, { cpu: '1', ...shape, spec: { priority, ...shape.spec } });

/** Victims are told, and leave when the test says so. */
class PatientPreemptor implements Preemptor {
  readonly told: Preempting[] = [];

  preempt(preempting: Preempting): boolean {
    this.told.push(preempting);
    return false;
  }

  /** "pod node victim victim" of each preemption. */
  get log(): string[] {
    return this.told.map(({ pod: { key }, outcomes: [first] }) =>
      [key, first!.node, ...keysOf(first!.victims)].map((text) => text.replace('ns/', '')).join(' '),
    );
  }
}

function patientRig(options: HarnessOptions) {
  const preemptor = new PatientPreemptor();
  const made = newHarness({ preemptor, ...options });
  return {
    ...made,
    preemptor,
    /** The victims of every preemption so far leave, and the pods that wait for them wake. */
    victimsLeave(): void {
      for (const { pod: waiting, outcomes } of preemptor.told) {
        made.cycle.preempted(waiting.key);
        for (const { key } of outcomes[0]!.victims) {
          const gone = made.cluster.removePod(key);
          if (gone !== undefined) made.event({ kind: 'AssignedPod', before: on(gone.nodeName, pod(key)) });
        }
      }
      preemptor.told.length = 0;
      made.clock.ms += 20_000;
    },
  };
}

const small = (name: string) => node(name, { cpu: '2' });

it('a pod that was told to wait for a node has others make way there, though its like could not have them', () => {
  const bound = [withPriority('equal', 100, { cpu: '2' }), withPriority('low', 0)];
  const { submit, run, preemptor } = patientRig({
    nodes: [node('a', { cpu: '4' })],
    pods: bound.map((one) => on('a', one)),
  });
  submit(
    withPriority('other', 100, { cpu: '2' }),
    withPriority('nominated', 100, { cpu: '2', status: { nominatedNodeName: 'a' } }),
  );
  run();
  expect(preemptor.log).toEqual(['nominated a low']);
});

it('a pod that fits nowhere has the least important pods make way, and takes their node when they are gone', () => {
  const { submit, run, preemptor, victimsLeave, cluster } = patientRig({
    nodes: [small('a'), small('b')],
    pods: [
      on('a', withPriority('a0', 5)),
      on('a', withPriority('a1', 3)),
      on('b', withPriority('b0', 4, { cpu: '2' })),
    ],
  });
  submit(withPriority('high', 10));
  const [first] = run();
  expect(preemptor.log).toEqual(['high a a1']);
  expect(first!.preempting[0]!.refusal).toEqual({
    message: '0/2 nodes are available: 2 Insufficient cpu.',
    plugins: ['NodeResourcesFit'],
    preemption: 'preemption: found a potential placement for pod on node a, preempting 1 victims',
  });
  expect(cluster.nominations.of('ns/high')?.pod.nodeName).toBe('a');
  victimsLeave();
  expect(nodesByPod(run())).toEqual({ high: 'a' });
  expect(cluster.nominations.size).toBe(0);
});

it('pods of one class are given room after room by one analysis, and never the same room twice', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(small);
  const bound = nodes.flatMap(({ metadata }) =>
    ['x', 'y'].map((suffix) => on(metadata!.name!, withPriority(`${metadata!.name}${suffix}`, 1))),
  );
  const { submit, run, preemptor, victimsLeave, cycle } = patientRig({ nodes, pods: bound });
  submit(...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9'].map((name) => withPriority(name, 7)));
  const [outcome] = run();
  expect(cycle.correspondences.passes).toBe(1);
  // of two pods that are alike the younger one goes; where one is waited for already, the next pod needs both
  expect(preemptor.log).toEqual([
    'h1 a ay',
    'h2 b by',
    'h3 c cy',
    'h4 d dy',
    'h5 a ax ay',
    'h6 b bx by',
    'h7 c cx cy',
    'h8 d dx dy',
  ]);
  expect(keysOf(outcome!.waiting)).toEqual(['ns/h9']);
  expect(outcome!.refusal?.preemption).toBe('preemption: 0/4 nodes are available: 4 Insufficient cpu.');
  victimsLeave();
  expect(Object.values(nodesByPod(run())).sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
});

it('pods of the same priority or less yield to the pod that a node is nominated for; others do not', () => {
  const setUp = () => {
    const made = patientRig({ nodes: [small('a')], pods: [on('a', withPriority('low', 1, { cpu: '2' }))] });
    made.submit(withPriority('mine', 5, { cpu: '2' }));
    made.run();
    expect(made.preemptor.log).toEqual(['mine a low']);
    // the victim is gone, and somebody else comes before the pod is tried again
    made.cluster.removePod('ns/low');
    return made;
  };
  for (const priority of [4, 5]) {
    const { submit, run } = setUp();
    submit(withPriority('other', priority));
    const [outcome] = run();
    expect(outcome!.placed).toEqual([]);
    expect(outcome!.refusal?.message).toBe('0/1 nodes are available: 1 Insufficient cpu.');
  }
  const { submit, run } = setUp();
  submit(withPriority('other', 6));
  expect(nodesByPod(run())).toEqual({ other: 'a' });
});

it('several pods of a class are placed beside a nomination only where there is room for both', () => {
  const { submit, run, cluster } = patientRig({ nodes: [small('a'), node('b', { cpu: '3' })] });
  cluster.nominate(withPriority('awaited', 9, { cpu: '1' }), 'b');
  submit(...['p1', 'p2', 'p3', 'p4', 'p5', 'p6'].map((name) => withPriority(name, 2)));
  const [outcome] = run();
  const placed = Object.values(nodesByPod([outcome!]));
  expect(placed.filter((name) => name === 'a')).toHaveLength(2);
  expect(placed.filter((name) => name === 'b')).toHaveLength(2);
  expect(outcome!.waiting).toHaveLength(2);
});

it('a node must do without the nominated pods too', () => {
  const beside = (name: string, priority: number) =>
    withPriority(name, priority, {
      spec: {
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: { matchLabels: { app: 'db' } },
              },
            ],
          },
        },
      },
    });
  const { submit, run, cluster } = patientRig({ nodes: [small('a')] });
  cluster.nominate(withPriority('awaited', 9, { labels: { app: 'db' } }), 'a');
  submit(beside('lonely', 2));
  const [outcome] = run();
  expect(outcome!.refusal?.message).toBe(
    "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
  );
});

it('host ports and spread constraints count the pods that are nominated to a node', () => {
  const { submit, run, cluster } = patientRig({ nodes: [node('a'), node('b')] });
  cluster.nominate(withPriority('awaited', 9, { ports: [80] }), 'a');
  submit(withPriority('p1', 2, { ports: [80] }), withPriority('p2', 2, { ports: [80] }));
  const [outcome] = run();
  expect(nodesByPod([outcome!])).toEqual({ p1: 'b' });
  expect(outcome!.refusal?.message).toBe(
    "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
  );
});

it('a pod of more priority that preempts on a node ends the nominations of lesser ones there', () => {
  const { submit, run, preemptor, cluster } = patientRig({
    nodes: [small('a')],
    pods: [on('a', withPriority('low', 1, { cpu: '2' }))],
  });
  submit(withPriority('middle', 5, { cpu: '2' }));
  run();
  submit(withPriority('high', 9, { cpu: '2' }));
  run();
  expect(preemptor.log).toEqual(['middle a low', 'high a low']);
  expect(keysOf(preemptor.told[1]!.unseated)).toEqual(['ns/middle']);
  expect(cluster.nominations.of('ns/middle')).toBeUndefined();
  expect(cluster.nominations.of('ns/high')?.pod.nodeName).toBe('a');
});

it('a nominated pod waits while its victims terminate, and looks elsewhere when its node cannot be had', () => {
  const { submit, run, preemptor, cluster, cycle, queue, clock, event } = patientRig({
    nodes: [small('a')],
    pods: [on('a', withPriority('low', 1, { cpu: '2' }))],
  });
  const waiting = withPriority('high', 9, { cpu: '2' });
  submit(waiting);
  run();
  const terminating = on('a', withPriority('low', 1, { cpu: '2' }));
  cluster.setPod({
    ...terminating,
    metadata: { ...terminating.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: {
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
    },
  });
  const wake = (by: string) => {
    cycle.preempted('ns/high');
    cluster.setNode(node(by, { cpu: '1' }));
    clock.ms += 20_000;
    event({ kind: 'AssignedPod', before: on(by, withPriority('other', 1)) });
  };
  wake('b');
  const [second] = run();
  expect(preemptor.told).toHaveLength(1);
  expect(second!.refusal?.preemption).toBe(
    'preemption: not eligible due to a terminating pod on the nominated node.',
  );
  expect(second!.unseated).toEqual([]);
  expect(cluster.nominations.of('ns/high')?.pod.nodeName).toBe('a');
  // the node itself goes away: nothing can be freed any longer, and the nomination ends
  cluster.removeNode('a');
  wake('c');
  const [third] = run();
  expect(third!.refusal?.preemption).toBe(
    'preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
  expect(keysOf(third!.unseated)).toEqual(['ns/high']);
  expect(cluster.nominations.size).toBe(0);
  expect(queue.counts().unschedulable).toBe(1);
});

it('the pod may not preempt by its policy, or has nobody below it', () => {
  const bound = [on('a', withPriority('low', 1, { cpu: '2' }))];
  const { submit, run, preemptor } = patientRig({
    nodes: [small('a'), node('b', { cpu: '500m' })],
    pods: bound,
  });
  submit(withPriority('never', 9, { spec: { priority: 9, preemptionPolicy: 'Never' } }));
  expect(run()[0]!.refusal?.preemption).toBe('preemption: not eligible due to preemptionPolicy=Never.');
  submit(withPriority('peer', 1));
  expect(run()[0]!.refusal?.preemption).toBe(
    'preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, ' +
      '1 Preemption is not helpful for scheduling.',
  );
  expect(preemptor.told).toEqual([]);
});

it('a profile without DefaultPreemption preempts nobody', () => {
  const { submit, run, preemptor } = patientRig({
    nodes: [small('a')],
    pods: [on('a', withPriority('low', 1, { cpu: '2' }))],
    configuration: configurationOf(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        profiles: [{ plugins: { postFilter: { disabled: [{ name: 'DefaultPreemption' }] } } }],
      },
      'test configuration',
    ),
  });
  submit(withPriority('high', 9));
  const [outcome] = run();
  expect(outcome!.refusal?.preemption).toBeUndefined();
  expect(keysOf(outcome!.waiting)).toEqual(['ns/high']);
  expect(preemptor.told).toEqual([]);
});

it('nodes are tried until there are as many candidates as the profile asks for, one of which breaks no budget', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(small);
  const labels = { app: 'kept' };
  const bound = nodes.map(({ metadata }, n) =>
    on(metadata!.name!, withPriority(`low-${n}`, 5 - n, { cpu: '2', labels: n < 2 ? labels : undefined })),
  );
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'kept', namespace: 'ns' },
    spec: { selector: { matchLabels: labels } },
    status: { disruptionsAllowed: 0 },
  };
  const chosen = (minCandidateNodesAbsolute: number) => {
    const args = { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute };
    const { submit, run, preemptor } = patientRig({
      nodes,
      pods: bound,
      objects: [budget],
      pluginConfig: [{ name: 'DefaultPreemption', args }],
    });
    submit(withPriority('high', 9));
    run();
    return preemptor.log;
  };
  expect(chosen(1)).toEqual(['high c low-2']);
  expect(chosen(4)).toEqual(['high d low-3']);
});

it('when the victims cannot be told, the pod is tried again', () => {
  const { submit, run, cycle, queue, clock } = patientRig({
    nodes: [small('a')],
    pods: [on('a', withPriority('low', 1, { cpu: '2' }))],
  });
  submit(withPriority('high', 9));
  run();
  expect(queue.counts()).toEqual({ active: 0, backoff: 0, unschedulable: 0, gated: 0 });
  cycle.preempted('ns/high', 'the server said no');
  expect(queue.counts().backoff).toBe(1);
  expect(queue.snapshot(1)[0]!.reason).toBe('the server said no');
  clock.ms += 20_000;
  expect(run()[0]!.preempting).toHaveLength(1);
});

it('a victim that goes while the others are still told wakes the pod', () => {
  const { submit, run, cycle, queue, cluster, event } = patientRig({
    nodes: [small('a')],
    pods: [on('a', withPriority('low', 1, { cpu: '2' }))],
  });
  submit(withPriority('high', 9));
  run();
  cluster.removePod('ns/low');
  event({ kind: 'AssignedPod', before: on('a', withPriority('low', 1, { cpu: '2' })) });
  cycle.preempted('ns/high');
  expect(queue.counts()).toMatchObject({ backoff: 1, unschedulable: 0 });
});
