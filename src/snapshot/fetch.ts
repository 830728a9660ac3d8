// Lists from a cluster everything that decides where pods go.
import type { ApiObject } from '../model/types.ts';
import { missingAmong, NODES, OTHER_RESOURCES, type WatchedResource } from '../kube/resources.ts';
import { inTree } from '../plugins/in-tree.ts';
import type { Transport } from '../kube/transport.ts';

/** What a scheduler does not watch, but what sets the fields of new pods, or makes them. */
const MORE_RESOURCES: readonly WatchedResource[] = [
  { kind: 'Pod', path: '/api/v1/pods' },
  { kind: 'LimitRange', path: '/api/v1/limitranges' },
  { kind: 'Deployment', path: '/apis/apps/v1/deployments' },
  { kind: 'DaemonSet', path: '/apis/apps/v1/daemonsets' },
  { kind: 'Job', path: '/apis/batch/v1/jobs' },
  { kind: 'CronJob', path: '/apis/batch/v1/cronjobs' },
  { kind: 'PriorityClass', path: '/apis/scheduling.k8s.io/v1/priorityclasses' },
  { kind: 'RuntimeClass', path: '/apis/node.k8s.io/v1/runtimeclasses' },
  { kind: 'ResourceClaimTemplate', path: '/apis/resource.k8s.io/v1/resourceclaimtemplates' },
];

const RESOURCES: readonly WatchedResource[] = [
  NODES,
  ...MORE_RESOURCES,
  ...OTHER_RESOURCES,
  ...inTree.objects,
];
const PAGE = 500;
const FORBIDDEN = 403;
const EXPIRED = 410;

export interface Fetched {
  objects: ApiObject[];
  /** The kinds that the credentials may not read. */
  forbidden: string[];
}

interface List {
  items: ApiObject[];
  apiVersion: string;
  metadata: { continue?: string };
}

/** Throws an Error that names the kind and says what the server says, on any refusal but one for want of rights. */
export async function fetchObjects(
  transport: Transport,
  onProgress: (objects: number, kind: string) => void,
): Promise<Fetched> {
  const missing = await missingAmong(transport, RESOURCES);
  const fetched: Fetched = { objects: [], forbidden: [] };
  for (const resource of RESOURCES.filter(({ path }) => !missing.has(path))) {
    onProgress(fetched.objects.length, resource.kind);
    const objects = await listAll(transport, resource);
    if (objects === undefined) fetched.forbidden.push(resource.kind);
    else for (const object of objects) fetched.objects.push(object);
  }
  return fetched;
}

/** All objects of a resource, each with its kind; undefined where they may not be read. */
async function listAll(
  transport: Transport,
  { path, kind }: WatchedResource,
): Promise<ApiObject[] | undefined> {
  let objects: ApiObject[] = [];
  let token = '';
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(token && { continue: token }) });
    const reply = await transport.request('GET', `${path}?${query.toString()}`);
    if (reply.status === FORBIDDEN) return undefined;
    if (reply.status === EXPIRED && token !== '') {
      // The list took longer than the server keeps its state: it begins again.
      objects = [];
      token = '';
      continue;
    }
    if (reply.status !== 200) throw new Error(`${transport.server}: ${kind}: ${reply.message}`);
    const { items, apiVersion, metadata } = reply.body as List;
    for (const item of items ?? []) objects.push({ ...item, apiVersion, kind });
    token = metadata.continue ?? '';
  } while (token !== '');
  return objects;
}
