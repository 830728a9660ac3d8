// Whatever users have named, and name no longer, takes no room: after any history a cluster is as large as a fresh one, up
// to what may stay for those that come again.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Node, Pod } from '../../src/model/types.ts';
import { hostPortText } from '../../src/state/host-ports.ts';
import { node, on, pod, newHarness, service, type Harness } from '../cycle/fixtures.ts';
import { packedBuckets, packedNodes } from './packed.ts';

// many cases, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const NODE_NAMES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'];
const POD_NAMES = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
/** Reads the labels of all pods, in every cluster. */
const READERS = [service('reader', { app: 'x', team: 'x' }, 'elsewhere')];

/** A node with a label key, a value and a resource of its own; a small number makes it share them with others. */
const nodeOf = (name: string, n: number): Node =>
  node(name, {
    labels: { [`key-${n}`]: 'x', zone: `zone-${n % 700}` },
    extra: n % 3 === 0 ? { [`example.com/r-${n}`]: '4' } : {},
    taints: n % 4 === 0 ? [{ key: 'team', value: `${n}`, effect: 'PreferNoSchedule' }] : undefined,
  });

/** A pod that asks for what hardly any other names. */
const podOf = (name: string, n: number): Pod => {
  const matchLabels = { [`label-${n}`]: 'x' };
  const term = { topologyKey: `key-${n}`, labelSelector: { matchLabels } };
  return pod(name, {
    labels: { app: `app-${n}`, team: `${n % 5}`, [`label-${n}`]: 'x' },
    ports: [1024 + (n % 30_000)],
    spec: {
      nodeSelector: n % 5 === 0 ? { [`key-${n + 1}`]: 'x' } : undefined,
      affinity:
        n % 2 === 0
          ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
          : undefined,
      containers: [{ name: 'main', resources: { requests: { cpu: '1', [`example.com/r-${n}`]: '1' } } }],
    },
  });
};

const number = fc.oneof(fc.nat(20), fc.nat(1_000_000));
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('setNode' as const),
      name: fc.constantFrom(...NODE_NAMES),
      n: number,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('removeNode' as const), name: fc.constantFrom(...NODE_NAMES) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('setPod' as const, 'setPending' as const),
      name: fc.constantFrom(...POD_NAMES),
      node: fc.constantFrom(...NODE_NAMES, 'nowhere'),
      n: number,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('removePod' as const), name: fc.constantFrom(...POD_NAMES) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decide' as const), n: number }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Final {
  nodes: Map<string, Node>;
  pods: Map<string, Pod>;
  pending: Map<string, Pod>;
}

function take(harness: Harness, final: Final, each: Step): void {
  if (each.do === 'setNode') {
    const set = nodeOf(each.name, each.n);
    harness.cluster.setNode(set);
    final.nodes.set(each.name, set);
  } else if (each.do === 'removeNode') {
    harness.cluster.removeNode(each.name);
    final.nodes.delete(each.name);
  } else if (each.do === 'decide') {
    harness.submit(podOf('asking', each.n));
    harness.run();
    harness.cluster.dropPending('ns/asking');
    harness.cycle.bindingFailed('ns/asking', 'not wanted');
    harness.queue.delete('ns/asking');
  } else {
    const key = `ns/${each.name}`;
    harness.cluster.removePod(key);
    harness.cluster.dropPending(key);
    final.pods.delete(key);
    final.pending.delete(key);
    if (each.do === 'removePod') return;
    const waiting = podOf(each.name, each.n);
    if (each.do === 'setPod') {
      const bound = on(each.node, waiting);
      harness.cluster.setPod(bound);
      final.pods.set(key, bound);
    } else {
      harness.cluster.setPending(waiting);
      final.pending.set(key, waiting);
    }
  }
}

const ASKING = podOf('asking', 1);

/** What grows with what is named, once every label is read and a pod was decided on. */
function sizesOf(harness: Harness) {
  const { cluster } = harness;
  const { nodes, keys: selectorKeys, podBuckets, affinities, portUsers } = cluster;
  const keys = new Set<string>();
  for (let row = 0; row < nodes.columns.rows; row++)
    for (const key of Object.keys(nodes.node(row)?.labels ?? {})) keys.add(key);
  for (const key of keys) nodes.label(key);
  harness.submit(ASKING);
  harness.run();
  cluster.dropPending('ns/asking');
  harness.cycle.bindingFailed('ns/asking', 'not wanted');
  const coded = [nodes.name, nodes.taints, ...[...keys].map((key) => nodes.label(key))];
  return {
    bytes: harness.kernel.arena.usedBytes,
    codes: coded.reduce((sum, { values }) => sum + values.length - 1, 0),
    selectorKeys: selectorKeys.size,
    buckets: podBuckets.size,
    affinities: affinities.size,
    ports: [...portUsers.all()].map(({ port }) => hostPortText(port)).sort(),
  };
}

