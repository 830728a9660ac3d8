// The resources that the scheduler lists and watches.
import { posix } from 'node:path';
import type { Right } from '../model/right.ts';
import { TransportError, type Requests } from './transport.ts';

export interface WatchedResource {
  kind: string;
  /** Of all its objects, in every namespace. */
  path: string;
  query?: Record<string, string>;
}

/** Listing and watching the resource. */
export function rightToWatch({ path }: WatchedResource): Right {
  const [, group = ''] = /^\/apis\/([^/]+)\//.exec(path) ?? [];
  return { group, resource: posix.basename(path), verbs: ['list', 'watch'] };
}

/**
 * The paths of the resources that the server says it does not have. What it says nothing of, because it does not answer,
 * or something else answers for it, is not among them.
 */
export async function missingAmong(
  transport: Requests,
  resources: readonly WatchedResource[],
): Promise<Set<string>> {
  // a list itself would be refused to who has no right to it, whether it is there or not
  const versions = new Set(resources.map(({ path }) => posix.dirname(path)));
  const served = await servedVersions(transport);
  const there = new Map<string, Set<string> | undefined>();
  await Promise.all(
    [...versions].map(async (version) => {
      const isServed = served?.has(version) ?? true;
      there.set(version, isServed ? await namesIn(transport, version) : new Set());
    }),
  );
  const isMissing = ({ path }: WatchedResource) =>
    there.get(posix.dirname(path))?.has(posix.basename(path)) === false;
  return new Set(resources.filter(isMissing).map(({ path }) => path));
}

/** The paths of the API versions that the server has; undefined when it does not say. */
async function servedVersions(transport: Requests): Promise<Set<string> | undefined> {
  const list = await documentOf<GroupList>(transport, '/apis', 'APIGroupList');
  const versions = list?.groups?.flatMap(({ versions }) => versions ?? []);
  return versions && new Set(['/api/v1', ...versions.map(({ groupVersion }) => `/apis/${groupVersion}`)]);
}

/** The names of an API version's resources; undefined when the server does not say. */
async function namesIn(transport: Requests, version: string): Promise<Set<string> | undefined> {
  const list = await documentOf<ResourceList>(transport, version, 'APIResourceList');
  return list?.resources && new Set(list.resources.map(({ name }) => name));
}

interface GroupList {
  groups?: { versions?: { groupVersion: string }[] }[];
}

interface ResourceList {
  resources?: { name: string }[];
}

/** A document of the discovery; undefined when the server does not answer it. */
async function documentOf<T>(transport: Requests, path: string, kind: string): Promise<T | undefined> {
  try {
    const { status, answer } = await transport.request('GET', path);
    return status === 200 && answer?.kind === kind ? (answer as unknown as T) : undefined;
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}

export const NODES = { kind: 'Node', path: '/api/v1/nodes' } as const satisfies WatchedResource;

export const PODS = {
  kind: 'Pod',
  path: '/api/v1/pods',
  // A pod that has ended holds no resources: it leaves the watch as if it were deleted.
  query: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' },
} as const satisfies WatchedResource;

/** What pods are counted by, whatever the plugins. */
export const OTHER_RESOURCES = [
  { kind: 'Namespace', path: '/api/v1/namespaces' },
  { kind: 'Service', path: '/api/v1/services' },
  { kind: 'ReplicationController', path: '/api/v1/replicationcontrollers' },
  { kind: 'ReplicaSet', path: '/apis/apps/v1/replicasets' },
  { kind: 'StatefulSet', path: '/apis/apps/v1/statefulsets' },
] as const satisfies WatchedResource[];
