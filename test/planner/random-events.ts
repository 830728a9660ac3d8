// What happens in a cluster at random, small enough that pods are in each other's way.
import fc from 'fast-check';
import { objectKey, type ApiObject, type Pod } from '../../src/model/types.ts';
import type { KubernetesObject } from '../../src/planner/objects.ts';
import type { Planner } from '../../src/planner/planner.ts';
import { anyNode, anyPodFields, nodeOf, podOf, type PodFields } from '../classes/arbitrary.ts';
import { service } from '../cycle/fixtures.ts';
import { claim, storageClass, volume } from '../volumes/objects.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'];
const CLAIMS = ['data-1', 'data-2', 'data-3'];

/** What there is from the beginning. */
export const BEGINNING = [
  storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
  ...NODES.map((name) => volume(`disk-${name}`, 'local', name)),
  ...CLAIMS.map((name) => claim(name, 'local')),
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 },
] as KubernetesObject[];

const OBJECTS: readonly ApiObject[] = [
  service('web', { app: 'web' }),
  service('front', { app: 'web', tier: 'front' }),
  { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'other', labels: { team: 'a' } } },
  volume('disk-n1', 'local', 'n1', { capacity: { storage: '2Gi' } }),
  claim('data-1', 'local'),
];

const podName = fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7');
const anyPod = fc
  .record({ name: podName, fields: anyPodFields, claim: fc.constantFrom(undefined, undefined, ...CLAIMS) })
  .map(({ name, fields, claim: claimName }) =>
    sent(name, { ...fields, nodeName: undefined, overhead: undefined }, claimName),
  );

export const anyEvent = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      object: fc
        .record({ name: fc.constantFrom(...NODES), fields: anyNode })
        .map(({ name, fields }): ApiObject => ({ ...nodeOf(name, fields), kind: 'Node' })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      object: fc.constantFrom(...NODES).map((name): ApiObject => ({ kind: 'Node', metadata: { name } })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      object: fc
        .record({ pod: anyPod, node: fc.constantFrom(undefined, ...NODES) })
        .map(({ pod, node }): ApiObject => ({ ...pod, spec: { ...pod.spec!, nodeName: node } }) as Pod),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('remove' as const),
      object: fc
        .record({ name: podName, namespace: fc.constantFrom('ns', 'other') })
        .map((metadata): ApiObject => ({ kind: 'Pod', metadata })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('set' as const, 'remove' as const),
      object: fc.constantFrom(...OBJECTS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      pods: fc.uniqueArray(anyPod, { minLength: 1, maxLength: 3, selector: objectKey }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decide' as const), pods: fc.constant(undefined) }) },
);

export type RandomEvent = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never;

/** Has it happen. Pods that stand somewhere are not asked about again. */
export function happen(planner: Planner, event: RandomEvent): unknown {
  switch (event.do) {
    case 'set':
      planner.set(event.object as KubernetesObject);
      return undefined;
    case 'remove':
      planner.remove(event.object as KubernetesObject);
      return undefined;
    case 'decide': {
      const standing = new Set(
        planner
          .pods()
          .filter(({ spec }) => spec?.nodeName)
          .map(objectKey),
      );
      return planner.decide(event.pods?.filter((pod) => !standing.has(objectKey(pod)))).decisions;
    }
  }
}

/** All that can be told from outside: what there is, and where pods of all sorts would go, with all reasons. */
export function seen(planner: Planner, probes: readonly Pod[]): unknown {
  const fork = planner.fork();
  const decisions = [
    fork.decide(undefined, { explain: 'detail' }).decisions,
    fork.decide(probes, { explain: 'detail' }).decisions,
  ];
  fork.discard();
  const nodes = planner.nodes().sort((one, two) => (objectKey(one) < objectKey(two) ? -1 : 1));
  const pods = new Map<string | undefined, Pod[]>();
  for (const pod of planner.pods())
    pods.set(pod.spec?.nodeName, [...(pods.get(pod.spec?.nodeName) ?? []), pod]);
  return {
    nodes,
    pods: [...pods].sort(([one = ''], [two = '']) => (one < two ? -1 : 1)),
    waiting: planner.waiting(),
    decisions,
  };
}

export const anyProbes = fc
  .uniqueArray(anyPod, { minLength: 1, maxLength: 4, selector: objectKey })
  .map((pods) =>
    // names that no other pod has
    pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, name: `probe-${pod.metadata!.name}` } })),
  );

/** A pod as somebody sends it. */
function sent(name: string, fields: PodFields, claimName: string | undefined): Pod {
  const { metadata, spec } = podOf(name, fields);
  const { namespace, labels, ownerReferences } = metadata!;
  const volumes =
    claimName === undefined ? undefined : [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return {
    kind: 'Pod',
    metadata: { name, namespace, labels, ownerReferences },
    spec: { ...spec!, priority: undefined, volumes },
  };
}
