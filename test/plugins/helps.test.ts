// Which events can help a pod that a plugin rejected: kube-scheduler's queueing hints, case by case.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import type { ClusterEvent } from '../../src/model/events.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { node, on, pod, newHarness, service, type NodeShape, type PodShape } from '../cycle/fixtures.ts';

type Spec = NonNullable<Pod['spec']>;
type Row = [what: string, waiting: Pod, event: ClusterEvent, expected: boolean];

const nodeAdded = (shape: NodeShape = {}): ClusterEvent => ({ kind: 'Node', after: node('a', shape) });
const nodeDeleted = (shape: NodeShape = {}): ClusterEvent => ({ kind: 'Node', before: node('a', shape) });
const nodeUpdated = (before: NodeShape, after: NodeShape): ClusterEvent => ({
  kind: 'Node',
  before: node('a', before),
  after: node('a', after),
});
const bound = (shape: PodShape) => on('a', pod('other', shape));
const podAdded = (shape: PodShape): ClusterEvent => ({ kind: 'AssignedPod', after: bound(shape) });
const podDeleted = (shape: PodShape): ClusterEvent => ({ kind: 'AssignedPod', before: bound(shape) });
const podUpdated = (before: PodShape, after: PodShape): ClusterEvent => ({
  kind: 'AssignedPod',
  before: bound(before),
  after: bound(after),
});
const targetUpdated = (before: PodShape, after: PodShape): ClusterEvent => ({
  kind: 'TargetPod',
  before: pod('waiting', before),
  after: pod('waiting', after),
});
const objectAdded: ClusterEvent = { kind: 'Object', after: service('web', { app: 'web' }) };

function table(plugin: string, rows: readonly Row[], pluginConfig: { name: string; args: unknown }[] = []) {
  describe(plugin, () => {
    test.each(rows)('%s', (_, waiting, event, expected) => {
      const { context } = newHarness({ pluginConfig });
      expect(inTree.helps(event, waiting, [plugin], context)).toBe(expected);
    });
  });
}

const plain = pod('waiting', { cpu: '1' });

table('NodeName', [
  ['a node that comes', plain, nodeAdded(), true],
  ['a node that changes', plain, nodeUpdated({}, { labels: { x: 'y' } }), false],
  ['a node that goes', plain, nodeDeleted(), false],
  ['a pod that goes', plain, podDeleted({}), false],
]);

const toleratingCordon = pod('waiting', {
  spec: { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] },
});
table('NodeUnschedulable', [
  ['a node that comes', plain, nodeAdded(), true],
  ['a cordoned node that comes', plain, nodeAdded({ unschedulable: true }), false],
  ['a node that is uncordoned', plain, nodeUpdated({ unschedulable: true }, {}), true],
  ['a node that is cordoned', plain, nodeUpdated({}, { unschedulable: true }), false],
  ['a node that changes otherwise', plain, nodeUpdated({}, { labels: { x: 'y' } }), false],
  ['a node that goes', plain, nodeDeleted(), false],
  [
    'the pod when it gets to tolerate the cordon',
    toleratingCordon,
    { kind: 'TargetPod', before: plain, after: toleratingCordon },
    true,
  ],
  [
    'the pod when it gets to tolerate something else',
    plain,
    targetUpdated({}, { spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } }),
    false,
  ],
]);

const GPU: NodeShape = { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] };
const tolerating = pod('waiting', { spec: { tolerations: [{ key: 'gpu', value: 'yes' }] } });
table('TaintToleration', [
  ['a node without taints that comes', plain, nodeAdded(), true],
  ['a tainted node that comes', plain, nodeAdded(GPU), false],
  ['a node that comes with a taint that is tolerated', tolerating, nodeAdded(GPU), true],
  [
    'a node that comes with a taint that only costs score',
    plain,
    nodeAdded({ taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] }),
    true,
  ],
  ['a node that loses its taint', plain, nodeUpdated(GPU, {}), true],
  [
    'a node that loses one taint of two',
    plain,
    nodeUpdated({ taints: [...GPU.taints!, { key: 'x', effect: 'NoExecute' }] }, GPU),
    false,
  ],
  ['a node that stays without taints', plain, nodeUpdated({}, { labels: { x: 'y' } }), false],
  ['a node whose taint was tolerated all along', tolerating, nodeUpdated(GPU, {}), false],
  ['a node that goes', plain, nodeDeleted(), false],
]);

