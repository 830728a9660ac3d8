import { describe, expect, it } from 'vitest';
import { admit, admitUpdate, factsOf, type Refusal } from '../../src/defaults/index.ts';
import type { Container } from '../../src/model/types.ts';
import { created, object, podWith } from './objects.ts';

const resourcesOf = (pod: ReturnType<typeof podWith>) => pod.spec!.containers[0]!.resources;

describe('the type of a pod', () => {
  it('asks for what it is limited to, where it does not say', () => {
    const resources = { limits: { cpu: '5', memory: '1Gi' }, requests: { memory: '1Mi' } };
    const init = { name: 'init', resources: { limits: { 'nvidia.com/gpu': '1' } } };
    const { pod } = created(podWith({ containers: [{ name: 'main', resources }], initContainers: [init] }));
    expect(resourcesOf(pod)?.requests).toEqual({ cpu: '5', memory: '1Mi' });
    expect(pod.spec!.initContainers![0]!.resources?.requests).toEqual({ 'nvidia.com/gpu': '1' });
  });

  it('takes its container ports on the network of the host', () => {
    const containers = () => [
      { name: 'main', ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 9 }] },
    ];
    const { pod } = created(podWith({ hostNetwork: true, containers: containers() }));
    expect(pod.spec!.containers[0]!.ports).toEqual([
      { containerPort: 80, hostPort: 80, protocol: 'TCP' },
      { containerPort: 81, hostPort: 9, protocol: 'TCP' },
    ]);
    const own = created(podWith({ containers: containers() })).pod;
    expect(own.spec!.containers[0]!.ports![0]).toEqual({ containerPort: 80, protocol: 'TCP' });
  });

  it('rounds amounts finer than a thousandth up, each by itself', () => {
    const tiny = (name: string) => ({ name, resources: { requests: { cpu: '100u', memory: '1.5' } } });
    const { pod } = created(podWith({ containers: [tiny('one'), tiny('two')] }));
    expect(resourcesOf(pod)?.requests).toEqual({ cpu: '1m', memory: '1.5' });
  });

  it('has a scheduler, a restart policy, and tolerations for nodes that fail', () => {
    const { spec } = created(podWith({ tolerations: [{ key: 'a', operator: 'Exists' }] })).pod;
    expect(spec).toMatchObject({ schedulerName: 'default-scheduler', restartPolicy: 'Always', priority: 0 });
    expect(
      spec!.tolerations?.map(({ key, effect, tolerationSeconds }) => [key, effect, tolerationSeconds]),
    ).toEqual([
      ['a', undefined, undefined],
      ['node.kubernetes.io/not-ready', 'NoExecute', 300],
      ['node.kubernetes.io/unreachable', 'NoExecute', 300],
    ]);
  });

  it.each([
    [{ operator: 'Exists' }, 0],
    [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }, 1],
    [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' }, 2],
  ])('tolerates failing nodes by %j already', (toleration, added) => {
    const { spec } = created(podWith({ tolerations: [toleration] })).pod;
    expect(spec!.tolerations).toHaveLength(1 + added);
  });

  it('adds the values of label keys to selectors that are there', () => {
    const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
    const labelSelector = { matchLabels: { app: 'web' } };
    const term = { topologyKey: 'zone', labelSelector, mismatchLabelKeys: ['tenant'] };
    const { spec } = created(
      podWith(
        {
          topologySpreadConstraints: [
            { ...constraint, labelSelector, matchLabelKeys: ['hash', 'absent'] },
            { ...constraint, matchLabelKeys: ['hash'] },
          ],
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [term],
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
            },
          },
        },
        { labels: { app: 'web', hash: 'h', tenant: 't' } },
      ),
    ).pod;
    const [first, second] = spec!.topologySpreadConstraints!;
    expect(first!.labelSelector).toEqual({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'hash', operator: 'In', values: ['h'] }],
    });
    expect(second!.labelSelector).toBeUndefined();
    const required = spec!.affinity!.podAntiAffinity!.requiredDuringSchedulingIgnoredDuringExecution![0]!;
    expect(required.labelSelector!.matchExpressions).toEqual([
      { key: 'tenant', operator: 'NotIn', values: ['t'] },
    ]);
  });

  it('has the zone of the node that it names', () => {
    const labels = { 'topology.kubernetes.io/zone': 'z1', 'kubernetes.io/hostname': 'a' };
    const { pod } = created(podWith({ nodeName: 'a' }), [{ kind: 'Node', metadata: { name: 'a', labels } }]);
    expect(pod.metadata!.labels).toEqual({ 'topology.kubernetes.io/zone': 'z1' });
  });
});

