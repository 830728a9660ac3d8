// The memory that correspondences may have together, where many classes live at once.
import { describe, expect, test, vi } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { node, nodesByPod, pod, newHarness } from './fixtures.ts';

// thousands of passes over thousands of nodes, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 });

const MIB = 2 ** 20;
/** What correspondences may have, and what the columns and the matches of the classes take besides. */
const ROOM = 40 * MIB;

const NODES = Array.from({ length: 2000 }, (_, n) => node(`n${n}`, { cpu: `${8 + (n % 5)}` }));
/** Together their correspondences would take 100 MiB. */
const CLASSES = 2500;

/** A pod of each class, no two of which ask for the same. */
const round = (name: string): Pod[] =>
  Array.from({ length: CLASSES }, (_, n) => pod(`${name}-${n}`, { cpu: '100m', memory: `${500 + n}Mi` }));

describe('many classes whose pods wait for their bindings', () => {
  test('take no more memory than there is for correspondences, and give it back', () => {
    const harness = newHarness({ nodes: NODES });
    const { arena } = harness.kernel;
    harness.submit(...round('one'));
    let most = 0;
    for (const { placed } of harness.cycle.run()) {
      expect(placed).toHaveLength(1);
      most = Math.max(most, arena.usedBytes);
    }
    expect(harness.binder.placements).toHaveLength(CLASSES);
    expect(most).toBeGreaterThan(ROOM / 2);
    expect(most).toBeLessThan(ROOM);
    harness.acknowledgeAll();
    expect(harness.cycle.correspondences.size).toBe(0);
    expect(arena.usedBytes).toBeLessThan(8 * MIB);
  });

  test('take no more where the nodes are put into groups for them', () => {
    const harness = newHarness({ nodes: NODES });
    const replicas = Array.from({ length: 600 * 10 }, (_, n) =>
      pod(`pod-${n}`, { cpu: '100m', memory: `${500 + (n % 600)}Mi` }),
    );
    harness.submit(...replicas);
    let most = 0;
    for (const { placed } of harness.cycle.run()) {
      expect(placed).toHaveLength(10);
      most = Math.max(most, harness.kernel.arena.usedBytes);
    }
    expect(most).toBeGreaterThan(ROOM / 2);
    expect(most).toBeLessThan(ROOM);
  });

  test('find, in strict order, the nodes that each of their pods finds alone', () => {
    const waiting = [...round('one'), ...round('two')];
    const harness = newHarness({ nodes: NODES, args: { order: 'strict' } });
    harness.submit(...waiting);
    const together = nodesByPod(harness.run());
    expect(harness.kernel.arena.usedBytes).toBeLessThan(ROOM);
    // the second pod of a class finds its correspondence gone
    expect(harness.cycle.correspondences.passes).toBeGreaterThan(CLASSES);

    const alone = newHarness({ nodes: NODES });
    const separate = waiting.flatMap((each) => {
      alone.submit(each);
      // thousands of cycles: none of them is audited
      const outcomes = [...alone.cycle.run()];
      alone.acknowledgeAll();
      return outcomes;
    });
    expect(together).toEqual(nodesByPod(separate));
  });
});
