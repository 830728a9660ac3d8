// What pods are of, for people: their workload, or their namespace.
import { objectKey, type Pod } from '../model/types.ts';
import { controllerOf } from '../workloads/index.ts';

/** The name of each pod's group, by the pod's key. */
export function groupsOf(pods: readonly Pod[]): Map<string, string> {
  return new Map(pods.map((pod) => [objectKey(pod), groupOf(pod)]));
}

function groupOf(pod: Pod): string {
  const namespace = pod.metadata?.namespace ?? 'default';
  const owner = controllerOf(pod);
  if (owner === undefined) return `namespace ${namespace}, without a controller`;
  const suffix = `-${pod.metadata?.labels?.['pod-template-hash']}`;
  return owner.kind === 'ReplicaSet' && owner.name.endsWith(suffix)
    ? `Deployment ${namespace}/${owner.name.slice(0, -suffix.length)}`
    : `${owner.kind} ${namespace}/${owner.name}`;
}
