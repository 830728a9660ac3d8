// Which pods are decided over all nodes, and which replica a pod goes to.
import { describe, expect, it } from 'vitest';
import { configurationOf, defaultConfiguration } from '../../src/config/configuration.ts';
import type { ApiObject, Pod } from '../../src/model/types.ts';
import { Reach } from '../../src/run/shards/reach.ts';
import { ObjectStore } from '../../src/state/object-store.ts';
import { pod, type PodShape } from '../cycle/fixtures.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const labelSelector = { matchLabels: { app: 'a' } };

function reachWith(...objects: ApiObject[]): Reach {
  const store = new ObjectStore(['DeviceClass', 'PersistentVolumeClaim']);
  for (const object of objects) store.set(object.kind!, object);
  return new Reach(defaultConfiguration(), store);
}

const withSpec = (spec: Partial<NonNullable<Pod['spec']>>): PodShape => ({ spec });
const affinity = (kind: 'podAffinity' | 'podAntiAffinity', topologyKey: string) =>
  withSpec({
    affinity: {
      [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector }] },
    },
  });
const spreading = (whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway', topologyKey: string) =>
  withSpec({ topologySpreadConstraints: [{ maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector }] });
const claiming = (...names: string[]) =>
  withSpec({
    volumes: names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  });
const asking = (resource: string) =>
  withSpec({ containers: [{ name: 'main', resources: { requests: { [resource]: '1' } } }] });
const claim = (name: string, accessMode: string): ApiObject => ({
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'ns' },
  ...{ spec: { accessModes: [accessMode] } },
});
const deviceClass = (extendedResourceName?: string): ApiObject => ({
  kind: 'DeviceClass',
  metadata: { name: 'gpu' },
  ...{ spec: { extendedResourceName } },
});

describe('over all nodes is decided', () => {
  it.each<[string, PodShape, boolean]>([
    ['a pod that asks for resources', { cpu: '1' }, false],
    ['one with a host port', { ports: [80] }, false],
    ['one that is spread over zones', spreading('DoNotSchedule', ZONE), true],
    ['one that is spread over nodes', spreading('DoNotSchedule', HOST), true],
    ['one that is spread if that can be', spreading('ScheduleAnyway', ZONE), false],
    ['one that must be near others', affinity('podAffinity', HOST), true],
    ['one that must be alone on its node', affinity('podAntiAffinity', HOST), false],
    ['one that must be alone in its zone', affinity('podAntiAffinity', ZONE), true],
    ['one of a pod group', withSpec({ schedulingGroup: { podGroupName: 'one' } }), true],
    ['one with a claim of devices', withSpec({ resourceClaims: [{ name: 'gpu' }] }), true],
    ['one with a claim', claiming('shared'), false],
    ['one with a claim that no other pod may use', claiming('shared', 'own'), true],
    ['one with a resource of a device plugin', asking('example.com/nic'), false],
    ['one with a resource that a device class backs', asking('example.com/gpu'), true],
  ])('%s', (_, shape, isOverAll) => {
    const reach = reachWith(
      claim('shared', 'ReadWriteOnce'),
      claim('own', 'ReadWriteOncePod'),
      deviceClass('example.com/gpu'),
    );
    const one = pod('one', shape);
    expect(reach.needsAllNodes(one)).toBe(isOverAll);
    expect(reach.keyOf(one) === reach.keyOverAll).toBe(isOverAll);
  });

  it('every pod of a profile with hard default spreading, or with a filter of somebody else', () => {
    const configuration = configurationOf(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        profiles: [
          {
            pluginConfig: [
              {
                name: 'PodTopologySpread',
                args: {
                  defaultingType: 'List',
                  defaultConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' }],
                },
              },
            ],
          },
        ],
      },
      'a test',
    );
    const store = new ObjectStore([]);
    expect(new Reach(configuration, store).needsAllNodes(pod('one'))).toBe(true);
    const plain = defaultConfiguration();
    const [profile] = plain.profiles;
    const own = { ...plain, profiles: [{ ...profile!, filters: [...profile!.filters, 'OfSomebody'] }] };
    expect(new Reach(own, store).needsAllNodes(pod('one'))).toBe(true);
  });
});

describe('a pod goes', () => {
  const reach = reachWith();

  it('where its claim goes', () => {
    expect(reach.keyOf(pod('one', claiming('data')))).toBe(reach.keyOf(pod('other', claiming('data'))));
    expect(reach.keyOf(pod('one', claiming('data')))).not.toBe(reach.keyOf(pod('one', claiming('other'))));
  });

  it('where the only node is that it may have', () => {
    const daemon = withSpec({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] },
            ],
          },
        },
      },
    });
    expect(reach.keyOf(pod('one', daemon))).toBe('node-1');
    expect(reach.keyOf(pod('one', withSpec({ nodeSelector: { [HOST]: 'node-2' } })))).toBe('node-2');
    const nominated = { ...pod('one'), status: { nominatedNodeName: 'node-3' } };
    expect(reach.keyOf(nominated)).toBe('node-3');
  });

  it('anywhere else by its uid', () => {
    expect(reach.keyOf({ ...pod('one'), metadata: { name: 'one', namespace: 'ns', uid: 'u1' } })).toBe('u1');
  });
});