const SSD: NodeShape = { labels: { disk: 'ssd' } };
const HDD: NodeShape = { labels: { disk: 'hdd' } };
const wantsSsd = pod('waiting', { spec: { nodeSelector: { disk: 'ssd' } } });
table('NodeAffinity', [
  ['a node that matches and comes', wantsSsd, nodeAdded(SSD), true],
  ['a node that does not match and comes', wantsSsd, nodeAdded(HDD), false],
  ['a node that gets to match', wantsSsd, nodeUpdated(HDD, SSD), true],
  ['a node that matched before', wantsSsd, nodeUpdated(SSD, { ...SSD, unschedulable: true }), false],
  ['a node that no longer matches', wantsSsd, nodeUpdated(SSD, HDD), false],
  ['a node that goes', wantsSsd, nodeDeleted(SSD), false],
]);

const addedAffinity = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['batch'] }] }],
  },
};
describe('NodeAffinity with added affinity', () => {
  table(
    'NodeAffinity',
    [
      ['a node that matches the pod only', wantsSsd, nodeAdded(SSD), false],
      ['a node that matches both', wantsSsd, nodeAdded({ labels: { disk: 'ssd', pool: 'batch' } }), true],
    ],
    [{ name: 'NodeAffinity', args: { addedAffinity } }],
  );
});

const restartsAll: PodShape = {
  spec: { containers: [{ name: 'main', restartPolicyRules: [{ action: 'RestartAllContainers' }] }] },
};
const RESTARTS: NodeShape = { declaredFeatures: ['RestartAllContainersOnContainerExits'] };
const OTHER_FEATURE: NodeShape = { declaredFeatures: ['VolumeBindMountOptions'] };
const needsRestarts = pod('waiting', restartsAll);
table('NodeDeclaredFeatures', [
  ['a node that declares what is needed and comes', needsRestarts, nodeAdded(RESTARTS), true],
  ['a node that declares something else and comes', needsRestarts, nodeAdded(OTHER_FEATURE), false],
  ['a node that begins to declare it', needsRestarts, nodeUpdated(OTHER_FEATURE, RESTARTS), true],
  ['a node that declared it before', needsRestarts, nodeUpdated(RESTARTS, { ...RESTARTS, cpu: '9' }), false],
  ['a node that declares it no longer', needsRestarts, nodeUpdated(RESTARTS, {}), false],
  ['a node that goes', needsRestarts, nodeDeleted(RESTARTS), false],
  ['a pod that goes', needsRestarts, podDeleted({}), false],
  ['the pod when it needs other features', needsRestarts, targetUpdated(restartsAll, {}), true],
  ['the pod when it needs the same', needsRestarts, targetUpdated(restartsAll, restartsAll), false],
]);

const wants80 = pod('waiting', { ports: [80] });
const withAddress = (hostIP: string): PodShape => ({
  spec: {
    containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 80, hostIP }] }],
  },
});
table('NodePorts', [
  ['a node that comes', wants80, nodeAdded(), true],
  ['a node that changes', wants80, nodeUpdated({}, SSD), false],
  ['a pod that held the port and goes', wants80, podDeleted({ ports: [80] }), true],
  ['a pod that held it on one address and goes', wants80, podDeleted(withAddress('10.0.0.1')), true],
  [
    'a pod that held it on another address and goes',
    pod('waiting', withAddress('10.0.0.2')),
    podDeleted(withAddress('10.0.0.1')),
    false,
  ],
  ['a pod that held another port and goes', wants80, podDeleted({ ports: [81] }), false],
  ['a pod without ports that goes', wants80, podDeleted({}), false],
  ['a pod that comes', wants80, podAdded({}), false],
  ['a pod that changes', wants80, podUpdated({ ports: [80] }, {}), false],
]);

