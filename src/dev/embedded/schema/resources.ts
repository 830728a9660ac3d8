// The resources that the embedded API serves.
import type { ApiObject } from '../../../model/types.ts';
import { fromEventsV1, toEventsV1 } from './event-versions.ts';

export interface Resource {
  group: string;
  version: string;
  /** In the plural, as paths name it. */
  name: string;
  singular: string;
  kind: string;
  shortNames: string[];
  /** Names that stand for several resources, such as `all`. */
  categories: string[];
  namespaced: boolean;
  /** Status is written through a path of its own, and left alone by other writes. */
  hasStatus: boolean;
  /** What paths may name after an object, besides `status`. */
  subresources: string[];
  /** What a fieldSelector may name, besides metadata.name and metadata.namespace. */
  fields: string[];
  /** Translates to and from the form that is stored, where two versions share one store. */
  convert?: { read: (stored: ApiObject) => ApiObject; write: (sent: ApiObject) => ApiObject };
}

type Options = Partial<Omit<Resource, 'name' | 'kind'>>;

function resource(kind: string, name: string, options: Options = {}): Resource {
  return {
    group: '',
    version: 'v1',
    name,
    singular: kind.toLowerCase(),
    kind,
    shortNames: [],
    categories: [],
    namespaced: true,
    hasStatus: true,
    subresources: [],
    fields: [],
    ...options,
  };
}

/** Makes resources of one group. */
const inGroup =
  (group: string, common: Options = {}) =>
  (kind: string, name: string, options: Options = {}) =>
    resource(kind, name, { group, ...common, ...options });

const PLAIN = { hasStatus: false };
const CLUSTER = { namespaced: false };
const IN_ALL = { categories: ['all'] };
const SCALED = { ...IN_ALL, subresources: ['scale'] };
const DATA = { hasStatus: false, ...CLUSTER };

/** What a pod's containers would answer; nothing runs them, so each is refused with a reason. */
export const OF_RUNNING_CONTAINERS = ['attach', 'exec', 'log', 'portforward', 'proxy'];

const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
];
const EVENTS = resource('Event', 'events', {
  shortNames: ['ev'],
  hasStatus: false,
  fields: [...EVENT_FIELDS, 'reason', 'reportingComponent', 'source', 'type'],
});

const apps = inGroup('apps');
const batch = inGroup('batch', IN_ALL);
const storage = inGroup('storage.k8s.io', DATA);
const device = inGroup('resource.k8s.io', DATA);
const network = inGroup('networking.k8s.io');
const access = inGroup('rbac.authorization.k8s.io', PLAIN);

