// Claims 2 to 9: when pods are obtained, what their sets are formed by, and which pod speaks for a set.
import { describe, expect, test } from 'vitest';
import { Feature } from '../../build/records.js';
import { ClassIndex } from '../../src/classes/class-index.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { configuration, keysOf, node, pod, pods, newHarness, type PodShape } from '../cycle/fixtures.ts';

type Features = EquivalenceClassesArgs['features'];

/** XXH64 of no bytes, as its authors publish it. */
const XXH64_OF_NOTHING = 'ef46db3751d8e999';

/** The kernel's hash of one text, by a call of its own. */
function hashOf(kernel: Kernel, text: string): string {
  const bytes = new TextEncoder().encode(text);
  const record = kernel.arena.allocate(Feature.size + bytes.length);
  kernel.arena.u8.set(bytes, record + Feature.size);
  kernel.arena.u32[record / 4] = record + Feature.size;
  kernel.arena.u32[record / 4 + 1] = bytes.length;
  kernel.hash(record, 1);
  const [low, high] = [kernel.arena.u32[record / 4 + 2]!, kernel.arena.u32[record / 4 + 3]!];
  return [high, low].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Pods that differ from `plain` in one part of the feature data each. */
const SHAPES: Record<'plain' | 'general' | 'resources' | 'rule', PodShape> = {
  plain: { cpu: '1' },
  general: {
    cpu: '1',
    spec: {
      containers: [
        { name: 'main', image: 'registry.example/other:1', resources: { requests: { cpu: '1' } } },
      ],
    },
  },
  resources: { cpu: '2' },
  rule: { cpu: '1', spec: { nodeSelector: { disk: 'ssd' } } },
};

/** Which of the pods above share a class with `plain` under these features. */
function together(features: Features): string[] {
  const harness = newHarness({ nodes: [node('a')], args: { features } });
  const indexOf = (name: keyof typeof SHAPES) => harness.cycle.classify(pod(name, SHAPES[name]))!.class.index;
  return Object.keys(SHAPES).filter((name) => indexOf(name as keyof typeof SHAPES) === indexOf('plain'));
}

describe('claim 2', () => {
  test('claim 2: pods are obtained by the predetermined period that the configuration sets; none by default', () => {
    expect(configuration().profiles[0]!.args.EquivalenceClasses.period).toBe(0);
    expect(configuration({ period: 2.5 }).profiles[0]!.args.EquivalenceClasses.period).toBe(2.5);
  });

  test('claim 2: what arrives within one period is obtained at once, what arrives later by the next', () => {
    const harness = newHarness({ nodes: [node('a')] });
    harness.submit(pod('one', { cpu: '1' }), pod('two', { cpu: '1' }));
    const cycle = harness.cycle.run();
    const first = cycle.next().value!;
    harness.submit(pod('late', { cpu: '1' }));
    expect(keysOf(first.batch.pods)).toEqual(['ns/one', 'ns/two']);
    expect(cycle.next().done).toBe(true);
    expect(harness.run().map(({ batch }) => keysOf(batch.pods))).toEqual([['ns/late']]);
  });
});

describe('claims 3 to 6', () => {
  test('claim 3: a pod goes by its feature data: its classification index tells its set', () => {
    const harness = newHarness({ nodes: [node('a')] });
    const [one, two] = pods(2, 'alike', { cpu: '1', memory: '1Gi' });
    const other = pod('other', { cpu: '1', memory: '2Gi' });
    expect(harness.cycle.classify(one!)?.class).toBe(harness.cycle.classify(two!)?.class);
    expect(harness.cycle.classify(other)!.class.index).not.toBe(harness.cycle.classify(one!)!.class.index);
  });

  test('claim 4: a pod joins the set that has its index, else a new one is made for it', () => {
    const harness = newHarness({ nodes: [node('a')] });
    harness.submit(pod('first', { cpu: '1' }), pod('second', { cpu: '2' }), pod('third', { cpu: '1' }));
    const sets = harness.run().map(({ batch }) => keysOf(batch.pods));
    expect(sets).toEqual([['ns/first', 'ns/third'], ['ns/second']]);
  });

  const combinations: [Features, string[]][] = [
    [['general'], ['plain', 'resources', 'rule']],
    [['resources'], ['plain', 'general', 'rule']],
    [['rule'], ['plain', 'general', 'resources']],
    [
      ['general', 'resources'],
      ['plain', 'rule'],
    ],
    [
      ['general', 'rule'],
      ['plain', 'resources'],
    ],
    [
      ['resources', 'rule'],
      ['plain', 'general'],
    ],
  ];
  test.each(combinations)(
    'claim 5: classes are formed by %j alone when only these are configured',
    (features, alike) => {
      expect(together(features)).toEqual(alike);
    },
  );

  test('claim 6: general attributes, resource specification and scheduling rule all tell classes apart', () => {
    expect(together(['general', 'resources', 'rule'])).toEqual(['plain']);
    expect(configuration().profiles[0]!.args.EquivalenceClasses.features).toEqual([
      'general',
      'resources',
      'rule',
    ]);
  });
});

describe('claim 7', () => {
  test('claim 7: each part is hashed separately, and the hashes are spliced at a fixed width into the index', () => {
    const harness = newHarness({ nodes: [node('a')] });
    for (const shape of Object.values(SHAPES)) {
      const { index, features } = harness.cycle.classify(pod('any', shape))!.class;
      const parts = [features.general, features.resources, features.rule];
      expect(index).toMatch(/^[0-9a-f]{48}$/);
      expect(index).toBe(parts.map((part) => hashOf(harness.kernel, part)).join(''));
    }
  });

  test('claim 7: a change of one part changes the hash of this part only', () => {
    const harness = newHarness({ nodes: [node('a')] });
    const hashes = (shape: PodShape) =>
      harness.cycle.classify(pod('any', shape))!.class.index.match(/.{16}/g)!;
    const [general, resources, rule] = hashes(SHAPES.plain) as [string, string, string];
    expect(hashes(SHAPES.general).slice(1)).toEqual([resources, rule]);
    expect(hashes(SHAPES.resources)).toEqual([general, expect.not.stringContaining(resources), rule]);
    expect(hashes(SHAPES.rule)).toEqual([general, resources, expect.not.stringContaining(rule)]);
  });

  test('claim 7: a part that is not configured has the hash of nothing', () => {
    const harness = newHarness({ nodes: [node('a')], args: { features: ['resources'] } });
    const hashes = harness.cycle.classify(pod('any', SHAPES.rule))!.class.index.match(/.{16}/g)!;
    expect([hashes[0], hashes[2]]).toEqual([XXH64_OF_NOTHING, XXH64_OF_NOTHING]);
    expect(hashes[1]).not.toBe(XXH64_OF_NOTHING);
  });

  test('claim 7: the same feature data has the same index in another process', () => {
    const one = newHarness({ nodes: [node('a')] });
    const two = newHarness({ nodes: [node('b'), node('c')] });
    for (const shape of Object.values(SHAPES)) {
      const index = new ClassIndex(one.kernel).of(pod('any', shape), one.context).index;
      expect(new ClassIndex(two.kernel).of(pod('any', shape), two.context).index).toBe(index);
    }
  });
});

describe('claims 8 and 9', () => {
  test('claim 8: the first pod that was added to the set is its master pod', () => {
    const harness = newHarness({ nodes: [node('a')] });
    const alike = pods(3, 'alike', { cpu: '1' });
    harness.submit(alike[1]!, alike[0]!, alike[2]!);
    harness.run();
    const [entry] = harness.cycle.correspondences.list();
    expect(entry!.correspondence.master).toBe(alike[1]);
  });

  test('claim 9: the nodes that are schedulable for the master pod are the set of nodes of all its pods', () => {
    // leaving the rule out puts unlike pods in one class, which shows whose nodes they get
    const nodes = [node('a'), node('b', { labels: { disk: 'ssd' } })];
    const master = pod('master', { cpu: '100m', spec: { nodeSelector: { disk: 'ssd' } } });
    const harness = newHarness({ nodes, args: { features: ['general', 'resources'] } });
    harness.submit(master, ...pods(5, 'other', { cpu: '100m' }));
    harness.run();
    expect(harness.binder.placements).toHaveLength(6);
    expect(new Set(harness.binder.placements.map((placement) => placement.node))).toEqual(new Set(['b']));
  });
});
