// Volumes, claims and classes as tests need them.
import type {
  ApiObject,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  Volume,
} from '../../src/model/types.ts';
import { pod, type PodShape } from '../cycle/fixtures.ts';

/** Of the driver csi.example.com, once a pod needs it, unless other fields say otherwise. */
export function storageClass(name: string, fields: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'csi.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...fields,
  };
}

/** A claim of 1 GiB. */
export function claim(
  name: string,
  storageClassName: string | undefined,
  spec: PersistentVolumeClaim['spec'] = {},
  namespace = 'ns',
): PersistentVolumeClaim {
  const resources = { requests: { storage: '1Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: { accessModes: ['ReadWriteOnce'], resources, storageClassName, ...spec },
  };
}

/** An available volume of 1 GiB that only the node reaches, if one is named. */
export function volume(
  name: string,
  storageClassName: string,
  node?: string,
  spec: PersistentVolume['spec'] = {},
): PersistentVolume {
  const hostname = { key: 'kubernetes.io/hostname', operator: 'In', values: [node ?? ''] };
  const required = { nodeSelectorTerms: [{ matchExpressions: [hostname] }] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      storageClassName,
      csi: { driver: 'csi.example.com', volumeHandle: name },
      ...(node !== undefined && { nodeAffinity: { required } }),
      ...spec,
    },
    status: { phase: 'Available' },
  };
}

/** A claim and its volume, bound to each other. */
export function boundPair(
  name: string,
  { node, accessModes = ['ReadWriteOnce'] }: { node?: string; accessModes?: string[] } = {},
): [PersistentVolumeClaim, PersistentVolume] {
  const bound = claim(name, 'standard', { volumeName: `pv-${name}`, accessModes });
  bound.metadata!.annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  bound.status = { phase: 'Bound' };
  const claimRef = { kind: 'PersistentVolumeClaim', namespace: 'ns', name, uid: `uid-${name}` };
  const held = volume(`pv-${name}`, 'standard', node, { accessModes, claimRef });
  return [bound, { ...held, status: { phase: 'Bound' } }];
}

/** Says how many volumes the node's driver can attach. */
export function csiNode(name: string, count: number, driver = 'csi.example.com'): ApiObject {
  const drivers = [{ name: driver, nodeID: name, topologyKeys: [], allocatable: { count } }];
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name },
    spec: { drivers },
  } as ApiObject;
}

/** A pod with a volume for each of the claims. */
export function podWith(name: string, claims: readonly string[], shape: PodShape = {}): Pod {
  const volumes = claims.map((claimName): Volume => ({
    name: `volume-${claimName}`,
    persistentVolumeClaim: { claimName },
  }));
  const made = pod(name, { ...shape, spec: { volumes, ...shape.spec } });
  return { apiVersion: 'v1', kind: 'Pod', ...made };
}
