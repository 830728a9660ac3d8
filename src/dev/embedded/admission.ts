// What happens to an object between a client's request and the store: defaults, checks, and who set which field.
import type {
  ApiObject,
  LimitRange,
  Pod,
  PriorityClass,
  RuntimeClass,
  StorageClass,
} from '../../model/types.ts';
import { admit, admitUpdate, setDefaults, type ClusterFacts } from '../../defaults/index.ts';
import { forbidden } from './http/errors.ts';
import { managedBefore, recordUpdate, withoutManagedFields, type Manager } from './patch/managed-fields.ts';
import { decodeObject } from './schema/decode.ts';
import type { Resource } from './schema/resources.ts';
import { now, type AnyObject, type Part, type Store, type WriteOptions } from './store/store.ts';
import { checkImmutable } from './validation/immutable.ts';
import { validate } from './validation/validate.ts';

/** Each pod tolerates these taints for a while. */
const ADMITTED_TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export interface Writer {
  /** Who says that he writes; undefined for clients that do not say. */
  manager: Manager | undefined;
  part: Part;
  /** Whether the change comes with its managed fields, as an apply does. */
  isApply?: boolean;
}

/**
 * Makes the function by which the store admits what a client writes.
 * It throws ApiError 422 naming each field that is wrong, and 403 for what the cluster's objects forbid.
 */
export function admission(
  store: Store,
  resource: Resource,
  { manager, part, isApply = false }: Writer,
): NonNullable<WriteOptions['admit']> {
  return (sent, before) => {
    const next = part === 'status' ? admitStatus(resource, sent) : admitObject(store, resource, sent, before);
    if (isApply) return next;
    if (resource.convert !== undefined) return withoutManagedFields(next);
    const managed = managedBefore(before?.metadata?.managedFields, sent.metadata?.managedFields, {
      subresource: part === 'status' ? part : undefined,
    });
    // An object of which nobody knows who set what stays one; a new one is known where its writer says who he is.
    if (managed.length === 0 && (before !== undefined || manager === undefined))
      return withoutManagedFields(next);
    return recordUpdate(resource, before, next, {
      managed,
      manager: manager ?? { name: 'unknown' },
      time: now(),
    });
  };
}

function admitStatus(resource: Resource, next: AnyObject): ApiObject {
  validate(resource, { metadata: next.metadata, status: next.status } as AnyObject, 'status');
  return next;
}

function admitObject(store: Store, resource: Resource, sent: ApiObject, before?: ApiObject): ApiObject {
  if (resource.convert !== undefined) return sent;
  // What is changed may have parts of the stored object in it, and defaults are set in place.
  const next = before === undefined ? sent : structuredClone(sent);
  validate(resource, next);
  setDefaults(next);
  if (before !== undefined) {
    if (resource.name === 'pods') keepAdmitted(before, next);
    // what was put into the store from within may lack what a client's object was given
    const known = decodeObject(resource, before).object;
    setDefaults(known);
    checkImmutable(resource, known, next);
  }
  const isEnding = before?.metadata?.deletionTimestamp !== undefined;
  const check = before === undefined ? admit : admitUpdate;
  const [refusal] = isEnding ? [] : check(next, factsOf(store));
  if (refusal !== undefined) throw forbidden(resource, next.metadata?.name ?? '', refusal.message);
  return next;
}

/** Gives a pod that is replaced what its admission had set, and what who replaces it left out. */
function keepAdmitted({ spec: old }: Pod, { spec }: Pod): void {
  if (old === undefined || spec === undefined) return;
  spec.priority ??= old.priority;
  spec.preemptionPolicy ??= old.preemptionPolicy;
  const keys = new Set(spec.tolerations?.map(({ key }) => key));
  const lost = (old.tolerations ?? []).filter(
    ({ key, effect }) => effect === 'NoExecute' && ADMITTED_TOLERATIONS.includes(key ?? '') && !keys.has(key),
  );
  if (lost.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...lost];
}

function factsOf(store: Store): ClusterFacts {
  const one = (resource: string, name: string) => store.collection(resource).get(`/${name}`)?.object;
  return {
    priorityClasses: () => store.list<PriorityClass>('priorityclasses'),
    runtimeClass: (name) => one('runtimeclasses', name) as RuntimeClass | undefined,
    limitRanges: (namespace) =>
      store.list<LimitRange>('limitranges').filter(({ metadata }) => metadata?.namespace === namespace),
    storageClasses: () => store.list<StorageClass>('storageclasses'),
    node: (name) => one('nodes', name),
  };
}
