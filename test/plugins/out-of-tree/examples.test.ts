// Plugins that are not coset's own, by the examples that show how to write one: each is a folder that nothing in src knows.
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { appPerZone } from '../../../examples/plugins/app-per-zone/plugin.ts';
import { nodePower } from '../../../examples/plugins/node-power/plugin.ts';
import rackQuotaModule from '../../../examples/plugins/rack-quota/rack-quota.mjs';
import type { Node, Pod } from '../../../src/model/types.ts';
import { configurationOf } from '../../../src/config/configuration.ts';
import { plan } from '../../../src/planner/plan.ts';
import { inTree } from '../../../src/plugins/in-tree.ts';
import { unschedulable, type Plugin } from '../../../src/plugins/plugin.ts';
import { KERNELS } from '../../kernel/kernels.ts';
import { node, pod, pods, newHarness, type NodeShape } from '../../cycle/fixtures.ts';

const rackQuota = rackQuotaModule as Plugin;
const ZONE = 'topology.kubernetes.io/zone';

function configurationWith(
  plugin: Plugin,
  { weight, args, order }: { weight?: number; args?: object; order?: string } = {},
) {
  return configurationOf(
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [
        {
          plugins: { multiPoint: { enabled: [{ name: plugin.name, weight }] } },
          pluginConfig: [
            ...(args === undefined ? [] : [{ name: plugin.name, args }]),
            { name: 'EquivalenceClasses', args: { order: order ?? 'grouped' } },
          ],
        },
      ],
    },
    'test',
    inTree.with([plugin]),
  );
}

function annotated(name: string, annotations: Record<string, string>, shape: NodeShape = {}): Node {
  const plain = node(name, shape);
  return { ...plain, metadata: { ...plain.metadata, annotations } };
}

function annotatedPods(
  count: number,
  annotations: Record<string, string>,
  labels: Record<string, string>,
): Pod[] {
  return pods(count, 'pod', { labels }).map((one) => ({
    ...one,
    metadata: { ...one.metadata, annotations },
  }));
}

