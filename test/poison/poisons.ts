// Pods that are hard on the scheduler, and that any user may create.
import type { Pod } from '../../src/api/types.ts';
import { pod } from '../run/fixtures.ts';
import type { Poison } from './withstand.ts';

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

type Spec = NonNullable<Pod['spec']>;

function one(spec: Partial<Spec>, labels?: Record<string, string>): () => Pod[] {
  return () => [pod('poison', { cpu: '10m', labels, spec })];
}

export const POISONS: readonly Poison[] = [
  {
    name: '5,000 soft spread constraints on keys of their own',
    pods: one({
      topologySpreadConstraints: times(5000, (n) => ({
        topologyKey: `key-${n}`,
        maxSkew: 1,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'poison' } },
      })),
    }),
  },
  {
    name: '2,000 soft spread constraints on one key',
    pods: one({
      topologySpreadConstraints: times(2000, (n) => ({
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1 + n,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { app: 'poison' } },
      })),
    }),
  },
  {
    name: '2,000 hard spread constraints on one key',
    pods: one(
      {
        topologySpreadConstraints: times(2000, (n) => ({
          topologyKey: 'kubernetes.io/hostname',
          maxSkew: 1 + n,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'poison' } },
        })),
      },
      { app: 'poison' },
    ),
  },
  {
    name: '5,000 preferred node affinity terms',
    pods: one({
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: times(5000, (n) => ({
            weight: 1,
            preference: { matchExpressions: [{ key: 'disk', operator: 'NotIn', values: [`x-${n}`] }] },
          })),
        },
      },
    }),
  },
  {
    name: 'node selector terms with 10,000 values each',
    pods: one({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: times(4, () => ({
              matchExpressions: [
                { key: 'kubernetes.io/hostname', operator: 'In', values: times(10_000, (n) => `n${n}`) },
              ],
            })),
          },
        },
      },
    }),
  },
  {
    name: '5,000 required affinity terms',
    pods: one({
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: times(5000, (n) => ({
            topologyKey: n % 2 === 0 ? 'topology.kubernetes.io/zone' : 'kubernetes.io/hostname',
            labelSelector: { matchExpressions: [{ key: `key-${n}`, operator: 'DoesNotExist' }] },
          })),
        },
      },
    }),
  },
  {
    name: '5,000 anti-affinity terms',
    pods: one({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: times(5000, (n) => ({
            topologyKey: n % 2 === 0 ? 'topology.kubernetes.io/zone' : 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { [`key-${n}`]: 'x' } },
          })),
        },
      },
    }),
  },
  {
    name: '10,000 tolerations',
    pods: one({ tolerations: times(10_000, (n) => ({ key: `key-${n}`, operator: 'Exists' })) }),
  },
  {
    name: '5,000 host ports',
    pods: () => [pod('poison', { cpu: '10m', ports: times(5000, (n) => 20_000 + n) })],
  },
];
