// The claims, volumes and drivers of workloads whose pods have volumes: each pod its own claim, as a StatefulSet makes them.
import type { ApiObject } from '../../src/model/types.ts';
import { asking, NAMESPACE, type PodTemplate } from './templates.ts';
import { nodeName } from './scenario.ts';
import type { Counts } from './workloads.ts';

const ZONE = 'topology.kubernetes.io/zone';
const DRIVER = 'disks.example.com';
const WAIT = 'wait';
const BOUND = 'bound';
/** What a node can attach; as many as a machine of AWS commonly can. */
const LIMIT = 25;

/** A pod with a claim of its own, by its place. */
function podWithClaim(of: string): PodTemplate {
  return (n) => ({
    spec: {
      ...asking('100m', '500Mi'),
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `${of}-${n}` } }],
    },
  });
}

export const initialWithClaim = podWithClaim('init');
export const podWithOwnClaim = podWithClaim('pod');

/** The pods that are there before have volumes; those that come have claims that wait for them. */
export function waitingClaims(counts: Counts, zones: readonly string[]): ApiObject[] {
  const claims = numbered(counts.pods, (n) => claim(`pod-${n}`, { storageClassName: WAIT }));
  return [...storage(counts), ...boundClaims('init', counts.initPods, zones), ...claims];
}

/** All have volumes, which can be reached in one zone each. */
export function zonalVolumes(counts: Counts, zones: readonly string[]): ApiObject[] {
  return [
    ...storage(counts),
    ...boundClaims('init', counts.initPods, zones),
    ...boundClaims('pod', counts.pods, zones),
  ];
}

function numbered<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

function storage({ nodes }: Counts): ApiObject[] {
  const of = (kind: string, name: string, fields: object): ApiObject => ({
    apiVersion: 'storage.k8s.io/v1',
    kind,
    metadata: { name },
    ...fields,
  });
  const drivers = (nodeID: string) => [
    { name: DRIVER, nodeID, topologyKeys: [ZONE], allocatable: { count: LIMIT } },
  ];
  return [
    of('CSIDriver', DRIVER, { spec: {} }),
    of('StorageClass', WAIT, { provisioner: DRIVER, volumeBindingMode: 'WaitForFirstConsumer' }),
    of('StorageClass', BOUND, { provisioner: DRIVER, volumeBindingMode: 'Immediate' }),
    ...numbered(nodes, (row) => of('CSINode', nodeName(row), { spec: { drivers: drivers(nodeName(row)) } })),
  ];
}

function claim(name: string, spec: object, annotations?: Record<string, string>): ApiObject {
  const resources = { requests: { storage: '10Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: NAMESPACE, uid: `uid-of-${name}`, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources, ...spec },
    status: { phase: annotations === undefined ? 'Pending' : 'Bound' },
  } as ApiObject;
}

function boundClaims(of: string, count: number, zones: readonly string[]): ApiObject[] {
  return numbered(count, (n) => [
    claim(
      `${of}-${n}`,
      { storageClassName: BOUND, volumeName: `pv-${of}-${n}` },
      { 'pv.kubernetes.io/bind-completed': 'yes' },
    ),
    volume(`pv-${of}-${n}`, `${of}-${n}`, zones[n % zones.length]!),
  ]).flat();
}

function volume(name: string, ofClaim: string, zone: string): ApiObject {
  const matchExpressions = [{ key: ZONE, operator: 'In', values: [zone] }];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels: { [ZONE]: zone } },
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: BOUND,
      csi: { driver: DRIVER, volumeHandle: name },
      claimRef: {
        kind: 'PersistentVolumeClaim',
        namespace: NAMESPACE,
        name: ofClaim,
        uid: `uid-of-${ofClaim}`,
      },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
    status: { phase: 'Bound' },
  } as ApiObject;
}
