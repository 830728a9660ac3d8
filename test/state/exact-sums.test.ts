// Sums of what pods use stay exact, whatever one of them asks for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configuration, node, nodesByPod, on, pod, newHarness } from '../cycle/fixtures.ts';
import { packedNodes } from './packed.ts';

const MOST = '9223372036854775807';
const BYTES = 'example.com/bytes';

const asking = (requests: Record<string, string>) => ({
  containers: [{ name: 'main', resources: { requests } }],
});
const usedOf = (harness: ReturnType<typeof newHarness>) => packedNodes(harness.cluster)['a']!.used;

describe('a pod that asks for more than any node has', () => {
  test.each(['cpu', 'memory', 'ephemeral-storage', 'example.com/gpu'])(
    'takes no %s away when it goes',
    (name) => {
      const few = { [name]: '3' };
      const harness = newHarness({
        nodes: [node('a', { extra: { [name]: '4' } })],
        pods: [on('a', pod('few', { spec: asking(few) }))],
      });
      const before = packedNodes(harness.cluster);
      harness.cluster.setPod(on('a', pod('much', { spec: asking({ [name]: MOST }) })));
      harness.cluster.setPod(on('a', pod('more', { spec: asking(few) })));
      harness.cluster.removePod('ns/much');
      harness.cluster.removePod('ns/more');
      expect(packedNodes(harness.cluster)).toEqual(before);
      harness.submit(pod('two', { spec: asking({ [name]: '2' }) }));
      expect(nodesByPod(harness.run())).toEqual({});
    },
  );

  test('leaves its node when the node goes and comes', () => {
    const harness = newHarness({ nodes: [node('a')], pods: [on('a', pod('much', { cpu: MOST }))] });
    harness.cluster.removeNode('a');
    harness.cluster.removePod('ns/much');
    harness.cluster.setNode(node('a'));
    harness.cluster.setPod(on('a', pod('one', { cpu: '1' })));
    expect(usedOf(harness)['cpu']).toBe(1000);
  });

  test('and that the kernel has placed, as nobody checks the resource, takes nothing away either', () => {
    const ignored = configuration({}, [
      { name: 'NodeResourcesFit', args: { ignoredResources: ['example.com/gpu'] } },
    ]);
    const nodes = [node('a', { extra: { 'example.com/gpu': '1' } })];
    const harness = newHarness({ nodes, configuration: ignored });
    const much = { 'example.com/gpu': MOST };
    harness.submit(pod('few', { spec: asking({ 'example.com/gpu': '3' }) }));
    harness.run();
    harness.submit(pod('much', { spec: asking(much) }), pod('much-too', { spec: asking(much) }));
    expect(Object.keys(nodesByPod(harness.run()))).toHaveLength(2);
    harness.submit(pod('one', { spec: asking({ 'example.com/gpu': '1' }) }));
    harness.run();
    harness.cluster.removePod('ns/much');
    harness.cluster.removePod('ns/much-too');
    expect(usedOf(harness)['example.com/gpu']).toBe(4);
  });
});

test('what pods use of a resource is counted while some node has it', () => {
  const having = node('a', { extra: { [BYTES]: '4' } });
  const harness = newHarness({
    nodes: [having],
    pods: [on('a', pod('much', { spec: asking({ [BYTES]: MOST }) }))],
  });
  harness.cluster.setPod(on('a', pod('few', { spec: asking({ [BYTES]: '3' }) })));
  harness.cluster.setNode(node('a'));
  harness.cluster.removePod('ns/much');
  harness.cluster.setNode(having);
  expect(usedOf(harness)[BYTES]).toBe(3);
});

test('the sum of pods that come and go is that of those that are there', () => {
  const amounts = fc.constantFrom(MOST, '4503599627370497', '9007199254740993', '1e15', '3', '1', '1e18');
  const steps = fc.array(fc.tuple(fc.nat(9), amounts, fc.boolean()), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(steps, (taken) => {
      const harness = newHarness({ nodes: [node('a', { extra: { [BYTES]: '1' } })] });
      const there = new Map<string, bigint>();
      for (const [n, amount, comes] of taken) {
        const key = `ns/p-${n}`;
        if (comes) {
          harness.cluster.setPod(on('a', pod(`p-${n}`, { spec: asking({ [BYTES]: amount }) })));
          there.set(key, BigInt(Number(amount)));
        } else {
          harness.cluster.removePod(key);
          there.delete(key);
        }
      }
      const { nodes } = harness.cluster;
      const used = nodes.columns.getF64(nodes.resource(BYTES).used, nodes.rowOf('a')!);
      expect(used).toBe(Number([...there.values()].reduce((sum, amount) => sum + amount, 0n)));
    }),
    { numRuns: 50 },
  );
});