const gpuPod = pod('waiting', {
  spec: { containers: [{ name: 'main', resources: { requests: { 'example.com/gpu': '1' } } }] },
});
const nothing = pod('waiting');
table('NodeResourcesFit', [
  ['a node with room that comes', plain, nodeAdded({ cpu: '1' }), true],
  ['a node that is too small and comes', plain, nodeAdded({ cpu: '999m' }), false],
  ['a node that takes no pods and comes', nothing, nodeAdded({ pods: '0' }), false],
  ['a node that comes without the extended resource', gpuPod, nodeAdded(), false],
  [
    'a node that gets the extended resource',
    gpuPod,
    nodeUpdated({}, { extra: { 'example.com/gpu': '1' } }),
    true,
  ],
  ['a node that gets more of what is asked for', plain, nodeUpdated({ cpu: '1' }, { cpu: '2' }), true],
  [
    'a node that gets more of something else',
    plain,
    nodeUpdated({ memory: '1Gi' }, { memory: '2Gi' }),
    false,
  ],
  [
    'a node that gets more and is still too small',
    plain,
    nodeUpdated({ cpu: '100m' }, { cpu: '900m' }),
    false,
  ],
  ['a node that gets less', plain, nodeUpdated({ cpu: '4' }, { cpu: '2' }), false],
  ['a node that takes more pods', nothing, nodeUpdated({ pods: '1' }, { pods: '2' }), true],
  ['a node that goes', plain, nodeDeleted(), false],
  ['a pod that goes', plain, podDeleted({}), true],
  ['a pod that comes', plain, podAdded({ cpu: '1' }), false],
  ['a pod that is scaled down', plain, podUpdated({ cpu: '2' }, { cpu: '1' }), true],
  [
    'a pod that is scaled down in something else',
    plain,
    podUpdated({ memory: '2Gi' }, { memory: '1Gi' }),
    false,
  ],
  ['a pod that is scaled up', plain, podUpdated({ cpu: '1' }, { cpu: '2' }), false],
  ['the pod when it asks for less', plain, targetUpdated({ cpu: '2' }, { cpu: '1' }), true],
  ['the pod when it asks for more', plain, targetUpdated({ cpu: '1' }, { cpu: '2' }), false],
  ['the pod when its labels change', plain, targetUpdated({}, { labels: { x: 'y' } }), false],
]);

const ZONE = 'topology.kubernetes.io/zone';
const inZone = (name: string): NodeShape => ({ labels: { [ZONE]: name } });
const spreading = (fields: Partial<NonNullable<Spec['topologySpreadConstraints']>[number]> = {}) =>
  pod('waiting', {
    labels: { app: 'web' },
    spec: {
      topologySpreadConstraints: [
        {
          topologyKey: ZONE,
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
          ...fields,
        },
      ],
    },
  });
const spread = spreading();
const changed = (before: Pod, change: Partial<Spec>, labels = before.metadata!.labels): ClusterEvent => ({
  kind: 'TargetPod',
  before,
  after: { metadata: { ...before.metadata, labels }, spec: { ...before.spec!, ...change } },
});
const newToleration: Partial<Spec> = { tolerations: [{ key: 'gpu', operator: 'Exists' }] };
table('PodTopologySpread', [
  ['a node with the key that comes', spread, nodeAdded(inZone('x')), true],
  ['a node without the key that comes', spread, nodeAdded(), false],
  ['a node with the key that goes', spread, nodeDeleted(inZone('x')), true],
  ['a node without the key that goes', spread, nodeDeleted(), false],
  ['a node that gets the key', spread, nodeUpdated({}, inZone('x')), true],
  ['a node that loses the key', spread, nodeUpdated(inZone('x'), {}), true],
  ['a node that moves to another domain', spread, nodeUpdated(inZone('x'), inZone('y')), true],
  ['a node whose taints change', spread, nodeUpdated({ ...inZone('x'), ...GPU }, inZone('x')), true],
  ['a node that changes otherwise', spread, nodeUpdated(inZone('x'), { ...inZone('x'), cpu: '9' }), false],
  ['a pod that is counted and goes', spread, podDeleted({ labels: { app: 'web' } }), true],
  ['a pod that is counted and comes', spread, podAdded({ labels: { app: 'web' } }), true],
  ['a pod that is not counted and goes', spread, podDeleted({ labels: { app: 'db' } }), false],
  ['a pod of another namespace', spread, podDeleted({ labels: { app: 'web' }, namespace: 'other' }), false],
  ['a pod that stops to count', spread, podUpdated({ labels: { app: 'web' } }, { labels: {} }), true],
  [
    'a pod that counts before and after',
    spread,
    podUpdated({ labels: { app: 'web' } }, { labels: { app: 'web', x: 'y' } }),
    false,
  ],
  ['the pod when it stops to count', spread, changed(spread, {}, {}), true],
  [
    'the pod when it tolerates more and its constraint honors taints',
    spreading({ nodeTaintsPolicy: 'Honor' }),
    changed(spreading({ nodeTaintsPolicy: 'Honor' }), newToleration),
    true,
  ],
  [
    'the pod when it tolerates more and its constraint does not',
    spread,
    changed(spread, newToleration),
    false,
  ],
]);

