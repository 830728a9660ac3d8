// Creating, replacing, patching and deleting objects as requests ask for it.
import type { ApiObject } from '../../model/types.ts';
import { isObject } from '../../model/shape.ts';
import { admission } from './admission.ts';
import { created, ok, type Answer } from './http/answer.ts';
import { badRequest, methodNotAllowed } from './http/errors.ts';
import {
  bodyOf,
  contentTypeOf,
  isDryRun,
  optionsOf,
  parseJson,
  parseYamlBody,
  unsupportedMediaType,
  type ApiRequest,
  type Target,
} from './http/request.ts';
import { jsonPatch, mergePatch } from './patch/json.ts';
import { applied, firstApplied, type Manager } from './patch/managed-fields.ts';
import { strategicMergePatch } from './patch/strategic.ts';
import { selection } from './reads.ts';
import { decodeObject } from './schema/decode.ts';
import type { Resource } from './schema/resources.ts';
import { schemaOf } from './schema/schemas.ts';
import type { Stored } from './store/collection.ts';
import { now, type Deletion, type Part, type Store } from './store/store.ts';

/** An object of the store as its resource's version has it. */
function toJson({ convert }: Resource, stored: Stored): string {
  return convert ? JSON.stringify(convert.read(stored.object)) : stored.json;
}

/** A write to an object, its status, or a collection. Throws ApiError. */
export function write(store: Store, target: Target, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  if (name === undefined) {
    if (resource.namespaced && namespace === '') throw methodNotAllowed();
    if (request.method === 'POST') return create(store, target, request);
    if (request.method === 'DELETE') return deleteCollection(store, target, request);
    throw methodNotAllowed();
  }
  switch (request.method) {
    case 'PUT':
      return update(store, { ...target, name }, request);
    case 'PATCH':
      return patch(store, { ...target, name }, request);
    case 'DELETE':
      if (target.subresource !== undefined) throw methodNotAllowed();
      return remove(store, { ...target, name }, request);
    default:
      throw methodNotAllowed();
  }
}

type NamedTarget = Target & { name: string };

function partOf({ subresource }: Target): Part {
  return subresource === 'status' ? 'status' : 'main';
}

/** The part of what was sent that a write is about: what stands beside a status is not looked at. */
function sentPart(target: Target, sent: unknown): unknown {
  if (partOf(target) !== 'status' || !isObject(sent)) return sent;
  const { apiVersion, kind, metadata, status } = sent;
  return { apiVersion, kind, metadata, status };
}

function managerOf(name: string | undefined, { subresource }: Target): Manager | undefined {
  return name === undefined ? undefined : { name, ...(subresource && { subresource }) };
}

function create(store: Store, target: Target, request: ApiRequest): Answer {
  const { resource, namespace } = target;
  const { dryRun, manager, validation } = optionsOf(request);
  const { object, warnings } = decodeObject(resource, bodyOf(request), validation);
  const admit = admission(store, resource, { manager: managerOf(manager, target), part: 'main' });
  return created(toJson(resource, store.create(resource, namespace, object, { dryRun, admit })), warnings);
}

function update(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  const { dryRun, manager, validation } = optionsOf(request);
  const { object, warnings } = decodeObject(resource, sentPart(target, bodyOf(request)), validation);
  const admit = admission(store, resource, { manager: managerOf(manager, target), part: partOf(target) });
  const stored = store.update(resource, namespace, name, object, partOf(target), { dryRun, admit });
  return ok(toJson(resource, stored), warnings);
}

function patch(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  const { dryRun, manager, validation, force } = optionsOf(request);
  const contentType = contentTypeOf(request);
  if (contentType === 'application/apply-patch+yaml') return apply(store, target, request);
  if (force) throw badRequest('force: Forbidden: may not be specified for non-apply patch');
  const patched = patchFunction(contentType, resource, parseJson(request.body));
  const warnings: string[] = [];
  const change = (old: ApiObject): ApiObject => {
    const sent = sentPart(target, patched(resource.convert?.read(old) ?? old));
    const result = decodeObject(resource, sent, validation);
    warnings.push(...result.warnings);
    return resource.convert?.write(result.object) ?? result.object;
  };
  const admit = admission(store, resource, { manager: managerOf(manager, target), part: partOf(target) });
  const stored = store.modify(resource, namespace, name, partOf(target), change, { dryRun, admit });
  return ok(toJson(resource, stored), warnings);
}

