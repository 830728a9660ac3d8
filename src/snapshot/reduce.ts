// Leaves out of an object what decides nothing: who set its fields, what its containers run, and what is only reported.
import { isObject } from '../model/shape.ts';
import type { ApiObject } from '../model/types.ts';

/** The annotations that scheduling reads. */
const READ_ANNOTATIONS = [
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'storage.alpha.kubernetes.io/migrated-plugins',
  'storageclass.beta.kubernetes.io/is-default-class',
  'storageclass.kubernetes.io/is-default-class',
  'volume.beta.kubernetes.io/storage-class',
  'volume.kubernetes.io/selected-node',
];

/** Fields that are left out wherever they stand. */
const LEFT_OUT = new Set([
  ...['managedFields', 'selfLink', 'finalizers', 'resourceVersion', 'observedGeneration'],
  // of containers
  ...['args', 'command', 'env', 'envFrom', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'],
  ...['securityContext', 'terminationMessagePath', 'terminationMessagePolicy', 'volumeMounts', 'workingDir'],
  // of pods
  ...['dnsConfig', 'dnsPolicy', 'hostAliases', 'imagePullSecrets', 'serviceAccount', 'serviceAccountName'],
  // of what is reported
  ...['addresses', 'daemonEndpoints', 'hostIPs', 'nodeInfo', 'podIP', 'podIPs', 'providerID'],
  ...['containerID', 'imageID', 'state', 'lastState', 'message', 'qosClass'],
  // of volumes and classes
  ...[
    'mountOptions',
    'parameters',
    'volumeAttributes',
    'controllerExpandSecretRef',
    'controllerPublishSecretRef',
  ],
  ...['nodeExpandSecretRef', 'nodePublishSecretRef', 'nodeStageSecretRef', 'opaque'],
]);

/** Volumes of a pod that no node is chosen by: their contents. */
const CONTENT_VOLUMES = ['configMap', 'downwardAPI', 'projected', 'secret'];

/** The object without these; it is not changed itself. */
export function reduced(object: ApiObject): ApiObject {
  const { metadata, ...rest } = object;
  const { annotations, ...others } = metadata ?? {};
  const read = Object.entries(annotations ?? {}).filter(([name]) => READ_ANNOTATIONS.includes(name));
  return {
    ...(strip(rest) as ApiObject),
    metadata: {
      ...(strip(others) as ApiObject['metadata']),
      ...(read.length > 0 && { annotations: Object.fromEntries(read) }),
    },
  };
}

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (LEFT_OUT.has(key)) continue;
    if (key === 'annotations') continue;
    result[key] = CONTENT_VOLUMES.includes(key) ? {} : strip(field);
  }
  return result;
}
