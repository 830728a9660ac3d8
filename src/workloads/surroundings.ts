// What controllers see of the objects of a cluster.
import { append } from '../model/by-key.ts';
import { objectKey, type ApiObject, type Node, type Pod } from '../model/types.ts';
import { namespaceOf, PODS_MAX, type Surroundings } from './workload.ts';

/** Of the pods and all other objects that are there. */
export function surroundingsOf(
  nodes: readonly Node[],
  pods: readonly Pod[],
  objects: readonly ApiObject[],
  podsMax = PODS_MAX,
): Surroundings {
  const owned = new Map<string, ApiObject[]>();
  const names = new Set<string>();
  for (const pod of pods) {
    names.add(`Pod ${objectKey(pod)}`);
    const owner = controllerOf(pod);
    if (owner === undefined) continue;
    const namespace = namespaceOf(pod);
    append(owned, `Pod of ${owner.kind} ${namespace}/${owner.name}`, pod);
    // replica sets are named after their deployment and the hash that their pods have as a label
    const suffix = `-${pod.metadata?.labels?.['pod-template-hash']}`;
    if (owner.kind === 'ReplicaSet' && owner.name.endsWith(suffix)) {
      append(owned, `Pod of Deployment ${namespace}/${owner.name.slice(0, -suffix.length)}`, pod);
    }
  }
  for (const object of objects) {
    if (object.kind === 'PersistentVolumeClaim') names.add(`PersistentVolumeClaim ${objectKey(object)}`);
    const owner = controllerOf(object);
    if (owner === undefined) continue;
    append(owned, `${object.kind} of ${owner.kind} ${namespaceOf(object)}/${owner.name}`, object);
  }
  const of = (owner: ApiObject, kind: string) =>
    owned.get(`${kind} of ${owner.kind} ${objectKey(owner)}`) ?? [];
  return {
    nodes,
    podsMax,
    podsOf: (owner) => of(owner, 'Pod'),
    ownedBy: <T extends ApiObject>(owner: ApiObject, kind: string) => of(owner, kind) as T[],
    has: (kind, namespace, name) => names.has(`${kind} ${namespace}/${name}`),
  };
}

/** Who controls an object. */
export function controllerOf({ metadata }: ApiObject): { kind: string; name: string } | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller);
}
