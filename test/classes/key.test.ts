// The class key by example: what tells pods apart, what does not, and that the keys follow the selectors that are read.
import { describe, expect, test } from 'vitest';
import type { ApiObject, Pod } from '../../src/model/types.ts';
import { node, pod, newHarness, service, type PodShape, type Harness } from '../cycle/fixtures.ts';

type Spec = NonNullable<Pod['spec']>;

const ZONE = 'topology.kubernetes.io/zone';

function sameClass(harness: Harness, one: Pod, two: Pod): boolean {
  return harness.cycle.classify(one)?.class === harness.cycle.classify(two)?.class;
}

/** Whether two pods of these shapes share a class where a service reads the label app. */
function alike(one: PodShape, two: PodShape): boolean {
  const harness = newHarness({ nodes: [node('a')], objects: [service('web', { app: 'web' })] });
  const [first, second] = [pod('one', one), pod('two', two)];
  for (const each of [first, second]) harness.cluster.setPending(each);
  return sameClass(harness, first, second);
}

const withSpec = (spec: Partial<Spec>): PodShape => ({ cpu: '1', spec });
const container = (fields: Partial<Spec['containers'][number]>): Partial<Spec> => ({
  containers: [{ name: 'main', image: 'registry.example/app:1', ...fields }],
});

const mounts = (bindMountOptions: string[] = []) => ({
  volumeMounts: [{ name: 'data', mountPath: '/data', bindMountOptions }],
});
const allocated = (cpu: string) => ({
  name: 'main',
  image: '',
  imageID: '',
  ready: true,
  restartCount: 0,
  allocatedResources: { cpu },
});
const resize = (reason: string): Pod['status'] => ({
  conditions: [{ type: 'PodResizePending', status: 'True', reason }],
});

