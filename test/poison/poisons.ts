// Pods that are hard on the scheduler, and that any user may create.
import type { Pod } from '../../src/model/types.ts';
import { on } from '../cycle/fixtures.ts';
import { podGroup } from '../gangs/fixtures.ts';
import { pod } from '../run/fixtures.ts';
import { nodeName, type Poison } from './withstand.ts';

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

type Spec = NonNullable<Pod['spec']>;

function one(spec: Partial<Spec>, labels?: Record<string, string>): () => Pod[] {
  return () => [pod('poison', { cpu: '10m', labels, spec })];
}

function replicas(count: number, spec: Partial<Spec>): Pod[] {
  return times(count, (n) => pod(`poison-${n}`, { cpu: '10m', labels: { app: 'poison' }, spec }));
}

/** Of a namespace of its own: whoever is in one has its share and no more. */
function ofAnother(pods: Pod[]): Pod[] {
  return pods.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: 'tenant' } }));
}

function spreads(count: number): Spec['topologySpreadConstraints'] {
  return times(count, (n) => ({
    topologyKey: n % 2 === 0 ? 'topology.kubernetes.io/zone' : 'kubernetes.io/hostname',
    maxSkew: 1 + n,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app: 'poison' } },
  }));
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
  {
    name: '5,000 node selector terms',
    pods: one({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: times(5000, (n) => ({
              matchExpressions: [{ key: `key-${n}`, operator: 'In', values: ['x'] }],
            })),
          },
        },
      },
    }),
  },
  {
    name: '5,000 preferred affinity terms',
    pods: one({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: times(5000, (n) => ({
            weight: 1 + (n % 100),
            podAffinityTerm: {
              topologyKey: n % 2 === 0 ? 'topology.kubernetes.io/zone' : `key-${n}`,
              labelSelector: { matchExpressions: [{ key: `key-${n}`, operator: 'DoesNotExist' }] },
            },
          })),
        },
      },
    }),
  },
  {
    name: '300 replicas that take long each',
    pods: () => replicas(300, { topologySpreadConstraints: spreads(500) }),
  },
  {
    name: 'a pod group of 300 that take long each',
    objects: () => [podGroup('g', 300)],
    pods: () =>
      replicas(300, {
        topologySpreadConstraints: spreads(500),
        schedulingGroup: { podGroupName: 'g' },
      }),
  },
  {
    name: 'a request of a million digits',
    pods: () => [pod('poison', { cpu: `0.${'1'.repeat(1_000_000)}` })],
  },
  {
    name: 'a pod that preempts beside 5,000 disruption budgets',
    objects: (nodes) => [
      ...times(5000, (n) => ({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { namespace: 'ns', name: `budget-${n}` },
        spec: { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
        status: { disruptionsAllowed: 1000 },
      })),
      ...times(3 * nodes, (n) => {
        const lesser = pod(`lesser-${n}`, { cpu: '2', labels: { app: 'x' }, spec: { priority: -1 } });
        return on(nodeName(n % nodes), lesser);
      }),
    ],
    pods: () => [pod('poison', { cpu: '20', spec: { priority: 10 } })],
  },
  {
    name: '5 pods of 40,000 node selector keys that no node has',
    pods: () =>
      times(5, (p) =>
        pod(`poison-${p}`, {
          cpu: '10m',
          spec: { nodeSelector: Object.fromEntries(times(40_000, (n) => [`key-${p}-${n}`, 'x'])) },
        }),
      ),
  },
  {
    name: '5 pods of 10,000 extended resources that no node has',
    pods: () =>
      times(5, (p) => {
        const requests = Object.fromEntries(times(10_000, (n) => [`example.com/r-${p}-${n}`, '1']));
        return pod(`poison-${p}`, { spec: { containers: [{ name: 'main', resources: { requests } }] } });
      }),
  },
  {
    name: '1,000 pods with a label, a selector, an affinity and a port of their own',
    pods: () =>
      times(1000, (n) => {
        const labelSelector = { matchLabels: { [`key-${n}`]: 'x' } };
        const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
        return pod(`poison-${n}`, {
          labels: { [`key-${n}`]: 'x' },
          ports: [20_000 + n],
          spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
        });
      }),
  },
  {
    name: '3,000 pods that ask for 20 resources of their own each, which no node has',
    pods: () =>
      ofAnother(
        times(3000, (n) =>
          pod(`poison-${n}`, {
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'app',
                  resources: {
                    requests: Object.fromEntries(times(20, (m) => [`example.com/r-${n}-${m}`, '1'])),
                  },
                },
              ],
            },
          }),
        ),
      ),
  },
  {
    name: '2,000 pods of an app of their own each, spread over zones',
    pods: () =>
      ofAnother(
        times(2000, (n) =>
          pod(`poison-${n}`, {
            cpu: '10m',
            labels: { app: `app-${n}` },
            spec: {
              topologySpreadConstraints: [
                {
                  topologyKey: 'topology.kubernetes.io/zone',
                  maxSkew: 1,
                  whenUnsatisfiable: 'DoNotSchedule',
                  labelSelector: { matchLabels: { app: `app-${n}` } },
                },
              ],
            },
          }),
        ),
      ),
  },
];
