import { describe, expect, test } from 'vitest';
import { Feature } from '../../build/records.js';
import { kernelWith, keysOf, node, pod, pods, newHarness } from '../cycle/fixtures.ts';

describe('collisions', () => {
  /** A kernel to which all features have the hash 0. */
  const hashless = () =>
    kernelWith(({ memory }) => ({
      hash(features, count) {
        const words = new Uint32Array(memory.buffer);
        const step = Feature.size / 4;
        for (let n = 0; n < count; n++)
          words.fill(0, features / 4 + n * step + 2, features / 4 + n * step + 4);
        return 0;
      },
    }));

  test('classes with equal hashes stay apart, each with an index of its own', () => {
    const harness = newHarness({ nodes: [node('a'), node('b')], kernel: hashless() });
    harness.submit(
      ...pods(2, 'small', { cpu: '1' }),
      ...pods(2, 'large', { cpu: '2' }),
      pod('last', { cpu: '3' }),
    );
    const batches = harness
      .run()
      .map(({ batch }) => ({ index: batch.class.index, pods: keysOf(batch.pods) }));
    const zeros = '0'.repeat(48);
    expect(batches).toEqual([
      { index: zeros, pods: ['ns/small-0', 'ns/small-1'] },
      { index: `${zeros}-1`, pods: ['ns/large-0', 'ns/large-1'] },
      { index: `${zeros}-2`, pods: ['ns/last'] },
    ]);
    expect(harness.cycle.correspondences.size).toBe(3);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
  });
});