describe('what scheduling reads tells pods apart', () => {
  const spread = (fields: object): PodShape =>
    withSpec({
      topologySpreadConstraints: [
        {
          topologyKey: ZONE,
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
          ...fields,
        },
      ],
    });
  const node_ = (affinity: object): PodShape => withSpec({ affinity: { nodeAffinity: affinity } });
  const term = (operator: string, values: string[]) => ({
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator, values }] }],
    },
  });
  const preferred = (weight: number) => ({
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
    ],
  });
  const cases: Record<string, [PodShape, PodShape]> = {
    'a cpu request': [{ cpu: '1' }, { cpu: '1001m' }],
    'a request of nothing and none, which scores count differently': [{ cpu: '0' }, {}],
    'a memory request': [{ memory: '1Gi' }, { memory: '1G' }],
    'an extended resource': [
      withSpec(container({ resources: { requests: { 'example.com/gpu': '1' } } })),
      withSpec(container({ resources: { requests: { 'example.com/fpga': '1' } } })),
    ],
    'an init container': [
      { cpu: '1' },
      withSpec({
        initContainers: [
          { name: 'init', image: 'registry.example/app:1', resources: { requests: { cpu: '2' } } },
        ],
      }),
    ],
    overhead: [withSpec({ overhead: { cpu: '1' } }), withSpec({ overhead: { cpu: '2' } })],
    'pod-level resources': [
      withSpec({ resources: { requests: { cpu: '1' } } }),
      withSpec({ resources: { requests: { cpu: '2' } } }),
    ],
    'a host port': [{ ports: [80] }, { ports: [81] }],
    'the protocol of a host port': [
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80 }] })),
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80, protocol: 'UDP' }] })),
    ],
    'the address of a host port': [
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80 }] })),
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80, hostIP: '10.0.0.1' }] })),
    ],
    'an image': [withSpec(container({})), withSpec(container({ image: 'registry.example/app:2' }))],
    'an image used twice': [
      withSpec(container({})),
      withSpec({ containers: [1, 2].map((n) => ({ name: `c${n}`, image: 'registry.example/app:1' })) }),
    ],
    'a node selector': [
      withSpec({ nodeSelector: { disk: 'ssd' } }),
      withSpec({ nodeSelector: { disk: 'hdd' } }),
    ],
    'the operator of a node affinity': [node_(term('In', ['ssd'])), node_(term('NotIn', ['ssd']))],
    'the values of a node affinity': [node_(term('In', ['ssd'])), node_(term('In', ['ssd', 'hdd']))],
    'the weight of a preferred node affinity': [node_(preferred(1)), node_(preferred(2))],
    'the name of a node': [withSpec({ nodeName: 'a' }), withSpec({ nodeName: 'b' })],
    'a toleration': [
      withSpec({ tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
      withSpec({ tolerations: [{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }] }),
    ],
    'the topology key of a spread constraint': [spread({}), spread({ topologyKey: 'rack' })],
    'the skew of a spread constraint': [spread({}), spread({ maxSkew: 2 })],
    'the action of a spread constraint': [spread({}), spread({ whenUnsatisfiable: 'ScheduleAnyway' })],
    'the selector of a spread constraint': [
      spread({}),
      spread({ labelSelector: { matchLabels: { app: 'db' } } }),
    ],
    'the domains that a spread constraint wants': [spread({}), spread({ minDomains: 2 })],
    'the node affinity policy of a spread constraint': [spread({}), spread({ nodeAffinityPolicy: 'Ignore' })],
    'the taints policy of a spread constraint': [spread({}), spread({ nodeTaintsPolicy: 'Honor' })],
    'a label that a service selects': [{ labels: { app: 'web' } }, { labels: { app: 'db' } }],
    'the namespace of pods that a service spreads': [
      { labels: { app: 'web' } },
      { labels: { app: 'web' }, namespace: 'other' },
    ],
    'the claim of a volume': [
      withSpec({}),
      withSpec({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
    ],
    'an affinity to pods': [
      withSpec({}),
      withSpec({
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      }),
    ],
    'a feature that nodes declare, by a restart rule': [
      withSpec(container({ restartPolicyRules: [{ action: 'Restart' }] })),
      withSpec(container({ restartPolicyRules: [{ action: 'RestartAllContainers' }] })),
    ],
    'a feature that nodes declare, by the options of a mount': [
      withSpec(container(mounts())),
      withSpec(container(mounts(['noexec']))),
    ],
    'a feature that nodes declare, by the options of a mount of an init container': [
      withSpec({ ...container({}), initContainers: [{ name: 'init', ...mounts() }] }),
      withSpec({ ...container({}), initContainers: [{ name: 'init', ...mounts(['noexec']) }] }),
    ],
    'a feature that nodes declare, by the users of the host network': [
      withSpec({ hostNetwork: true }),
      withSpec({ hostNetwork: true, hostUsers: false }),
    ],
    'what the kubelet has given the pod': [
      { ...withSpec({}), status: {} },
      {
        ...withSpec({}),
        status: { allocatedResources: { cpu: '2' }, resources: { requests: { cpu: '2' } } },
      },
    ],
    'what the kubelet has given its containers': [
      { ...withSpec({}), status: { containerStatuses: [allocated('1')] } },
      { ...withSpec({}), status: { containerStatuses: [allocated('2')] } },
    ],
    'a resize that cannot be done': [
      { ...withSpec({}), status: resize('Deferred') },
      { ...withSpec({}), status: resize('Infeasible') },
    ],
    'a resource claim': [
      withSpec({}),
      withSpec({ resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] }),
    ],
  };
  test.each(Object.entries(cases))('%s', (_, [one, two]) => {
    expect(alike(one, one)).toBe(true);
    expect(alike(one, two)).toBe(false);
  });

  test('own spread constraints from the same ones by default, which also spread over nodes without a zone', () => {
    const own = (topologyKey: string, maxSkew: number) => ({
      topologyKey,
      maxSkew,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'web' } },
    });
    const labels = { app: 'web' };
    const topologySpreadConstraints = [own('kubernetes.io/hostname', 3), own(ZONE, 5)];
    expect(alike({ labels }, { labels, spec: { topologySpreadConstraints } })).toBe(false);
  });
});

