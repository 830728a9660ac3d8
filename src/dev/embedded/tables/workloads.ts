// The columns of what makes pods, of Services, and of what pods read.
import type {
  CronJob,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  PodTemplateSpec,
  Secret,
} from '../../../../build/kubernetes.js';
import type {
  LabelSelector,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from '../../../model/types.ts';
import {
  AGE,
  column,
  containerImages,
  containerNames,
  duration,
  labelsText,
  NAME,
  NONE,
  selectorText,
  since,
  UNSET,
  wide,
  type Column,
} from './column.ts';

interface WithTemplate {
  spec?: { template?: PodTemplateSpec; selector?: LabelSelector };
}

const CONTAINERS = [
  wide('Containers', ({ spec }: WithTemplate) => containerNames(spec?.template?.spec?.containers)),
  wide('Images', ({ spec }: WithTemplate) => containerImages(spec?.template?.spec?.containers)),
];
const SELECTOR = wide('Selector', ({ spec }: WithTemplate) => selectorText(spec?.selector));

type Replicated = ReplicaSet | ReplicationController;
const REPLICAS = [
  column('Desired', ({ spec }: Replicated) => spec?.replicas ?? 1),
  column('Current', ({ status }: Replicated) => status?.replicas ?? 0),
  column('Ready', ({ status }: Replicated) => status?.readyReplicas ?? 0),
];

export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Deployment: [
    NAME,
    column('Ready', ({ spec, status }: Deployment) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`),
    column('Up-to-date', ({ status }: Deployment) => status?.updatedReplicas ?? 0),
    column('Available', ({ status }: Deployment) => status?.availableReplicas ?? 0),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  ReplicaSet: [NAME, ...REPLICAS, AGE, ...CONTAINERS, SELECTOR],
  ReplicationController: [
    NAME,
    ...REPLICAS,
    AGE,
    ...CONTAINERS,
    wide('Selector', ({ spec }: ReplicationController) => labelsText(spec?.selector)),
  ],
  StatefulSet: [
    NAME,
    column(
      'Ready',
      ({ spec, status }: StatefulSet) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`,
    ),
    AGE,
    ...CONTAINERS,
  ],
  DaemonSet: [
    NAME,
    column('Desired', ({ status }: DaemonSet) => status?.desiredNumberScheduled ?? 0),
    column('Current', ({ status }: DaemonSet) => status?.currentNumberScheduled ?? 0),
    column('Ready', ({ status }: DaemonSet) => status?.numberReady ?? 0),
    column('Up-to-date', ({ status }: DaemonSet) => status?.updatedNumberScheduled ?? 0),
    column('Available', ({ status }: DaemonSet) => status?.numberAvailable ?? 0),
    column('Node Selector', ({ spec }: DaemonSet) => labelsText(spec?.template.spec?.nodeSelector)),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  Job: [
    NAME,
    column('Status', jobStatus),
    column('Completions', completions),
    column('Duration', jobDuration),
    AGE,
    ...CONTAINERS,
    SELECTOR,
  ],
  CronJob: [
    NAME,
    column('Schedule', ({ spec }: CronJob) => spec?.schedule),
    column('Timezone', ({ spec }: CronJob) => spec?.timeZone ?? NONE),
    column('Suspend', ({ spec }: CronJob) => (spec?.suspend ? 'True' : 'False')),
    column('Active', ({ status }: CronJob) => status?.active?.length ?? 0),
    column('Last Schedule', ({ status }: CronJob) =>
      status?.lastScheduleTime ? since(status.lastScheduleTime) : NONE,
    ),
    AGE,
    wide('Containers', ({ spec }: CronJob) =>
      containerNames(spec?.jobTemplate.spec?.template.spec?.containers),
    ),
    wide('Images', ({ spec }: CronJob) => containerImages(spec?.jobTemplate.spec?.template.spec?.containers)),
    wide('Selector', ({ spec }: CronJob) => selectorText(spec?.jobTemplate.spec?.selector)),
  ],
  PodDisruptionBudget: [
    NAME,
    column('Min Available', ({ spec }: PodDisruptionBudget) => amount(spec?.minAvailable)),
    column('Max Unavailable', ({ spec }: PodDisruptionBudget) => amount(spec?.maxUnavailable)),
    column('Allowed Disruptions', ({ status }: PodDisruptionBudget) => status?.disruptionsAllowed ?? 0),
    AGE,
  ],
  Service: [
    NAME,
    column('Type', ({ spec }: Service) => spec?.type ?? 'ClusterIP'),
    column('Cluster-IP', ({ spec }: Service) => spec?.clusterIP || NONE),
    column('External-IP', ({ spec }: Service) => spec?.externalName ?? spec?.externalIPs?.join(',') ?? NONE),
    column('Port(s)', servicePorts),
    AGE,
    wide('Selector', ({ spec }: Service) => labelsText(spec?.selector)),
  ],
  Endpoints: [
    NAME,
    column('Endpoints', ({ subsets }: Endpoints) => {
      const addresses = (subsets ?? []).flatMap((subset) =>
        (subset.addresses ?? []).flatMap(({ ip }) => (subset.ports ?? []).map(({ port }) => `${ip}:${port}`)),
      );
      return addresses.join(',') || NONE;
    }),
    AGE,
  ],
  EndpointSlice: [
    NAME,
    column('AddressType', ({ addressType }: EndpointSlice) => addressType),
    column('Ports', ({ ports }: EndpointSlice) => (ports ?? []).map(({ port }) => port).join(',') || UNSET),
    column(
      'Endpoints',
      ({ endpoints }: EndpointSlice) =>
        (endpoints ?? []).flatMap(({ addresses }) => addresses).join(',') || UNSET,
    ),
    AGE,
  ],
  Ingress: [
    NAME,
    column('Class', ({ spec }: Ingress) => spec?.ingressClassName ?? NONE),
    column('Hosts', ({ spec }: Ingress) => (spec?.rules ?? [{}]).map(({ host }) => host || '*').join(',')),
    column('Address', ({ status }: Ingress) =>
      (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname).join(','),
    ),
    column('Ports', ({ spec }: Ingress) => (spec?.tls?.length ? '80, 443' : '80')),
    AGE,
  ],
  HorizontalPodAutoscaler: [
    NAME,
    column('Reference', ({ spec }: HorizontalPodAutoscaler) => {
      const { kind, name } = spec?.scaleTargetRef ?? {};
      return `${kind}/${name}`;
    }),
    column('Targets', ({ spec }: HorizontalPodAutoscaler) =>
      (spec?.metrics ?? []).length > 0 ? '<unknown>' : NONE,
    ),
    column('MinPods', ({ spec }: HorizontalPodAutoscaler) => spec?.minReplicas ?? 1),
    column('MaxPods', ({ spec }: HorizontalPodAutoscaler) => spec?.maxReplicas),
    column('Replicas', ({ status }: HorizontalPodAutoscaler) => status?.currentReplicas ?? 0),
    AGE,
  ],
  ConfigMap: [NAME, column('Data', dataCount), AGE],
  Secret: [NAME, column('Type', ({ type }: Secret) => type ?? 'Opaque'), column('Data', dataCount), AGE],
};

/** A Secret has its data in one field, a ConfigMap in two. */
function dataCount(object: { data?: object; binaryData?: object }): number {
  return Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length;
}

function amount(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'N/A';
}

function jobStatus({ status, metadata }: Job): string {
  const has = (wanted: string) =>
    status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: Job): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? Date.now() : Date.parse(status.completionTime);
  return duration((end - Date.parse(status.startTime)) / 1000);
}

function servicePorts({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(
    ({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  );
  return ports.join(',') || NONE;
}
