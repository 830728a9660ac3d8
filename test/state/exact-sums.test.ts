// Sums of what pods use stay exact, whatever one of them asks for.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configuration, node, nodesByPod, on, pod, rig } from '../cycle/fixtures.ts';
import { packedNodes } from './packed.ts';

const MOST = '9223372036854775807';
const BYTES = 'example.com/bytes';

const asking = (requests: Record<string, string>) => ({
  containers: [{ name: 'main', resources: { requests } }],
});
const usedOf = (bench: ReturnType<typeof rig>) => packedNodes(bench.cluster)['a']!.used;

describe('a pod that asks for more than any node has', () => {
  test.each(['cpu', 'memory', 'ephemeral-storage', 'example.com/gpu'])(
    'takes no %s away when it goes',
    (name) => {
      const few = { [name]: '3' };
      const bench = rig({
        nodes: [node('a', { extra: { [name]: '4' } })],
        pods: [on('a', pod('few', { spec: asking(few) }))],
      });
      const before = packedNodes(bench.cluster);
      bench.cluster.setPod(on('a', pod('much', { spec: asking({ [name]: MOST }) })));
      bench.cluster.setPod(on('a', pod('more', { spec: asking(few) })));
      bench.cluster.removePod('ns/much');
      bench.cluster.removePod('ns/more');
      expect(packedNodes(bench.cluster)).toEqual(before);
      bench.submit(pod('two', { spec: asking({ [name]: '2' }) }));
      expect(nodesByPod(bench.run())).toEqual({});
    },
  );

  test('leaves its node when the node goes and comes', () => {
    const bench = rig({ nodes: [node('a')], pods: [on('a', pod('much', { cpu: MOST }))] });
    bench.cluster.removeNode('a');
    bench.cluster.removePod('ns/much');
    bench.cluster.setNode(node('a'));
    bench.cluster.setPod(on('a', pod('one', { cpu: '1' })));
    expect(usedOf(bench)['cpu']).toBe(1000);
  });

  test('and that the kernel has placed, as nobody checks the resource, takes nothing away either', () => {
    const ignored = configuration({}, [
      { name: 'NodeResourcesFit', args: { ignoredResources: ['example.com/gpu'] } },
    ]);
    const nodes = [node('a', { extra: { 'example.com/gpu': '1' } })];
    const bench = rig({ nodes, configuration: ignored });
    const much = { 'example.com/gpu': MOST };
    bench.submit(pod('few', { spec: asking({ 'example.com/gpu': '3' }) }));
    bench.run();
    bench.submit(pod('much', { spec: asking(much) }), pod('much-too', { spec: asking(much) }));
    expect(Object.keys(nodesByPod(bench.run()))).toHaveLength(2);
    bench.submit(pod('one', { spec: asking({ 'example.com/gpu': '1' }) }));
    bench.run();
    bench.cluster.removePod('ns/much');
    bench.cluster.removePod('ns/much-too');
    expect(usedOf(bench)['example.com/gpu']).toBe(4);
  });
});

test('what pods use of a resource is counted while some node has it', () => {
  const having = node('a', { extra: { [BYTES]: '4' } });
  const bench = rig({ nodes: [having], pods: [on('a', pod('much', { spec: asking({ [BYTES]: MOST }) }))] });
  bench.cluster.setPod(on('a', pod('few', { spec: asking({ [BYTES]: '3' }) })));
  bench.cluster.setNode(node('a'));
  bench.cluster.removePod('ns/much');
  bench.cluster.setNode(having);
  expect(usedOf(bench)[BYTES]).toBe(3);
});

test('the sum of pods that come and go is that of those that are there', () => {
  const amounts = fc.constantFrom(MOST, '4503599627370497', '9007199254740993', '1e15', '3', '1', '1e18');
  const steps = fc.array(fc.tuple(fc.nat(9), amounts, fc.boolean()), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(steps, (taken) => {
      const bench = rig({ nodes: [node('a', { extra: { [BYTES]: '1' } })] });
      const there = new Map<string, bigint>();
      for (const [n, amount, comes] of taken) {
        const key = `ns/p-${n}`;
        if (comes) {
          bench.cluster.setPod(on('a', pod(`p-${n}`, { spec: asking({ [BYTES]: amount }) })));
          there.set(key, BigInt(Number(amount)));
        } else {
          bench.cluster.removePod(key);
          there.delete(key);
        }
      }
      const { nodes } = bench.cluster;
      const used = nodes.columns.getF64(nodes.resource(BYTES).used, nodes.rowOf('a')!);
      expect(used).toBe(Number([...there.values()].reduce((sum, amount) => sum + amount, 0n)));
    }),
    { numRuns: 50 },
  );
});