describe('what means the same does not tell pods apart', () => {
  const cases: Record<string, [PodShape, PodShape]> = {
    'a quantity written in another way': [
      { cpu: '1', memory: '1Gi' },
      { cpu: '1000m', memory: '1024Mi' },
    ],
    'the order of labels': [{ labels: { app: 'web', tier: 'a' } }, { labels: { tier: 'a', app: 'web' } }],
    'a label that no selector reads': [
      { labels: { app: 'web', revision: '1' } },
      { labels: { app: 'web', revision: '2' } },
    ],
    'the order of a node selector': [
      withSpec({ nodeSelector: { disk: 'ssd', arch: 'arm' } }),
      withSpec({ nodeSelector: { arch: 'arm', disk: 'ssd' } }),
    ],
    'an empty node selector': [withSpec({}), withSpec({ nodeSelector: {} })],
    'the order of requests': [
      withSpec(container({ resources: { requests: { cpu: '1', memory: '1Gi' } } })),
      withSpec(container({ resources: { requests: { memory: '1Gi', cpu: '1' } } })),
    ],
    'a toleration given twice': [
      withSpec({ tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
      withSpec({
        tolerations: [
          { key: 'gpu', operator: 'Exists' },
          { key: 'gpu', operator: 'Exists' },
        ],
      }),
    ],
    'the order of tolerations, and how long they hold': [
      withSpec({
        tolerations: [
          { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
          { key: 'b', operator: 'Exists' },
        ],
      }),
      withSpec({
        tolerations: [
          { key: 'b', operator: 'Exists' },
          { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
        ],
      }),
    ],
    'an operator and its default': [
      withSpec({ tolerations: [{ key: 'gpu', value: 'yes' }] }),
      withSpec({ tolerations: [{ key: 'gpu', value: 'yes', operator: 'Equal' }] }),
    ],
    'the protocol of a host port and its default': [
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80 }] })),
      withSpec(container({ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] })),
    ],
    'a container port that is no host port': [
      withSpec(container({})),
      withSpec(container({ ports: [{ containerPort: 8080 }] })),
    ],
    'a limit': [
      { cpu: '1' },
      withSpec(container({ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } })),
    ],
    'the namespace of pods that nothing spreads': [{ cpu: '1' }, { cpu: '1', namespace: 'other' }],
    'a volume that every node can give': [
      withSpec({}),
      withSpec({
        volumes: [
          { name: 'scratch', emptyDir: {} },
          { name: 'config', configMap: { name: 'x' } },
        ],
      }),
    ],
    'users of its own, but not on the host network': [withSpec({}), withSpec({ hostUsers: false })],
    'a status that says the same as the spec': [
      { cpu: '1' },
      { cpu: '1', status: { allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } } },
    ],
    'how the pod runs': [
      withSpec({}),
      withSpec({ hostname: 'x', subdomain: 'y', serviceAccountName: 'z', terminationGracePeriodSeconds: 5 }),
    ],
  };
  test.each(Object.entries(cases))('%s', (_, [one, two]) => {
    expect(alike(one, two)).toBe(true);
  });
});

/** The pods of a StatefulSet, as its controller makes them. */
function statefulSetPods(count: number): Pod[] {
  return Array.from({ length: count }, (_, n) =>
    pod(`web-${n}`, {
      labels: {
        app: 'web',
        'apps.kubernetes.io/pod-index': `${n}`,
        'statefulset.kubernetes.io/pod-name': `web-${n}`,
        'controller-revision-hash': 'web-abc',
      },
      owner: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' },
      cpu: '1',
      spec: { hostname: `web-${n}`, subdomain: 'web' },
    }),
  );
}

const STATEFUL_SET = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', namespace: 'ns' },
  spec: { selector: { matchLabels: { app: 'web' } } },
} as ApiObject;

/** The pods of an indexed Job: label, annotation, host name and environment tell each its index. */
function indexedJobPods(count: number): Pod[] {
  return Array.from({ length: count }, (_, n) => {
    const each = pod(`job-${n}-x7f2k`, {
      labels: { 'job-name': 'job', 'batch.kubernetes.io/job-completion-index': `${n}` },
      owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'job' },
      cpu: '1',
      spec: { hostname: `job-${n}`, restartPolicy: 'Never' },
    });
    each.metadata!.annotations = { 'batch.kubernetes.io/job-completion-index': `${n}` };
    each.spec!.containers[0]!.env = [{ name: 'JOB_COMPLETION_INDEX', value: `${n}` }];
    return each;
  });
}

