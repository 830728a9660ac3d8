// The resources that the scheduler lists and watches.

export interface WatchedResource {
  kind: string;
  path: string;
  query?: Record<string, string>;
}

/** The path of all objects of a resource, in every namespace. */
export const SCHEDULER_RESOURCES = [
  { kind: 'Node', path: '/api/v1/nodes' },
  {
    kind: 'Pod',
    path: '/api/v1/pods',
    // A pod that has ended holds no resources: it leaves the watch as if it were deleted.
    query: { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' },
  },
  { kind: 'Namespace', path: '/api/v1/namespaces' },
  { kind: 'Service', path: '/api/v1/services' },
  { kind: 'ReplicationController', path: '/api/v1/replicationcontrollers' },
  { kind: 'ReplicaSet', path: '/apis/apps/v1/replicasets' },
  { kind: 'StatefulSet', path: '/apis/apps/v1/statefulsets' },
] as const satisfies WatchedResource[];
