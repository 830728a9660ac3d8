// Features are looked up by a pod's template: whatever field of a pod is changed, an equal template must mean equal features.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { featuresOf } from '../../src/classes/features.ts';
import { sameValues, templateOf } from '../../src/classes/template.ts';
import type { Pod } from '../../src/model/types.ts';
import { SPEC_FIELDS } from '../../src/plugins/fields.ts';
import { node, newHarness, service } from '../cycle/fixtures.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of each field, of which the first two differ in what scheduling may read. */
const VALUES: Record<string, Json[]> = {
  affinity: ['a', 'b'].map((zone) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }],
      },
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: zone, labelSelector: { matchLabels: { app: 'web' } } },
      ],
    },
  })),
  hostNetwork: [true, false],
  hostUsers: [false, true],
  nodeName: ['a', 'b'],
  nodeSelector: [{ disk: 'ssd' }, { disk: 'hdd' }],
  overhead: [{ cpu: '1' }, { cpu: '2' }],
  preemptionPolicy: ['Never', 'PreemptLowerPriority'],
  priority: [1, 2],
  resourceClaims: [[{ name: 'one', resourceClaimName: 'a' }], [{ name: 'one', resourceClaimName: 'b' }]],
  resources: [{ requests: { cpu: '1' } }, { requests: { cpu: '2' } }],
  tolerations: [[{ key: 'a', operator: 'Exists' }], [{ key: 'b', operator: 'Exists' }]],
  topologySpreadConstraints: [1, 2].map((maxSkew) => [
    {
      maxSkew,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ]),
  volumes: [
    [{ name: 'v', persistentVolumeClaim: { claimName: 'a' } }],
    [{ name: 'v', persistentVolumeClaim: { claimName: 'b' } }],
    [{ name: 'v', image: { reference: 'app:1' } }],
    [{ name: 'v', emptyDir: {} }],
  ],
  unheardOf: [1, 2],
};
const containers: Json[][] = [
  [{ image: 'app:1' }, { image: 'app:2' }],
  [{ resources: { requests: { cpu: '1' } } }, { resources: { requests: { 'example.com/gpu': '1' } } }],
  [{ ports: [{ containerPort: 1, hostPort: 1 }] }, { ports: [{ containerPort: 1, hostPort: 2 }] }],
  [{ restartPolicy: 'Always' }, {}],
  [{ restartPolicyRules: [{ action: 'RestartAllContainers' }] }, {}],
  [{ volumeMounts: [{ name: 'v', mountPath: '/v', bindMountOptions: ['nosuid'] }] }, {}],
  [{ command: ['a'] }, { command: ['b'] }],
];

const anyOf = (values: Json[]) => fc.constantFrom(...values, null);
const anyContainer = fc
  .tuple(...containers.map((values) => fc.constantFrom(...values, {})))
  .map((parts) => Object.assign({ name: 'main' }, ...(parts as object[])) as Json);
const fields = fc.record(
  Object.fromEntries(
    [...SPEC_FIELDS, 'unheardOf']
      .filter((field) => !['containers', 'initContainers', 'ephemeralContainers'].includes(field))
      .map((field) => [field, anyOf(VALUES[field] ?? ['one', 'two'])]),
  ),
  { requiredKeys: [] },
);
const anyPod = fc.record({
  metadata: fc.record({
    name: fc.constantFrom('one', 'two'),
    namespace: fc.constantFrom('ns', 'other'),
    labels: fc.constantFrom<Json>({ app: 'web' }, { app: 'db' }, { unread: '1' }),
    annotations: fc.constantFrom<Json>({ a: '1' }, { a: '2' }),
    ownerReferences: fc.constantFrom<Json>(
      [],
      [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true, uid: 'u' }],
    ),
  }),
  spec: fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, fields),
      fc.array(anyContainer, { minLength: 1, maxLength: 2 }),
      fc.array(anyContainer, { maxLength: 1 }),
    )
    .map(([some, main, init]) => ({ ...some, containers: main, initContainers: init })),
  status: fc.constantFrom<Json>(
    {},
    { allocatedResources: { cpu: '3' } },
    { containerStatuses: [{ name: 'main', allocatedResources: { cpu: '3' } }] },
    { conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] },
  ),
});

/** One pod, and the same one with a single part replaced. */
const twoPods = fc.tuple(anyPod, anyPod, fc.nat()).map(([one, other, choice]) => {
  const [first, second] = [structuredClone(one), structuredClone(one)] as Record<
    string,
    Record<string, Json>
  >[];
  const places = Object.entries(other as unknown as Record<string, Record<string, Json>>).flatMap(
    ([part, values]) => Object.entries(values).map(([field, value]) => ({ part, field, value })),
  );
  const { part, field, value } = places[choice % places.length]!;
  second![part]![field] = value;
  return [first, second].map((each) => withoutNulls(each) as unknown as Pod);
});

function withoutNulls<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => (inner === null ? undefined : inner))) as T;
}

it('has equal features where it has an equal template', () => {
  const { context } = newHarness({ nodes: [node('a')], objects: [service('web', { app: 'web' })] });
  let equal = 0;
  fc.assert(
    fc.property(twoPods, ([one, two]) => {
      const [first, second] = [templateOf(one!, context), templateOf(two!, context)];
      expect(sameValues(first, second)).toBe(JSON.stringify(first) === JSON.stringify(second));
      if (first === undefined || !sameValues(first, second)) return;
      equal++;
      expect(featuresOf(two!, context)).toEqual(featuresOf(one!, context));
    }),
    { numRuns: 6000, seed: 1 },
  );
  // templates that always differ would say nothing
  expect(equal).toBeGreaterThan(400);
});