export const RESOURCES: Resource[] = [
  resource('Namespace', 'namespaces', { shortNames: ['ns'], ...CLUSTER, fields: ['status.phase'] }),
  resource('Node', 'nodes', { shortNames: ['no'], ...CLUSTER, fields: ['spec.unschedulable'] }),
  resource('Pod', 'pods', {
    shortNames: ['po'],
    ...IN_ALL,
    subresources: ['binding', 'eviction', ...OF_RUNNING_CONTAINERS],
    fields: [
      ...['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName'],
      ...['spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'],
    ],
  }),
  resource('Service', 'services', {
    shortNames: ['svc'],
    ...IN_ALL,
    fields: ['spec.clusterIP', 'spec.type'],
  }),
  resource('ReplicationController', 'replicationcontrollers', {
    shortNames: ['rc'],
    ...SCALED,
    fields: ['status.replicas'],
  }),
  resource('ConfigMap', 'configmaps', { shortNames: ['cm'], ...PLAIN }),
  resource('Secret', 'secrets', { ...PLAIN, fields: ['type'] }),
  resource('ServiceAccount', 'serviceaccounts', { shortNames: ['sa'], ...PLAIN }),
  resource('LimitRange', 'limitranges', { shortNames: ['limits'], ...PLAIN }),
  resource('Endpoints', 'endpoints', { shortNames: ['ep'], ...PLAIN, singular: 'endpoints' }),
  EVENTS,
  apps('Deployment', 'deployments', { shortNames: ['deploy'], ...SCALED }),
  apps('ReplicaSet', 'replicasets', { shortNames: ['rs'], ...SCALED, fields: ['status.replicas'] }),
  apps('StatefulSet', 'statefulsets', { shortNames: ['sts'], ...SCALED }),
  apps('DaemonSet', 'daemonsets', { shortNames: ['ds'], ...IN_ALL }),
  apps('ControllerRevision', 'controllerrevisions', PLAIN),
  batch('Job', 'jobs', { fields: ['status.successful'] }),
  batch('CronJob', 'cronjobs', { shortNames: ['cj'] }),
  inGroup('policy')('PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'] }),
  resource('PersistentVolume', 'persistentvolumes', { shortNames: ['pv'], ...CLUSTER }),
  resource('PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'] }),
  storage('StorageClass', 'storageclasses', { shortNames: ['sc'] }),
  storage('CSIDriver', 'csidrivers'),
  storage('CSINode', 'csinodes', { hasStatus: true }),
  storage('CSIStorageCapacity', 'csistoragecapacities', { namespaced: true }),
  storage('VolumeAttachment', 'volumeattachments', { hasStatus: true }),
  storage('VolumeAttributesClass', 'volumeattributesclasses', { shortNames: ['vac'] }),
  inGroup('scheduling.k8s.io', DATA)('PriorityClass', 'priorityclasses', { shortNames: ['pc'] }),
  inGroup('scheduling.k8s.io')('PodGroup', 'podgroups', { version: 'v1beta1' }),
  inGroup('node.k8s.io', DATA)('RuntimeClass', 'runtimeclasses'),
  device('DeviceClass', 'deviceclasses'),
  device('DeviceTaintRule', 'devicetaintrules', { hasStatus: true }),
  device('ResourceSlice', 'resourceslices', { fields: ['spec.nodeName', 'spec.driver'] }),
  device('ResourceClaim', 'resourceclaims', { namespaced: true, hasStatus: true }),
  device('ResourceClaimTemplate', 'resourceclaimtemplates', { namespaced: true }),
  network('Ingress', 'ingresses', { shortNames: ['ing'] }),
  network('IngressClass', 'ingressclasses', DATA),
  network('NetworkPolicy', 'networkpolicies', { shortNames: ['netpol'], ...PLAIN }),
  inGroup('discovery.k8s.io', PLAIN)('EndpointSlice', 'endpointslices'),
  inGroup('autoscaling')('HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    version: 'v2',
    shortNames: ['hpa'],
    ...IN_ALL,
  }),
  access('Role', 'roles'),
  access('RoleBinding', 'rolebindings'),
  access('ClusterRole', 'clusterroles', CLUSTER),
  access('ClusterRoleBinding', 'clusterrolebindings', CLUSTER),
  inGroup('coordination.k8s.io', PLAIN)('Lease', 'leases'),
  {
    ...EVENTS,
    group: 'events.k8s.io',
    fields: [
      ...EVENT_FIELDS.map((field) => field.replace('involvedObject', 'regarding')),
      ...['reason', 'reportingController', 'type'],
    ],
    convert: { read: toEventsV1, write: fromEventsV1 },
  },
];

/** Something that is answered and not kept: questions about the caller's rights. */
export interface Review {
  group: string;
  version: string;
  name: string;
  kind: string;
}

export const REVIEWS: Review[] = [
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    name: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    name: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
  },
];

/** "v1" or "apps/v1", as apiVersion has it. */
export function groupVersion({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

const BY_PATH = new Map(RESOURCES.map((one) => [`${groupVersion(one)}/${one.name}`, one]));
const BY_KIND = new Map(RESOURCES.map((one) => [`${groupVersion(one)}/${one.kind}`, one]));

/** The resource of a path: ("apps/v1", "replicasets"). */
export function resourceOfPath(groupAndVersion: string, name: string): Resource | undefined {
  return BY_PATH.get(`${groupAndVersion}/${name}`);
}

/** The resource of an object with its apiVersion and kind set. */
export function resourceOfObject(object: ApiObject): Resource | undefined {
  return BY_KIND.get(`${object.apiVersion}/${object.kind}`);
}