/** What may stay of each for those that come again, and of memory for the class key and the kept matches. */
const BUCKETS_STAY = 256;
const AFFINITIES_STAY = 64;
const CODES_STAY = 64;
const BYTES_STAY = 24 * 1024;

describe('after any history with names that hardly come twice', () => {
  test('a cluster has what a fresh one has, and no more room', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 300, maxLength: 900, size: 'max' }), (steps) => {
        const harness = newHarness({ objects: READERS });
        const final: Final = { nodes: new Map(), pods: new Map(), pending: new Map() };
        for (const each of steps) take(harness, final, each);

        const fresh = newHarness({
          nodes: [...final.nodes.values()],
          pods: [...final.pods.values()],
          objects: READERS,
        });
        for (const each of final.pending.values()) fresh.cluster.setPending(each);
        expect(packedNodes(harness.cluster)).toEqual(packedNodes(fresh.cluster));
        const [now, least] = [sizesOf(harness), sizesOf(fresh)];
        expect(now.ports).toEqual(least.ports);
        expect(now.buckets).toBeLessThanOrEqual(2 * least.buckets + BUCKETS_STAY + 1);
        expect(now.selectorKeys).toBeLessThanOrEqual(2 * least.selectorKeys + BUCKETS_STAY + 1);
        expect(now.affinities).toBeLessThanOrEqual(2 * least.affinities + AFFINITIES_STAY + 1);
        expect(now.codes).toBeLessThanOrEqual(2 * least.codes + 3 * CODES_STAY);
        expect(now.bytes).toBeLessThanOrEqual(least.bytes + BYTES_STAY);
        expect(packedBuckets(harness.cluster)).toEqual(packedBuckets(fresh.cluster));
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});