const antiWeb: Spec['affinity'] = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } },
    ],
  },
};
const nearDb: Spec['affinity'] = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'db' } } },
    ],
  },
};
const alone = pod('waiting', { spec: { affinity: antiWeb } });
const follower = pod('waiting', { spec: { affinity: nearDb } });
const web: PodShape = { labels: { app: 'web' } };
const db: PodShape = { labels: { app: 'db' } };
table('InterPodAffinity', [
  ['a pod that it keeps off and that goes', alone, podDeleted(web), true],
  ['another pod that goes', alone, podDeleted(db), false],
  ['a pod that it keeps off no longer', alone, podUpdated(web, db), true],
  ['a pod that kept it off and goes', pod('waiting', web), podDeleted({ spec: { affinity: antiWeb } }), true],
  ['a pod that it wants near and that comes', follower, podAdded(db), true],
  ['another pod that comes', follower, podAdded(web), false],
  ['a pod that gets to be what it wants near', follower, podUpdated(web, db), true],
  ['a pod that it wants near and that goes', follower, podDeleted(db), false],
  ['a pod of another namespace', follower, podAdded({ ...db, namespace: 'other' }), false],
  ['a node with the key that comes', follower, nodeAdded(inZone('x')), true],
  ['a node without the key that comes', follower, nodeAdded(), false],
  ['a node that moves to another domain', follower, nodeUpdated(inZone('x'), inZone('y')), true],
]);

const inGroup = (name: string): PodShape => ({ spec: { schedulingGroup: { podGroupName: name } } });
const podGroup = (name: string, minCount: number) => ({
  kind: 'PodGroup',
  metadata: { name, namespace: 'ns' },
  spec: { schedulingPolicy: { gang: { minCount } } },
});
const member = pod('waiting', inGroup('gang'));
table('GangScheduling', [
  ['a pod of its group that gets a node', member, podAdded(inGroup('gang')), true],
  ['a pod of another group that gets a node', member, podAdded(inGroup('other')), false],
  ['a pod of its group that goes', member, podDeleted(inGroup('gang')), false],
  ['its group that comes', member, { kind: 'Object', after: podGroup('gang', 2) }, true],
  ['another group that comes', member, { kind: 'Object', after: podGroup('other', 2) }, false],
  [
    'its group that asks for fewer pods',
    member,
    { kind: 'Object', before: podGroup('gang', 3), after: podGroup('gang', 2) },
    true,
  ],
  [
    'its group that asks for more pods',
    member,
    { kind: 'Object', before: podGroup('gang', 2), after: podGroup('gang', 3) },
    false,
  ],
  ['anything, where it is in no group', plain, podAdded(inGroup('gang')), false],
]);

describe('all plugins', () => {
  test('a plugin that is not known may be helped by anything', () => {
    expect(inTree.helps(nodeDeleted(), plain, ['Unknown'], newHarness().context)).toBe(true);
  });

  test('one of the plugins that rejected is enough', () => {
    const { context } = newHarness();
    expect(inTree.helps(podDeleted({}), plain, ['NodeName'], context)).toBe(false);
    expect(inTree.helps(podDeleted({}), plain, ['NodeName', 'NodeResourcesFit'], context)).toBe(true);
  });

  test.each(['NodeResourcesBalancedAllocation', 'ImageLocality', 'DefaultPreemption'])(
    '%s rejects nothing, so nothing helps',
    (name) => {
      const events: ClusterEvent[] = [
        nodeAdded(),
        podDeleted({}),
        targetUpdated({}, { cpu: '1' }),
        objectAdded,
      ];
      for (const event of events)
        expect(inTree.helps(event, plain, [name], newHarness().context)).toBe(false);
    },
  );
});