describe('a pod that asks for something as a whole', () => {
  const containers: Container[] = [
    {
      name: 'one',
      resources: { requests: { cpu: '100m' }, limits: { 'hugepages-2Mi': '2Mi', memory: '1Gi' } },
    },
    { name: 'two', resources: { requests: { cpu: '200m', 'example.com/x': '1' } } },
  ];

  it('asks for the rest as its containers do, and as it is limited to', () => {
    const { pod } = created(podWith({ containers, resources: { limits: { cpu: '2', memory: '8Gi' } } }));
    expect(pod.spec!.resources!.requests).toEqual({
      cpu: '300m',
      memory: '1Gi',
      'hugepages-2Mi': '2Mi',
    });
  });

  it('is left alone when it says nothing', () => {
    expect(created(podWith({ containers, resources: {} })).pod.spec!.resources).toEqual({});
  });
});

describe('a priority class', () => {
  const vip = { kind: 'PriorityClass', metadata: { name: 'vip' }, value: 7, preemptionPolicy: 'Never' };
  const low = { kind: 'PriorityClass', metadata: { name: 'low' }, value: 3, globalDefault: true };

  it('gives its value and its policy', () => {
    const { pod, refusals } = created(podWith({ priorityClassName: 'vip' }), [vip]);
    expect(pod.spec).toMatchObject({ priority: 7, preemptionPolicy: 'Never' });
    expect(refusals).toEqual([]);
  });

  it('may be the default one, or one of the system', () => {
    expect(created(podWith({}), [vip, low]).pod.spec).toMatchObject({
      priority: 3,
      priorityClassName: 'low',
    });
    const { spec } = created(podWith({ priorityClassName: 'system-node-critical' })).pod;
    expect(spec!.priority).toBe(2_000_001_000);
  });

  it('must be there, and say what the pod says', () => {
    expect(created(podWith({ priorityClassName: 'gone' })).refusals).toEqual([
      {
        plugin: 'Priority',
        message: 'no PriorityClass with name gone was found',
        missing: { kind: 'PriorityClass', name: 'gone' },
      },
    ]);
    expect(created(podWith({ priority: 5 })).refusals[0]!.message).toContain(
      'the integer value of priority (5)',
    );
  });
});

describe('a runtime class', () => {
  const thick = {
    kind: 'RuntimeClass',
    metadata: { name: 'thick' },
    overhead: { podFixed: { cpu: '3' } },
    scheduling: {
      nodeSelector: { thick: 'yes' },
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
    },
  };

  it('gives overhead, a node selector and tolerations, which swallow narrower ones', () => {
    const { pod, refusals } = created(podWith({ runtimeClassName: 'thick', nodeSelector: { a: 'b' } }), [
      thick,
    ]);
    expect(refusals).toEqual([]);
    expect(pod.spec).toMatchObject({ overhead: { cpu: '3' }, nodeSelector: { a: 'b', thick: 'yes' } });
    expect(pod.spec!.tolerations!.map(({ key, effect }) => [key, effect])).toEqual([
      ['node.kubernetes.io/unreachable', 'NoExecute'],
      ['node.kubernetes.io/not-ready', undefined],
    ]);
  });

  it.each([
    [{ runtimeClassName: 'gone' }, 'RuntimeClass "gone" not found'],
    [{ runtimeClassName: 'thick', overhead: { cpu: '1' } }, "doesn't match RuntimeClass's defined Overhead"],
    [
      { runtimeClassName: 'thick', nodeSelector: { thick: 'no' } },
      'conflict: runtimeClass.scheduling.nodeSelector[thick]',
    ],
    [{ overhead: { cpu: '1' } }, 'without corresponding RuntimeClass defined Overhead'],
  ])('refuses %j', (spec, message) => {
    expect(created(podWith(spec), [thick]).refusals[0]!.message).toContain(message);
  });
});

