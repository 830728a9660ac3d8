// The columns of nodes, namespaces, events, classes and rights.
import type {
  ClusterRoleBinding,
  ControllerRevision,
  IngressClass,
  Lease,
  Namespace,
  NetworkPolicy,
  PriorityClass,
  RuntimeClass,
} from '../../../../build/kubernetes.js';
import type { ApiObject, Event, Node } from '../../../model/types.ts';
import { AGE, column, NAME, NONE, selectorText, since, wide, type Column } from './column.ts';

const CREATED_AT = column('Created At', ({ metadata }: ApiObject) => metadata?.creationTimestamp);

const BINDING_COLUMNS: readonly Column[] = [
  NAME,
  column('Role', ({ roleRef }: ClusterRoleBinding) => `${roleRef.kind}/${roleRef.name}`),
  AGE,
  wide('Users', (binding: ClusterRoleBinding) => subjects(binding, 'User')),
  wide('Groups', (binding: ClusterRoleBinding) => subjects(binding, 'Group')),
  wide('ServiceAccounts', (binding: ClusterRoleBinding) => subjects(binding, 'ServiceAccount')),
];

export const CLUSTER_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Node: [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', ({ status }: Node) => status?.nodeInfo?.kubeletVersion),
    wide('Internal-IP', (node: Node) => nodeAddress(node, 'InternalIP')),
    wide('External-IP', (node: Node) => nodeAddress(node, 'ExternalIP')),
    wide('OS-Image', ({ status }: Node) => status?.nodeInfo?.osImage || '<unknown>'),
    wide('Kernel-Version', ({ status }: Node) => status?.nodeInfo?.kernelVersion || '<unknown>'),
    wide('Container-Runtime', ({ status }: Node) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  Namespace: [NAME, column('Status', ({ status }: Namespace) => status?.phase), AGE],
  Event: [
    column('Last Seen', lastSeen),
    column('Type', ({ type }: Event) => type),
    column('Reason', ({ reason }: Event) => reason),
    column('Object', ({ involvedObject }: Event) => {
      const { kind = '', name } = involvedObject;
      return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
    }),
    wide('Subobject', ({ involvedObject }: Event) => involvedObject.fieldPath),
    wide('Source', ({ source, reportingComponent, reportingInstance }: Event) =>
      [source?.component || reportingComponent, source?.host || reportingInstance].filter(Boolean).join(', '),
    ),
    column('Message', ({ message }: Event) => message?.trim()),
    wide('First Seen', ({ firstTimestamp, eventTime }: Event) => since(firstTimestamp ?? eventTime)),
    wide('Count', ({ count, series }: Event) => series?.count ?? count ?? 1),
    wide('Name', ({ metadata }: Event) => metadata.name),
  ],
  Lease: [NAME, column('Holder', ({ spec }: Lease) => spec?.holderIdentity), AGE],
  PriorityClass: [
    NAME,
    column('Value', ({ value }: PriorityClass) => value),
    column('Global-Default', ({ globalDefault }: PriorityClass) => globalDefault ?? false),
    AGE,
    column(
      'PreemptionPolicy',
      ({ preemptionPolicy }: PriorityClass) => preemptionPolicy ?? 'PreemptLowerPriority',
    ),
  ],
  RuntimeClass: [NAME, column('Handler', ({ handler }: RuntimeClass) => handler), AGE],
  ControllerRevision: [
    NAME,
    column('Controller', ({ metadata }: ControllerRevision) => {
      const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
      return owner === undefined
        ? NONE
        : `${owner.kind.toLowerCase()}.${owner.apiVersion.split('/')[0]}/${owner.name}`;
    }),
    column('Revision', ({ revision }: ControllerRevision) => revision),
    AGE,
  ],
  LimitRange: [NAME, CREATED_AT],
  Role: [NAME, CREATED_AT],
  ClusterRole: [NAME, CREATED_AT],
  RoleBinding: BINDING_COLUMNS,
  ClusterRoleBinding: BINDING_COLUMNS,
  NetworkPolicy: [
    NAME,
    column('Pod-Selector', ({ spec }: NetworkPolicy) => selectorText(spec?.podSelector)),
    AGE,
  ],
  IngressClass: [
    NAME,
    column('Controller', ({ spec }: IngressClass) => spec?.controller),
    column('Parameters', ({ spec }: IngressClass) => spec?.parameters?.name ?? NONE),
    AGE,
  ],
};

function subjects({ subjects = [] }: ClusterRoleBinding, kind: string): string {
  return subjects
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');
}

function nodeStatus({ status, spec }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const labels = Object.keys(metadata?.labels ?? {});
  const roles = labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
  return roles.sort().join(',') || NONE;
}

function nodeAddress({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? NONE;
}

function lastSeen({ lastTimestamp, eventTime, series, firstTimestamp }: Event): string {
  return since(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp);
}
