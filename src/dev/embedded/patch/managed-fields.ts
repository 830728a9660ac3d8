// Who set which field, and server-side apply, which is refused where it would take a field from somebody else.
//
// Fields are recorded of objects that were written with a field manager, as kubectl states it. An object that was written
// without one before is taken, at its first apply, as set by a manager called "before-first-apply".
import { equal } from '../../../model/equal.ts';
import { isObject } from '../../../model/shape.ts';
import type { ApiObject, ObjectMeta } from '../../../model/types.ts';
import { ApiError } from '../http/errors.ts';
import { omit } from '../omit.ts';
import { groupVersion, type Resource } from '../schema/resources.ts';
import { schemaOf, type Schema } from '../schema/schemas.ts';
import {
  changedFields,
  difference,
  fieldsOf,
  intersection,
  isEmpty,
  merged,
  pathsOf,
  union,
  without,
  type FieldSet,
} from './field-sets.ts';

type ManagedFields = NonNullable<ObjectMeta['managedFields']>;
type Entry = ManagedFields[number];

/** Who writes. */
export interface Manager {
  name: string;
  subresource?: string;
}

export interface Apply {
  manager: Manager;
  /** Take fields away from other managers. */
  force: boolean;
  time: string;
}

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** Fields that belong to the API itself, or that name the object. */
const UNOWNED: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': Object.fromEntries(
    [
      ...['name', 'namespace', 'generateName', 'creationTimestamp', 'deletionTimestamp'],
      ...['deletionGracePeriodSeconds', 'uid', 'generation', 'managedFields', 'resourceVersion'],
    ].map((name) => [`f:${name}`, {}]),
  ),
};

function ownable(set: FieldSet): FieldSet {
  const owned = difference(set, UNOWNED);
  if (owned['f:metadata'] !== undefined && isEmpty(owned['f:metadata'])) delete owned['f:metadata'];
  return owned;
}

/**
 * What is known of who set the fields of an object before a write that is no apply: what the client sends along itself,
 * none when it resets it ([] or [{}]), and what is stored where it sends none or what cannot be read. A subresource
 * cannot set it.
 */
export function managedBefore(
  stored: ManagedFields | undefined,
  sent: ManagedFields | undefined,
  { subresource }: { subresource?: string },
): ManagedFields {
  if (subresource !== undefined || sent === undefined) return stored ?? [];
  const [first] = sent;
  if (first === undefined || (sent.length === 1 && Object.keys(first).length === 0)) return [];
  return sent.every(isReadable) ? sent : (stored ?? []);
}

function isReadable({ operation, apiVersion, fieldsType }: Entry): boolean {
  return (operation === 'Apply' || operation === 'Update') && !!apiVersion && fieldsType === 'FieldsV1';
}

/**
 * The object after a write that is no apply, with its managed fields brought up to date: who wrote has the fields that
 * changed, and nobody else has them any more.
 */
export function recordUpdate(
  resource: Resource,
  before: ApiObject | undefined,
  after: ApiObject,
  { managed, manager, time }: { managed: ManagedFields; manager: Manager; time: string },
): ApiObject {
  const schema = schemaOf(resource);
  const changed = ownable(changedFields(schema, before, after));
  const present = fieldsOf(schema, after);
  const entries: ManagedFields = [];
  let own: FieldSet = changed;
  let since = time;
  for (const entry of managed) {
    const set = intersection(setOf(entry), present);
    if (isOf(entry, 'Update', manager)) {
      own = union(set, changed);
      if (isEmpty(changed)) since = entry.time!;
    } else entries.push(...kept(entry, difference(set, changed)));
  }
  if (!isEmpty(own)) entries.push(entryOf(resource, 'Update', manager, own, since));
  return withManagedFields(after, entries);
}

/**
 * The object after an apply: the applied fields over the live ones, without those that this manager had applied before and
 * now leaves out. Throws ApiError 409 naming the fields that others have set to something else, unless it is forced.
 */