describe('a limit range', () => {
  const range = (...limits: object[]) => object('LimitRange', 'range', { spec: { limits } });
  const asking = (cpu: string) => [{ name: 'main', resources: { requests: { cpu } } }];

  it('gives containers requests and limits', () => {
    const { pod, refusals } = created(podWith({}), [
      range({ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' }, default: { memory: '1Gi' } }),
    ]);
    expect(resourcesOf(pod)).toEqual({
      limits: { cpu: '2', memory: '1Gi' },
      requests: { cpu: '2', memory: '1Gi' },
    });
    expect(refusals).toEqual([]);
  });

  it('says nothing in another namespace', () => {
    const { pod } = created(podWith({}, { namespace: 'other' }), [
      range({ type: 'Container', max: { cpu: '2' } }),
    ]);
    expect(resourcesOf(pod)).toBeUndefined();
  });

  it.each([
    [{ type: 'Container', max: { cpu: '1' } }, 'maximum cpu usage per Container is 1, but request is 3'],
    [{ type: 'Container', min: { cpu: '4' } }, 'minimum cpu usage per Container is 4, but request is 3'],
    [{ type: 'Pod', max: { cpu: '1' } }, 'maximum cpu usage per Pod is 1.  No limit is specified'],
    [
      { type: 'Container', default: { cpu: '9' }, maxLimitRequestRatio: { cpu: '2' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('refuses by %j', (limits, message) => {
    const { refusals } = created(podWith({ containers: asking('3') }), [range(limits)]);
    expect(refusals.map((refusal) => refusal.message)).toEqual([message]);
  });

  it('of claims says how much storage they must and may ask for', () => {
    const facts = factsOf([
      range({ type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '10240Mi' } }),
      range({ type: 'PersistentVolumeClaim', max: { storage: '20Gi' } }),
    ]);
    const refusals = (requests?: Record<string, string>) => {
      const claim = object('PersistentVolumeClaim', 'claim', { spec: { resources: { requests } } });
      const messages = (found: Refusal[]) => found.map(({ message }) => message);
      expect(messages(admitUpdate(claim, facts))).toEqual(messages(admit(claim, facts)));
      return messages(admit(claim, facts));
    };
    expect(refusals({ storage: '5Gi' })).toEqual([]);
    expect(refusals({ storage: '0.5Gi' })).toEqual([
      'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi',
    ]);
    expect(refusals({ storage: '11Gi' })).toEqual([
      'maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi',
    ]);
    expect(refusals()).toEqual([
      '[minimum storage usage per PersistentVolumeClaim is 1Gi.  No request is specified, maximum storage usage per PersistentVolumeClaim is 10Gi.  No request is specified]',
    ]);
  });

  it('prints amounts as they were given, and all that one range refuses', () => {
    const containers = ['a', 'b'].map((name) => ({
      name,
      resources: { limits: { cpu: '0.5', memory: '1024Mi' } },
    }));
    const { refusals } = created(podWith({ containers }), [
      range({ type: 'Pod', max: { memory: '1536Mi' } }, { type: 'Container', min: { cpu: '0.75' } }),
    ]);
    expect(refusals.map((refusal) => refusal.message)).toEqual([
      '[maximum memory usage per Pod is 1536Mi, but limit is 2Gi, minimum cpu usage per Container is 750m, but request is 500m]',
    ]);
  });
});
