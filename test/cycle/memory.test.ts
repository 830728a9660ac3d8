// Linear memory that runs out: the pod at hand waits, not all of them.
import { describe, expect, test } from 'vitest';
import { OutOfMemoryError } from '../../src/state/columns/arena.ts';
import type { Outcome } from '../../src/cycle/outcome.ts';
import { MemoryCheck } from '../../src/run/memory-check.ts';
import { kernelWith, node, nodesByPod, pod, pods, newHarness } from './fixtures.ts';

const PAGE_BYTES = 65_536;

/** A kernel whose memory grows to so many MiB at the most. */
const smallKernel = (mebibytes: number) =>
  kernelWith(({ memory }) => ({
    memory: {
      get buffer() {
        return memory.buffer;
      },
      grow(pages: number) {
        if (memory.buffer.byteLength + pages * PAGE_BYTES > mebibytes * 2 ** 20)
          throw new RangeError('failed to grow memory');
        return memory.grow(pages);
      },
    },
  }));

const NODES = Array.from({ length: 2000 }, (_, n) => node(`n${n}`, { labels: { zone: `z${n % 7}` } }));

/** A pod for which 4 MiB are needed: with a table of all the nodes for each of its constraints. */
const greedy = (name: string) =>
  pod(name, {
    labels: { app: 'greedy' },
    spec: {
      topologySpreadConstraints: Array.from({ length: 250 }, (_, n) => ({
        topologyKey: 'kubernetes.io/hostname',
        maxSkew: n + 1,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'greedy' } },
      })),
    },
  });

describe('when the linear memory is full', () => {
  test('a pod that needs more than there is waits, and the others have their nodes', () => {
    const harness = newHarness({ nodes: NODES, kernel: smallKernel(3) });
    harness.submit(pod('first', { cpu: '1' }), greedy('greedy'), pod('last', { cpu: '2' }));
    const outcomes = harness.run();
    expect(Object.keys(nodesByPod(outcomes)).sort()).toEqual(['first', 'last']);
    const fault = outcomes.find((outcome) => outcome.fault !== undefined)!;
    expect(fault.fault).toBeInstanceOf(OutOfMemoryError);
    expect(fault.failed[0]!.message).toMatch(/^scheduling failed: out of memory: .* MiB are needed/);
    expect(harness.queue.counts()).toMatchObject({ backoff: 1 });
    // it leaves nothing behind
    harness.acknowledgeAll();
    const used: number[] = [];
    for (let n = 0; n < 20; n++) {
      harness.clock.ms += 20_000;
      expect(harness.run()[0]!.fault).toBeInstanceOf(OutOfMemoryError);
      used.push(harness.kernel.arena.usedBytes);
    }
    expect(new Set(used).size).toBe(1);
  });

  test('correspondences that wait for their bindings make room first', () => {
    const roomy = newHarness({ nodes: NODES });
    const classes = Array.from({ length: 60 }, (_, n) => pod(`p${n}`, { cpu: '1m', memory: `${n + 1}Mi` }));
    const scarce = newHarness({ nodes: NODES, kernel: smallKernel(2) });
    for (const harness of [roomy, scarce])
      harness.submit(
        ...classes,
        ...classes.map((each) =>
          pod(`again-${each.metadata!.name}`, {
            cpu: '1m',
            memory: each.spec!.containers[0]!.resources!.requests!['memory'],
          }),
        ),
      );
    const [expected, found] = [roomy, scarce].map((harness) => nodesByPod(harness.run()));
    expect(found).toEqual(expected);
    expect(scarce.cycle.correspondences.size).toBeLessThan(roomy.cycle.correspondences.size);
  });

  test('a class that did not get the memory is determined anew when there is some', () => {
    const harness = newHarness({ nodes: NODES, kernel: smallKernel(3) });
    const hog = harness.kernel.arena.allocate(2 ** 20);
    harness.submit(...pods(2, 'web', { cpu: '1' }));
    expect(harness.run()[0]!.placed).toHaveLength(2);
    harness.cluster.setNode(node('new', { cpu: '64', memory: '256Gi' }));
    const rest: number[] = [];
    for (;;) {
      try {
        rest.push(harness.kernel.arena.allocate(1024, 0));
      } catch {
        break;
      }
    }
    harness.submit(...pods(2, 'more', { cpu: '1' }));
    expect(harness.run()[0]!.fault).toBeInstanceOf(OutOfMemoryError);
    harness.kernel.arena.free(hog, 2 ** 20);
    harness.clock.ms += 20_000;
    expect(harness.run()[0]!.placed.map(({ node: name }) => name)).toEqual(['new', 'new']);
  });
});

describe('/livez', () => {
  const outcome = (fault?: Error) => ({ fault }) as Outcome;

  test('fails by name when all decisions have failed for want of memory for half a minute', () => {
    const check = new MemoryCheck();
    for (let ms = 0; ms <= 29_000; ms += 1000) check.decided(outcome(new OutOfMemoryError('out')), ms);
    expect(check.at(29_000)).toEqual({ name: 'memory', failure: undefined });
    check.decided(outcome(new OutOfMemoryError('out')), 30_000);
    expect(check.at(30_000)).toEqual({ name: 'memory', failure: 'out' });
    // nobody asks any longer
    expect(check.at(90_001).failure).toBeUndefined();
    check.decided(outcome(), 31_000);
    expect(check.at(31_000).failure).toBeUndefined();
  });

  test('does not fail for one pod that asks for too much, nor for other faults', () => {
    const check = new MemoryCheck();
    for (let ms = 0; ms <= 60_000; ms += 1000) check.decided(outcome(new Error('other')), ms);
    expect(check.at(60_000).failure).toBeUndefined();
  });
});
