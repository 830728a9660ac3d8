// Tables: what kubectl prints without -o.
import type { ApiObject, Node, Pod } from '../api/types.ts';
import type { Resource } from './resources.ts';

interface Column {
  name: string;
  /** Columns of priority 1 are printed by -o wide only. */
  priority: 0 | 1;
  cell: (object: ApiObject) => string;
}

/** The objects as a meta.k8s.io/v1 Table. */
export function toTable(resource: Resource, objects: ApiObject[], metadata: object): object {
  const columns = COLUMNS[resource.kind] ?? [NAME, AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, priority }) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const NONE = '<none>';
const NAME = column('Name', ({ metadata }: ApiObject) => metadata?.name ?? '');
const AGE = column('Age', ({ metadata }: ApiObject) => age(metadata?.creationTimestamp));

const COLUMNS: Record<string, Column[]> = {
  Pod: [
    NAME,
    column('Ready', (pod: Pod) => {
      const ready = (pod.status?.containerStatuses ?? []).filter((container) => container.ready).length;
      return `${ready}/${pod.spec?.containers.length ?? 0}`;
    }),
    column('Status', podStatus),
    column('Restarts', (pod: Pod) => {
      const restarts = (pod.status?.containerStatuses ?? []).map((container) => container.restartCount);
      return String(restarts.reduce((sum, count) => sum + count, 0));
    }),
    AGE,
    column('IP', (pod: Pod) => pod.status?.podIP ?? NONE, 1),
    column('Node', (pod: Pod) => pod.spec?.nodeName ?? NONE, 1),
    column('Nominated Node', (pod: Pod) => pod.status?.nominatedNodeName ?? NONE, 1),
  ],
  Node: [
    NAME,
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    AGE,
    column('Version', (node: Node) => node.status?.nodeInfo?.kubeletVersion ?? ''),
    column('Internal-IP', (node: Node) => nodeAddress(node, 'InternalIP'), 1),
    column('External-IP', (node: Node) => nodeAddress(node, 'ExternalIP'), 1),
  ],
};

/** A column of one kind's objects: `never` takes a cell of any kind. */
function column(name: string, cell: (object: never) => string, priority: 0 | 1 = 0): Column {
  return { name, priority, cell: cell as (object: ApiObject) => string };
}

function podStatus(pod: Pod): string {
  const gated = pod.status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  if (pod.metadata?.deletionTimestamp) return 'Terminating';
  return gated ? 'SchedulingGated' : (pod.status?.reason ?? pod.status?.phase ?? '');
}

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: Node): string {
  const prefix = 'node-role.kubernetes.io/';
  const labels = Object.keys(node.metadata?.labels ?? {});
  const roles = labels.filter((label) => label.startsWith(prefix)).map((label) => label.slice(prefix.length));
  return roles.sort().join(',') || NONE;
}

function nodeAddress(node: Node, type: string): string {
  return node.status?.addresses?.find((address) => address.type === type)?.address ?? NONE;
}

/** How long ago, in its two largest fitting units at most: 45s, 3m, 5h12m, 9d. */
function age(timestamp: string | undefined): string {
  if (timestamp === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(timestamp)) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 48) return minutes % 60 === 0 || hours >= 8 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d`;
}
