// pods/binding: puts a pod on a node.
import type { ApiObject, Binding, Pod } from '../../../model/types.ts';
import { topologyLabelsOf } from '../../../defaults/index.ts';
import { conflict, invalid } from '../http/errors.ts';
import type { Resource } from '../schema/resources.ts';
import { now, type Store, type WriteOptions } from '../store/store.ts';

const BINDING = { group: '', name: 'pods/binding' };

/** Throws ApiError: 404, or 409 if the pod cannot be bound any more. */
export function bind(
  store: Store,
  resource: Resource,
  namespace: string,
  name: string,
  binding: Binding,
  options: WriteOptions = {},
): void {
  const node = binding.target?.name;
  if (!node) {
    throw invalid({ group: '', name: 'Binding' }, name, [{ type: 'Required', field: 'target.name' }]);
  }
  const change = (object: ApiObject): ApiObject => {
    const pod = object as Pod;
    checkBindable(pod, name, binding.metadata?.uid);
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: now() };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    const zone = topologyLabelsOf(store.collection('nodes').get(`/${node}`)?.object);
    return {
      ...pod,
      ...(Object.keys(zone).length > 0 && {
        metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, ...zone } },
      }),
      spec: { ...pod.spec, nodeName: node },
      status: { ...pod.status, conditions: [...others, scheduled] },
    } as ApiObject;
  };
  store.modify(resource, namespace, name, 'both', change, options);
}

function checkBindable(pod: Pod, name: string, uid: string | undefined): void {
  if (uid && uid !== pod.metadata?.uid) {
    throw conflict(
      BINDING,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata?.uid}`,
    );
  }
  if (pod.metadata?.deletionTimestamp) {
    throw conflict(BINDING, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  if (pod.spec?.nodeName) {
    throw conflict(BINDING, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  }
  if (pod.spec?.schedulingGates?.length) {
    throw conflict(BINDING, name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
}