describe('five thousand that came and went', () => {
  const TIMES = 5000;
  const times = (each: (n: number) => void) => {
    for (let n = 0; n < TIMES; n++) each(n);
  };
  const decideOn = (harness: Harness, waiting: Pod): void => {
    harness.submit(waiting);
    harness.run();
    const key = `ns/${waiting.metadata!.name}`;
    harness.cluster.dropPending(key);
    harness.cycle.bindingFailed(key, 'not wanted');
    harness.queue.delete(key);
  };

  test('label keys of nodes, which pods select by, leave no columns', () => {
    const harness = newHarness({ nodes: [node('stays')] });
    const sizes: number[] = [];
    times((n) => {
      harness.cluster.setNode(node('comes', { labels: { [`key-${n}`]: 'x' } }));
      if (n % 50 === 0) decideOn(harness, pod('asks', { spec: { nodeSelector: { [`key-${n}`]: 'x' } } }));
      sizes.push(harness.kernel.arena.usedBytes);
    });
    expect(sizes.at(-1)).toBeLessThanOrEqual(Math.max(...sizes.slice(0, 500)));
  });

  test('label keys and resources that pods name and no node has make no columns at all', () => {
    const harness = newHarness({ nodes: [node('one')] });
    decideOn(harness, pod('first'));
    const before = harness.kernel.arena.usedBytes;
    const requests = Object.fromEntries(Array.from({ length: TIMES }, (_, n) => [`example.com/r-${n}`, '1']));
    const nodeSelector = Object.fromEntries(Array.from({ length: TIMES }, (_, n) => [`key-${n}`, 'x']));
    const containers = [{ name: 'main', resources: { requests } }];
    harness.cluster.setPod(on('one', pod('bound', { spec: { containers } })));
    expect(harness.kernel.arena.usedBytes).toBe(before);
    harness.submit(pod('waits', { spec: { containers, nodeSelector } }));
    const [outcome] = harness.run();
    expect(outcome!.refusal?.message).toContain("1 node(s) didn't match Pod's node affinity/selector");
    harness.submit(pod('also', { spec: { containers } }));
    const [other] = harness.run();
    expect(other!.refusal?.message).toContain('1 Insufficient example.com/r-4999');
    expect(harness.kernel.arena.usedBytes).toBeLessThan(before + 2 ** 20);
  });

  test('node names and label values leave no codes', () => {
    const harness = newHarness({ nodes: [node('stays', { labels: { zone: 'a' } })] });
    harness.cluster.nodes.label('zone');
    times((n) => {
      harness.cluster.setNode(node(`node-${n}`, { labels: { zone: `zone-${n}` } }));
      harness.cluster.removeNode(`node-${n}`);
    });
    expect(harness.cluster.nodes.name.values.length).toBeLessThan(100);
    expect(harness.cluster.nodes.label('zone').values.length).toBeLessThan(100);
    expect(packedNodes(harness.cluster)['stays']!.labels['zone']).toBe('a');
  });

  test('pods with labels, ports and affinities of their own leave none', () => {
    const harness = newHarness({ nodes: [node('one')], objects: READERS });
    times((n) => {
      harness.cluster.setPod(on('one', podOf('comes', n)));
      harness.cluster.followKeys();
      harness.cluster.removePod('ns/comes');
    });
    harness.cluster.followKeys();
    expect(harness.cluster.podBuckets.size).toBeLessThan(300);
    expect(harness.cluster.keys.size).toBeLessThan(300);
    expect(harness.cluster.affinities.size).toBeLessThan(100);
    expect(harness.cluster.portUsers.size).toBe(0);
  });

  test('pods with a label of their own that a service reads leave no buckets', () => {
    const harness = newHarness({ nodes: [node('one')], objects: READERS });
    times((n) => {
      harness.cluster.setPod(on('one', pod('comes', { labels: { app: `app-${n}` } })));
      harness.cluster.followKeys();
    });
    expect(harness.cluster.podBuckets.size).toBeLessThan(300);
    expect(packedBuckets(harness.cluster)).toEqual([`ns {"app":"app-${TIMES - 1}"}  running one 1`]);
  });

  test('selectors of waiting pods leave no keys', () => {
    const harness = newHarness();
    const selecting = Array.from({ length: TIMES }, (_, n) => ({
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { [`label-${n}`]: 'x' } },
    }));
    harness.cluster.setPending(pod('waits', { spec: { topologySpreadConstraints: selecting } }));
    expect(harness.cluster.keys.size).toBe(TIMES);
    harness.cluster.dropPending('ns/waits');
    const { selectorsVersion } = harness.cluster;
    harness.cluster.followKeys();
    expect(harness.cluster.keys.size).toBe(0);
    expect(harness.cluster.selectorsVersion).toBeGreaterThan(selectorsVersion);
  });

  test.each([300, 20_000])('pods are no longer told apart by keys that %i selectors read', (count) => {
    const harness = newHarness({ nodes: [node('one')] });
    harness.cluster.setPod(
      on('one', pod('stands', { labels: { 'label-0': 'a', 'label-1': 'b', other: 'c' } })),
    );
    const selecting = Array.from({ length: count }, (_, n) => ({
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { [`label-${n}`]: 'x' } },
    }));
    expect(packedBuckets(harness.cluster)).toEqual(['ns {}  running one 1']);
    harness.cluster.setPending(pod('waits', { spec: { topologySpreadConstraints: selecting } }));
    expect(packedBuckets(harness.cluster)).toEqual(['ns {"label-0":"a","label-1":"b"}  running one 1']);
    harness.cluster.dropPending('ns/waits');
    expect(packedBuckets(harness.cluster)).toEqual(['ns {}  running one 1']);
  });

  test('services of namespaces that came and went leave none', () => {
    const { cluster } = newHarness();
    times((n) => {
      cluster.setObject(service('web', { app: `app-${n}` }, `namespace-${n}`), true);
      cluster.setObject(service('web', { app: `app-${n}` }, `namespace-${n}`), false);
    });
    expect(cluster.objects.servicesOf('namespace-1', { app: 'app-1' })).toEqual([]);
    expect(cluster.objects.namespaces).toBe(0);
  });
});

test('when the last affinity has gone, labels tell no pods apart any longer', () => {
  const harness = newHarness({ nodes: [node('one')], objects: READERS });
  for (let n = 0; n < 200; n += 2) {
    harness.cluster.setPod(on('one', podOf('comes', n)));
    harness.cluster.removePod('ns/comes');
  }
  const [one, two] = ['a', 'b'].map((app) => pod(app, { labels: { app } }));
  const classOf = (waiting: Pod) => harness.cycle.classify(waiting)!.class;
  expect(classOf(one!)).not.toBe(classOf(two!));
  harness.cluster.followKeys();
  expect(harness.cluster.affinities.size).toBe(0);
  expect(classOf(one!)).toBe(classOf(two!));
});