export function applied(resource: Resource, live: ApiObject, sent: ApiObject, apply: Apply): ApiObject {
  const schema = schemaOf(resource);
  const set = ownable(fieldsOf(schema, sent));
  const others = othersOf(resource, schema, live, apply);
  const previous = (live.metadata?.managedFields ?? []).find((entry) => isOf(entry, 'Apply', apply.manager));
  let next = merged(schema, live, withoutUnowned(sent));
  if (previous !== undefined) {
    const owned = others.reduce((sum, entry) => union(sum, setOf(entry)), set);
    next = without(schema, next, difference(setOf(previous), owned));
  }
  const changed = ownable(changedFields(schema, live, next));
  const entries: ManagedFields = [];
  const conflicts: [Entry, FieldSet][] = [];
  for (const entry of others) {
    const taken = intersection(setOf(entry), changed);
    if (isEmpty(taken)) entries.push(entry);
    else if (apply.force) entries.push(...kept(entry, difference(setOf(entry), taken)));
    else conflicts.push([entry, taken]);
  }
  if (conflicts.length > 0) throw applyConflict(conflicts);
  const isSame = previous !== undefined && isEmpty(changed) && equal(setOf(previous), set);
  entries.push(isSame ? previous : entryOf(resource, 'Apply', apply.manager, set, apply.time));
  return withManagedFields(next as ApiObject, entries);
}

/** The object that an apply creates. */
export function firstApplied(resource: Resource, sent: ApiObject, apply: Apply): ApiObject {
  const set = ownable(fieldsOf(schemaOf(resource), sent));
  return withManagedFields(sent, [entryOf(resource, 'Apply', apply.manager, set, apply.time)]);
}

function othersOf(resource: Resource, schema: Schema, live: ApiObject, apply: Apply): ManagedFields {
  const entries = live.metadata?.managedFields;
  if (entries === undefined || entries.length === 0) {
    const all = ownable(fieldsOf(schema, live));
    return [entryOf(resource, 'Update', { name: BEFORE_FIRST_APPLY }, all, apply.time)];
  }
  return entries.filter((entry) => !isOf(entry, 'Apply', apply.manager));
}

function withoutUnowned(sent: ApiObject): ApiObject {
  const { labels, annotations, finalizers, ownerReferences } = sent.metadata ?? {};
  const owned = { labels, annotations, finalizers, ownerReferences };
  const metadata = Object.fromEntries(Object.entries(owned).filter(([, value]) => value !== undefined));
  return { ...sent, metadata };
}

/** The refusal of an apply, worded as by an API server: with several conflicts, those of one manager stand together. */
function applyConflict(conflicts: [Entry, FieldSet][]): ApiError {
  const byManager = conflicts
    .map(([entry, set]) => ({ manager: managerText(entry), paths: pathsOf(set) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = byManager.flatMap(({ manager, paths }) =>
    paths.map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field,
    })),
  );
  const [only] = causes;
  const told =
    causes.length === 1
      ? `1 conflict: ${only!.message}: ${only!.field}`
      : `${causes.length} conflicts: ${byManager
          .map(({ manager, paths }) => [`conflicts with ${manager}:`, ...paths.map((path) => `- ${path}`)])
          .flat()
          .join('\n')}`;
  return new ApiError(409, 'Conflict', `Apply failed with ${told}`, { causes });
}

/** How messages name a manager; one that applies is itself whatever version it speaks. */
function managerText({ manager, operation, subresource, apiVersion }: Entry): string {
  const part = subresource ? ` with subresource "${subresource}"` : '';
  return `"${manager}"${part}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

function setOf({ fieldsV1 }: Entry): FieldSet {
  return isObject(fieldsV1) ? (fieldsV1 as FieldSet) : {};
}

function isOf(entry: Entry, operation: 'Apply' | 'Update', { name, subresource = '' }: Manager): boolean {
  return entry.operation === operation && entry.manager === name && (entry.subresource ?? '') === subresource;
}

function kept(entry: Entry, set: FieldSet): ManagedFields {
  return isEmpty(set) ? [] : [{ ...entry, fieldsV1: set }];
}

function entryOf(
  resource: Resource,
  operation: 'Apply' | 'Update',
  { name, subresource }: Manager,
  set: FieldSet,
  time: string,
): Entry {
  return {
    manager: name,
    operation,
    apiVersion: groupVersion(resource),
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: set,
    ...(subresource && { subresource }),
  };
}

export function withoutManagedFields(object: ApiObject): ApiObject {
  if (object.metadata?.managedFields === undefined) return object;
  return { ...object, metadata: omit(object.metadata, 'managedFields') };
}

function withManagedFields(object: ApiObject, entries: ManagedFields): ApiObject {
  const managedFields = entries.sort(byOperationAndTime);
  const bare = withoutManagedFields(object);
  return managedFields.length > 0 ? { ...bare, metadata: { ...bare.metadata, managedFields } } : bare;
}

function byOperationAndTime(a: Entry, b: Entry): number {
  const keys = ({ operation, time, manager }: Entry) => `${operation} ${String(time)} ${manager}`;
  return keys(a) < keys(b) ? -1 : 1;
}
