// What a planner is given, checked and completed as the API server would, before anything is changed by it.
import { isObject, shown } from '../model/shape.ts';
import { objectKey, type ApiObject, type Pod } from '../model/types.ts';
import { admit, setDefaults } from '../defaults/index.ts';
import { complete, containersFault, isStored } from '../scenario/creation.ts';
import { labelOf, nameFault, shapeFault, typeFault } from '../scenario/check.ts';
import { readingOf } from '../scenario/kinds.ts';
import { refusalOf } from '../scenario/refusals.ts';
import { nodeShape, objectShape, podShape } from '../scenario/shapes.ts';
import type { KeptCluster } from './kept-cluster.ts';
import type { WatchEvent } from './objects.ts';
import { PlannerError } from './planner-error.ts';

/**
 * What an event does to the cluster. Objects are copied.
 * @param place where the event is, to name it when its object has no name
 * @throws PlannerError
 */
export function readChange(event: WatchEvent, place: string, kept: KeptCluster): () => void {
  const given: unknown = isObject(event) ? event.object : event;
  if (!isObject(given)) throw new PlannerError(`${place}: must be an object, not ${shown(given)}`);
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return readObject(copied(given) as ApiObject, place, kept);
    case 'DELETED':
      return readRemoval(given, place, kept);
    default:
      throw new PlannerError(`${place}.type: must be ADDED, MODIFIED or DELETED, not ${shown(event.type)}`);
  }
}

function readObject(object: ApiObject, place: string, kept: KeptCluster): () => void {
  const ofType = typeFault(object);
  if (ofType !== undefined) throw new PlannerError(`${place}: ${ofType}`);
  const reading = readingOf(object);
  const refusal = refusalOf(object);
  if (refusal !== undefined) throw new PlannerError(`${place}: ${refusal}`);
  if (reading === undefined) throw new PlannerError(`${place}: kind: must be set`);
  if (reading.as === 'list') throw new PlannerError(`${place}: is a list: set its items`);
  const { kind } = reading;
  object.kind = kind;
  // a plugin of one's own may read kinds that nobody else knows
  if (reading.as === 'other' && !kept.cluster.store.keeps(kind)) return () => {};
  if (reading.namespaced && isObject(object.metadata)) object.metadata.namespace ??= 'default';
  if (kind === 'Pod') {
    const pod = completePod(object, place, kept);
    return hasGone(pod) ? () => kept.removePod(objectKey(pod)) : () => kept.setPod(pod);
  }
  check(object, kind, place);
  setDefaults(object);
  if (kind === 'PersistentVolumeClaim' && !isStored(object)) {
    const [refusal] = admit(object, kept.facts());
    if (refusal !== undefined)
      throw new PlannerError(`${labelOf(object, kind)}: the API server refuses it: ${refusal.message}`);
  }
  return kind === 'Node' ? () => kept.setNode(object) : () => kept.setObject(object);
}

function readRemoval(object: ApiObject, place: string, kept: KeptCluster): () => void {
  const { kind, metadata } = object;
  const name: unknown = metadata?.name;
  if (!kind) throw new PlannerError(`${place}: kind: must be set`);
  if (typeof name !== 'string' || name === '') throw new PlannerError(`${place}: metadata.name: must be set`);
  if (kind === 'Node') return () => kept.removeNode(name);
  if (kind === 'Pod') return () => kept.removePod(objectKey(object));
  return () => kept.removeObject({ kind, metadata: { name, namespace: metadata?.namespace } });
}

/** Pods that are to be decided, each once and on no node yet. Pods that share a spec share what becomes of it. */
export function preparedPods(pods: readonly Pod[], kept: KeptCluster): Pod[] {
  const known = new Map<object, { like: string; spec: Pod['spec'] }>();
  const names = new Set<string>();
  return pods.map((given, n) => {
    const place = `pods[${n}]`;
    if (!isObject(given)) throw new PlannerError(`${place}: must be an object, not ${shown(given)}`);
    // one that waits already is complete
    const { name, namespace = '' } = (given.metadata ?? {}) as Record<string, unknown>;
    const isNamed = typeof name === 'string' && typeof namespace === 'string';
    const waits = isNamed && kept.waiting.get(objectKey(given))?.pod === given;
    const pod: Pod = waits ? given : prepared(given, place, kept, known);
    const key = objectKey(pod);
    if (names.has(key)) throw new PlannerError(`pod ${key}: is there twice`);
    names.add(key);
    const node = (pod.spec?.nodeName ?? kept.pods.get(key)?.pod.spec?.nodeName) || undefined;
    if (node) throw new PlannerError(`pod ${key}: is on node ${node} already`);
    if (hasGone(pod)) throw new PlannerError(`pod ${key}: has ended or is being deleted`);
    return pod;
  });
}

function prepared(
  given: Pod,
  place: string,
  kept: KeptCluster,
  known: Map<object, { like: string; spec: Pod['spec'] }>,
): Pod {
  const { spec, ...rest } = given;
  const { labels, annotations, namespace } = given.metadata ?? {};
  const like = JSON.stringify([namespace, labels, annotations, isStored(given)]);
  const found = isObject(spec) ? known.get(spec) : undefined;
  if (found?.like === like) {
    const pod = copied(rest) as Pod;
    check(pod, 'Pod', place);
    pod.metadata!.namespace ??= 'default';
    pod.metadata!.uid ??= objectKey(pod);
    return { ...pod, spec: found.spec };
  }
  const pod = completePod(copied(given) as Pod, place, kept);
  if (isObject(spec)) known.set(spec, { like, spec: pod.spec });
  return pod;
}

/** A pod with what the API server sets in it. */
function completePod(pod: Pod, place: string, kept: KeptCluster): Pod {
  check(pod, 'Pod', place);
  const fault = containersFault(pod);
  const { metadata } = pod;
  metadata!.namespace ??= 'default';
  if (fault !== undefined) throw new PlannerError(`pod ${objectKey(pod)}: ${fault}`);
  Object.assign(pod, { apiVersion: 'v1', kind: 'Pod' });
  if (isStored(pod)) setDefaults(pod);
  else {
    const { faults, missing } = complete(pod, kept.facts());
    const [first] = [...faults, ...missing.map(({ kind, name }) => `${kind} ${name} is not there`)];
    if (first !== undefined) throw new PlannerError(`pod ${objectKey(pod)}: ${first}`);
  }
  metadata!.uid ??= objectKey(pod);
  return pod;
}

/** @throws PlannerError where the object has no name, or a field of another type */
export function check(object: ApiObject, kind: string, place: string): void {
  const ofName = nameFault(object);
  if (ofName !== undefined) throw new PlannerError(`${place}: metadata.name: ${ofName}`);
  const shape = kind === 'Node' ? nodeShape : kind === 'Pod' ? podShape : objectShape(kind);
  const fault = shapeFault(object, shape);
  if (fault !== undefined) throw new PlannerError(`${labelOf(object, kind)}: ${fault}`);
}

function hasGone({ metadata, spec, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  return metadata?.deletionTimestamp !== undefined && !spec?.nodeName;
}

/** The same value, without what is null. */
export function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value))
    if (field !== null && field !== undefined) copy[name] = copied(field);
  return copy;
}
