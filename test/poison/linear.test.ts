// What a pod asks for costs by how much it is, not by its square: measured in memory, which does not depend on the machine.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { node, pod, newHarness } from '../cycle/fixtures.ts';

type Spec = NonNullable<Pod['spec']>;
type Spread = NonNullable<Spec['topologySpreadConstraints']>[number];

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** The linear memory of the correspondence of a pod on 100 nodes in ten zones, one of which lacks a disk. */
function bytesOf(spec: Partial<Spec>): number {
  const nodes = times(100, (n) =>
    node(`n-${n}`, { labels: { zone: `z-${n % 10}`, ...(n === 0 ? {} : { disk: 'ssd' }) } }),
  );
  const waiting = pod('p', { spec });
  const harness = newHarness({ nodes });
  harness.submit(waiting);
  harness.run();
  const [entry] = harness.cycle.correspondences.list();
  return entry!.correspondence.bytes;
}

function spreads(count: number, action: Spread['whenUnsatisfiable']): Spread[] {
  return times(count, (n) => ({
    topologyKey: ['zone', 'disk', 'kubernetes.io/hostname'][n % 3]!,
    maxSkew: 1000 + n,
    whenUnsatisfiable: action,
    labelSelector: { matchLabels: { app: `a-${n}` } },
    nodeTaintsPolicy: n % 2 === 0 ? 'Honor' : 'Ignore',
  }));
}

const ssd = { nodeSelector: { disk: 'ssd' } };

describe('the memory of', () => {
  it.each(['ScheduleAnyway', 'DoNotSchedule'] as const)('spread constraints, %s, is linear', (action) => {
    const [few, many] = [300, 1200].map((count) =>
      bytesOf({ ...ssd, topologySpreadConstraints: spreads(count, action) }),
    );
    expect(many! / few!).toBeLessThan(5);
  });

  it('affinity terms of one topology key is that of the key', () => {
    const terms = (count: number) =>
      times(count, (n) => ({ topologyKey: 'zone', labelSelector: { matchLabels: { app: `a-${n}` } } }));
    const antiAffinity = (count: number) => ({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: terms(count),
          preferredDuringSchedulingIgnoredDuringExecution: terms(count).map((podAffinityTerm) => ({
            weight: 1,
            podAffinityTerm,
          })),
        },
      },
    });
    expect(bytesOf(antiAffinity(500))).toBe(bytesOf(antiAffinity(1)));
  });

  it('constraints on keys that no node has is that of one', () => {
    const onOwnKeys = (count: number) =>
      times(count, (n) => ({ ...spreads(1, 'ScheduleAnyway')[0]!, topologyKey: `key-${n}` }));
    expect(bytesOf({ topologySpreadConstraints: onOwnKeys(500) })).toBe(
      bytesOf({ topologySpreadConstraints: onOwnKeys(1) }),
    );
  });
});