/** How a patch of a media type changes an object. Throws ApiError 400 or 415. */
export function patchFunction(
  contentType: string,
  resource: Pick<Resource, 'group' | 'kind' | 'version'>,
  patch: unknown,
): (old: ApiObject) => unknown {
  if (contentType === 'application/json-patch+json') return (old) => jsonPatch(old, patch);
  if (!isObject(patch)) throw badRequest('the body of the request is not an object');
  switch (contentType) {
    case 'application/merge-patch+json':
      return (old) => mergePatch(old, patch);
    case 'application/strategic-merge-patch+json':
      return (old) => strategicMergePatch({ ...old }, patch, schemaOf(resource));
    default:
      throw unsupportedMediaType(contentType);
  }
}

/** Server-side apply: creates what is not there. */
function apply(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  const { dryRun, manager, validation, force } = optionsOf(request);
  if (manager === undefined) throw badRequest('fieldManager: Required value: is required for apply patch');
  if (resource.convert !== undefined) throw unsupportedMediaType(contentTypeOf(request));
  const { object, warnings } = decodeObject(resource, parseYamlBody(request.body), validation);
  if (object.metadata?.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const how = { manager: managerOf(manager, target)!, force, time: now() };
  const admit = admission(store, resource, { manager: how.manager, part: partOf(target), isApply: true });
  const exists = store.collection(resource.name).get(`${resource.namespaced ? namespace : ''}/${name}`);
  if (exists === undefined && partOf(target) === 'main') {
    const first = firstApplied(resource, object, how);
    const withFields = (next: ApiObject) =>
      admit({ ...next, metadata: { ...next.metadata, managedFields: first.metadata?.managedFields } });
    const named = { ...object, metadata: { ...object.metadata, name } };
    const stored = store.create(resource, namespace, named, { dryRun, admit: withFields });
    return created(toJson(resource, stored), warnings);
  }
  const change = (old: ApiObject): ApiObject => applied(resource, old, object, how);
  const stored = store.modify(resource, namespace, name, partOf(target), change, { dryRun, admit });
  return ok(toJson(resource, stored), warnings);
}

interface DeleteRequest {
  dryRun: boolean;
  uid?: string;
  resourceVersion?: string;
  orphan: boolean;
}

function deleteOptions(request: ApiRequest): DeleteRequest {
  const sent = request.body.length > 0 ? bodyOf(request) : {};
  if (!isObject(sent)) throw badRequest('the body of the request is not an object');
  const { preconditions, dryRun } = sent;
  const { uid, resourceVersion } = isObject(preconditions) ? preconditions : {};
  const policy = sent.propagationPolicy ?? request.query.get('propagationPolicy');
  return {
    dryRun: isDryRun(dryRun) || isDryRun(request.query.getAll('dryRun')),
    ...(typeof uid === 'string' && { uid }),
    ...(typeof resourceVersion === 'string' && { resourceVersion }),
    orphan: policy === 'Orphan' || sent.orphanDependents === true,
  };
}

function remove(store: Store, target: NamedTarget, request: ApiRequest): Answer {
  const { resource, namespace, name } = target;
  const { orphan, ...options } = deleteOptions(request);
  if (orphan && !options.dryRun) release(store, store.get(resource, namespace, name).object.metadata?.uid);
  return ok(deletionBody(resource, store.delete(resource, namespace, name, options)));
}

/** Takes an owner out of what it owns, so that this stays when the owner goes. */
function release(store: Store, uid: string | undefined): void {
  for (const { resource, object } of store.ownedBy(uid ?? '')) {
    const { namespace = '', name = '' } = object.metadata ?? {};
    store.modify(resource, namespace, name, 'main', (old) => {
      const owners = old.metadata?.ownerReferences?.filter((owner) => owner.uid !== uid);
      return { ...old, metadata: { ...old.metadata, ownerReferences: owners } };
    });
  }
}

function deletionBody(resource: Resource, { stored, gone }: Deletion): string {
  // A pod is answered as it was, since there might be a kubelet to end it first.
  if (!gone || resource.name === 'pods') return toJson(resource, stored);
  const { name, uid } = stored.object.metadata ?? {};
  const details = { name, ...(resource.group && { group: resource.group }), kind: resource.name, uid };
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function deleteCollection(store: Store, target: Target, request: ApiRequest): Answer {
  const { resource } = target;
  const { dryRun } = deleteOptions(request);
  const selects = selection(target, request.query);
  for (const object of store.list(resource.name)) {
    if (selects !== undefined && !selects(object)) continue;
    const { namespace = '', name = '' } = object.metadata ?? {};
    store.delete(resource, namespace, name, { dryRun });
  }
  return ok(JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }));
}