/** Reads a label that no pod has. A label key is given up when a new one comes. */
const NEXT = service('next', { unrelated: 'x' }, 'elsewhere');

describe('labels count when a live selector reads them', () => {
  const classes = (harness: Harness, list: readonly Pod[]) =>
    new Set(list.map((each) => harness.cycle.classify(each)!.class.index));

  test('the pods of a StatefulSet are of one class', () => {
    const harness = newHarness({ objects: [STATEFUL_SET, service('web', { app: 'web' })] });
    expect(classes(harness, statefulSetPods(5)).size).toBe(1);
  });

  test('the pods of an indexed Job are of one class', () => {
    expect(classes(newHarness(), indexedJobPods(5)).size).toBe(1);
  });

  test('a service for one pod of a StatefulSet tells its pods apart until it is gone and the next one comes', () => {
    const harness = newHarness({ objects: [STATEFUL_SET] });
    const list = statefulSetPods(4);
    const before = classes(harness, list);
    const first = service('web-0', { 'statefulset.kubernetes.io/pod-name': 'web-0' });

    harness.cluster.setObject(first, true);
    expect(classes(harness, list).size).toBe(4);
    harness.cluster.setObject(first, false);
    harness.cluster.setObject(NEXT, true);
    expect(classes(harness, list)).toEqual(before);
  });

  test('a waiting pod that spreads by a label makes it count until it is gone', () => {
    const harness = newHarness({ objects: [service('web', { app: 'web' })] });
    const [one, two] = ['1', '2'].map((revision) =>
      pod(`r${revision}`, { labels: { app: 'web', revision } }),
    );
    const spreading = pod('spreading', {
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: ZONE,
            maxSkew: 1,
            whenUnsatisfiable: 'ScheduleAnyway',
            labelSelector: { matchExpressions: [{ key: 'revision', operator: 'Exists' }] },
          },
        ],
      },
    });
    expect(sameClass(harness, one!, two!)).toBe(true);
    harness.cluster.setPending(spreading);
    expect(sameClass(harness, one!, two!)).toBe(false);
    harness.cluster.dropPending('ns/spreading');
    harness.cluster.setObject(NEXT, true);
    expect(sameClass(harness, one!, two!)).toBe(true);
  });

  test('two selectors that read a label hold it until both are gone', () => {
    const harness = newHarness({ objects: [service('web', { app: 'web' })] });
    const readers = ['x', 'y'].map((name) => service(name, { revision: '1' }, 'elsewhere'));
    const [one, two] = ['1', '2'].map((revision) =>
      pod(`r${revision}`, { labels: { app: 'web', revision } }),
    );
    const apart = (reader: number, present: boolean) => {
      harness.cluster.setObject(readers[reader]!, present);
      harness.cluster.setObject(
        service(`next-${reader}`, { [`key-${reader}-${present}`]: 'x' }, 'elsewhere'),
        true,
      );
      return !sameClass(harness, one!, two!);
    };
    expect([apart(0, true), apart(1, true), apart(0, false), apart(1, false)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('what is not understood', () => {
  test('a pod with an unknown field is of a class of its own, also beside its twin', () => {
    const harness = newHarness();
    const strange = (name: string) => pod(name, withSpec({ gravity: 'low' } as Partial<Spec>));
    expect(sameClass(harness, strange('one'), strange('two'))).toBe(false);
    expect(sameClass(harness, strange('one'), pod('three', { cpu: '1' }))).toBe(false);
    expect(harness.cycle.classify(strange('one'))!.class.index).toBe(
      harness.cycle.classify(strange('one'))!.class.index,
    );
  });

  test('pods of an unknown profile have no class', () => {
    expect(
      newHarness().cycle.classify(pod('any', withSpec({ schedulerName: 'unknown' })))?.class,
    ).toBeUndefined();
  });
});