describe('a score over a column of its own', () => {
  const nodes = [
    annotated('a', { 'example.com/watts': '400' }),
    annotated('b', { 'example.com/watts': '100' }),
    annotated('c', { 'example.com/watts': '300' }),
  ];
  const configuration = configurationWith(nodePower, { weight: 20 });

  it.each(KERNELS)('decides on $name', ({ load }) => {
    const { decisions } = plan(
      { nodes, pods: [], objects: [], pending: [pod('one')] },
      { kernel: load(), configuration, explain: 'detail' },
    );
    expect(decisions[0]!.node).toBe('b');
    expect(decisions[0]!.scores).toMatchObject({
      a: { NodePower: 0 },
      b: { NodePower: 1500 },
      c: { NodePower: 500 },
    });
  });

  it('follows a node whose text changes', () => {
    const harness = newHarness({ nodes, configuration });
    harness.submit(pod('one'));
    harness.run();
    harness.cluster.setNode(annotated('c', { 'example.com/watts': '10' }));
    harness.submit(pod('two'));
    harness.run();
    expect(harness.binder.log).toEqual(['ns/one b', 'ns/two c']);
  });

  it('is not asked by the default profile', () => {
    const [profile] = configurationOf(
      { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
      'test',
      inTree.with([nodePower]),
    ).profiles;
    expect(profile!.scores.map(({ name }) => name)).not.toContain('NodePower');
  });
});

describe('a filter over the pods in a domain', () => {
  const nodes = ['x', 'y'].flatMap((zone) =>
    [1, 2, 3].map((n) => node(`${zone}${n}`, { labels: { [ZONE]: zone } })),
  );
  const pending = annotatedPods(5, { 'example.com/most-per-zone': '2' }, { app: 'web' });
  const zonesOf = (order: string, load: (typeof KERNELS)[number]['load']) => {
    const configuration = configurationWith(appPerZone, { order });
    const { decisions, classes } = plan(
      { nodes, pods: [], objects: [], pending },
      { kernel: load(), configuration },
    );
    expect(classes).toBe(1);
    return decisions.map(({ node: name, message }) => name?.[0] ?? message);
  };

  it.each(KERNELS)('counts what it places on $name', ({ load }) => {
    const zones = zonesOf('grouped', load);
    expect(zones.slice(0, 4).sort()).toEqual(['x', 'x', 'y', 'y']);
    expect(zones[4]).toBe('0/6 nodes are available: 6 zone(s) had enough pods of the app.');
    expect(zonesOf('strict', load)).toEqual(zones);
  });

  it('counts pods that were there before, of its app and namespace only', () => {
    const bound = (name: string, labels: Record<string, string>, namespace: string, nodeName: string) => ({
      ...pod(name, { labels, namespace, spec: { nodeName } }),
    });
    const there = [
      bound('1', { app: 'web' }, 'ns', 'x1'),
      bound('2', { app: 'web' }, 'ns', 'x2'),
      bound('3', { app: 'db' }, 'ns', 'y1'),
      bound('4', { app: 'web' }, 'other', 'y1'),
    ];
    const harness = newHarness({ nodes, pods: there, configuration: configurationWith(appPerZone) });
    harness.submit(...pending);
    harness.run();
    expect(harness.binder.placements.map(({ node: name }) => name[0])).toEqual(['y', 'y']);
  });

  it('has a pod that leaves wake the ones that wait', () => {
    const harness = newHarness({ nodes, configuration: configurationWith(appPerZone) });
    harness.submit(...pending);
    harness.run();
    expect(harness.binder.placements).toHaveLength(4);
    expect(harness.queue.counts().unschedulable).toBe(1);
    const helped = harness.context.profile.registry.helps(
      { kind: 'AssignedPod', before: pending[0]! },
      pending[4]!,
      ['AppPerZone'],
      harness.context,
    );
    expect(helped).toBe(true);
  });
});

describe('a verdict on single rows that moves with each placement', () => {
  /** The same plugin, which is packed anew for each pod. */
  const packedAnew: Plugin = {
    ...rackQuota,
    pack(waiting, context) {
      const packed = rackQuota.pack!(waiting, context);
      if (packed?.rowVerdicts === undefined) return packed;
      const { rowVerdicts, ...rest } = packed;
      for (const row of rowVerdicts.rows) {
        const { code, score } = rowVerdicts.of(row, false);
        if (code !== 0) context.builder.rejectRow(row, code);
        context.builder.addToRow(row, score);
      }
      return { ...rest, sequential: true, kinds: ['RackQuota'] };
    },
    reserve(_, __, { cluster }) {
      cluster.store.changed('RackQuota');
      return undefined;
    },
  };

  const shapes = fc.record({
    nodes: fc.array(fc.record({ rack: fc.boolean(), cpu: fc.constantFrom('2', '4', '8') }), {
      minLength: 1,
      maxLength: 12,
    }),
    there: fc.array(fc.nat(11), { maxLength: 6 }),
    pods: fc.integer({ min: 1, max: 30 }),
    podsPerNode: fc.integer({ min: 1, max: 4 }),
  });

  it.each(KERNELS)('places as if it were packed anew for each pod, on $name', ({ load }) => {
    fc.assert(
      fc.property(shapes, ({ nodes, there, pods: count, podsPerNode }) => {
        const scenario = {
          nodes: nodes.map(({ rack, cpu }, n) =>
            annotated(`n${n}`, rack ? { 'example.com/rack': `r${n % 3}` } : {}, { cpu }),
          ),
          pods: there
            .filter((n) => n < nodes.length)
            .map((n, at) =>
              pod(`there-${at}`, { labels: { tenant: 'one' }, cpu: '1', spec: { nodeName: `n${n}` } }),
            ),
          objects: [],
          pending: [
            ...pods(count, 'pod', { labels: { tenant: 'one' }, cpu: '1' }),
            ...pods(3, 'late', { labels: { tenant: 'one' }, cpu: '500m' }),
          ],
        };
        const decided = (plugin: Plugin) => {
          const configuration = configurationWith(plugin, { weight: 3, args: { podsPerNode } });
          const { decisions } = plan(structuredClone(scenario), { kernel: load(), configuration });
          return decisions.map(({ pod: key, node: name, message, score }) => ({ key, name, message, score }));
        };
        expect(decided(rackQuota)).toEqual(decided(packedAnew));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('is asked again when pods of others come or go', () => {
    const nodes = [annotated('a', { 'example.com/rack': 'r' })];
    const shape = { labels: { tenant: 'one' }, cpu: '1' };
    const harness = newHarness({
      nodes,
      configuration: configurationWith(rackQuota, { args: { podsPerNode: 2 } }),
    });
    harness.submit(...pods(4, 'pod', shape));
    harness.run();
    expect(harness.binder.placements).toHaveLength(2);
    harness.cluster.removePod('ns/pod-0');
    harness.submit(pod('next', shape), pod('last', shape));
    harness.run();
    expect(harness.binder.log.at(-1)).toBe('ns/next a');
    expect(harness.binder.placements).toHaveLength(3);
  });
});

describe('a product beside the sum', () => {
  const halving: Plugin = {
    name: 'Halving',
    points: ['score'],
    columns: { half: ({ metadata }) => metadata?.annotations?.['half'] },
    pack(_, { builder, cluster, column }) {
      const { column: half } = column('half');
      const { columns } = cluster.nodes;
      for (let row = 0; row < columns.rows; row++)
        if (columns.getU32(half, row) !== 0) builder.multiplyRow(row, 0.5);
      return undefined;
    },
  };

  it.each(KERNELS)('multiplies the totals of single rows on $name', ({ load }) => {
    const nodes = [annotated('a', { half: 'yes' }), annotated('b', {}), annotated('c', {})];
    const pending = pods(40, 'pod', { cpu: '500m' });
    const decided = (plugin: Plugin) => {
      const configuration = configurationWith(plugin);
      return plan({ nodes, pods: [], objects: [], pending }, { kernel: load(), configuration }).decisions;
    };
    const halved = decided(halving);
    const plain = decided({ ...halving, pack: () => undefined });
    expect(plain.slice(0, 3).map(({ node: name }) => name)).toEqual(['a', 'b', 'c']);
    // with half of its total it is taken when the others are full
    expect(halved.slice(0, 32).every(({ node: name }) => name !== 'a')).toBe(true);
    expect(halved[32]!.node).toBe('a');
    expect(halved[32]!.score).toBe(plain[0]!.score! / 2);
  });
});

describe('a plugin that throws', () => {
  const nodes = [annotated('a', { 'example.com/rack': 'r' })];

  it('sets its pods aside with a message, and no others', () => {
    const harness = newHarness({ nodes, configuration: configurationWith(rackQuota) });
    harness.submit(pod('odd', { labels: { tenant: 'nobody' } }), pod('plain'));
    const failed = harness.run().flatMap((outcome) => outcome.failed);
    expect(harness.binder.log).toEqual(['ns/plain a']);
    expect(failed.map(({ message }) => message)).toEqual([
      'scheduling failed: running plugin "RackQuota": nobody is no tenant',
    ]);
    expect(harness.queue.counts().backoff).toBe(1);
  });

  /** Throws when it is asked about the pod that is odd; of others it says what it says of any. */
  const saying =
    <T>(otherwise: T) =>
    ({ metadata }: Pod): T => {
      if (metadata?.name === 'odd') throw new Error('not mine');
      return otherwise;
    };
  const faulty: [string, Partial<Plugin>][] = [
    ['isUnlikeItsTemplate', { isUnlikeItsTemplate: saying(false) }],
    ['reads.digest', { reads: { digest: saying(undefined) } }],
    ['key', { key: saying({}) }],
    ['unsupported', { unsupported: saying(undefined) }],
    ['pack', { pack: saying(undefined) }],
    ['mayReserve', { mayReserve: saying(true), reserve: () => undefined }],
    ['reserve', { reserve: saying(undefined) }],
    [
      'explain',
      {
        pack(waiting, { builder, code }) {
          if (waiting.metadata?.name === 'odd') builder.rejectRow(0, code);
          return { explain: () => saying(unschedulable())(waiting) };
        },
      },
    ],
  ];
  it.each(faulty)('in %s loses no pod, and keeps no other waiting', (_, members) => {
    const plugin: Plugin = { name: 'Faulty', points: ['filter'], pack: () => undefined, ...members };
    const harness = newHarness({ nodes, configuration: configurationWith(plugin) });
    // another class, so that the odd pod is not the other one's master
    harness.submit(pod('odd', { cpu: '1' }), pod('plain'));
    harness.run();
    const isBound = harness.binder.log.includes('ns/odd a');
    expect(harness.binder.log).toContain('ns/plain a');
    expect(harness.queue.counts().backoff + Number(isBound)).toBe(1);
  });

  it('has pods whose key it cannot make in classes of their own', () => {
    const keyless: Plugin = {
      name: 'Keyless',
      points: ['filter'],
      key: () => {
        throw new Error('no key');
      },
      pack: () => undefined,
    };
    const configuration = configurationWith(keyless);
    const { decisions, classes } = plan(
      { nodes, pods: [], objects: [], pending: pods(2, 'pod') },
      { kernel: KERNELS[0]!.load(), configuration },
    );
    expect(decisions.map(({ node: name }) => name)).toEqual(['a', 'a']);
    expect(classes).toBe(2);
  });
});
