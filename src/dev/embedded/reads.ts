// Lists, single objects and watches, in the form that a client accepts.
import type { ServerResponse } from 'node:http';
import type { ApiObject } from '../../model/types.ts';
import { ok, type Answer, type Form } from './http/answer.ts';
import { badRequest } from './http/errors.ts';
import type { Fault } from './faults.ts';
import type { ApiRequest, Target } from './http/request.ts';
import { groupVersion, type Resource } from './schema/resources.ts';
import type { Stored } from './store/collection.ts';
import { countParameter, type Pager } from './store/lists.ts';
import { fieldPredicate, labelPredicate, type Predicate } from './store/selectors.ts';
import type { Store } from './store/store.ts';
import { toTable, type TableOptions } from './tables/table.ts';
import { serveWatch } from './watch/watchers.ts';

const WATCH_SECONDS = 1800;
const META_VERSION = 'meta.k8s.io/v1';

/** What a list, a watch or a collection's deletion selects; undefined for everything. Throws ApiError 400. */
export function selection(
  { resource, namespace, name }: Target,
  query: URLSearchParams,
): Predicate | undefined {
  // Selectors name the fields of the version that was asked for.
  const read = resource.convert?.read ?? ((object: ApiObject) => object);
  const byLabel = labelPredicate(query.get('labelSelector') ?? '');
  const byField = fieldPredicate(query.get('fieldSelector') ?? '', resource.fields);
  if (namespace === '' && name === undefined && byLabel === undefined && byField === undefined) {
    return undefined;
  }
  return (object) =>
    (namespace === '' || object.metadata?.namespace === namespace) &&
    (name === undefined || object.metadata?.name === name) &&
    (byLabel?.(object) ?? true) &&
    (byField?.(read(object)) ?? true);
}

export function isWatch({ query }: ApiRequest): boolean {
  return ['1', 'true'].includes(query.get('watch') ?? '');
}

/** One object, or a list. Throws ApiError. */
export function read(store: Store, pager: Pager, target: Target, request: ApiRequest, form: Form): Answer {
  const { resource, namespace, name } = target;
  const options = tableOptions(request);
  if (name === undefined) return ok(list(store, pager, target, request, form));
  const { object, json } = converted(resource, store.get(resource, namespace, name));
  if (form === 'object') return ok(json);
  if (form === 'metadata') return ok(JSON.stringify(metadataOf(object)));
  const { resourceVersion } = object.metadata ?? {};
  return ok(JSON.stringify(toTable(resource, [object], { resourceVersion }, options)));
}

function list(
  store: Store,
  pager: Pager,
  target: Target,
  { query, ...request }: ApiRequest,
  form: Form,
): string {
  const { resource } = target;
  const limit = countParameter(query, 'limit', 0);
  const token = query.get('continue');
  const selects = selection(target, query);
  const all = () => store.collection(resource.name).sorted();
  const page = token
    ? pager.next(token, limit)
    : pager.first(selects ? all().filter(({ object }) => selects(object)) : all(), store.version, limit);
  const items = page.items.map((stored) => converted(resource, stored));
  if (form === 'table') {
    const objects = items.map(({ object }) => object);
    return JSON.stringify(toTable(resource, objects, page.metadata, tableOptions({ query, ...request })));
  }
  const isWhole = form === 'object';
  const head = {
    kind: isWhole ? `${resource.kind}List` : 'PartialObjectMetadataList',
    apiVersion: isWhole ? groupVersion(resource) : META_VERSION,
    metadata: page.metadata,
  };
  const bodies = items.map(({ object, json }) => (isWhole ? json : JSON.stringify(metadataOf(object))));
  return `${JSON.stringify(head).slice(0, -1)},"items":[${bodies.join(',')}]}`;
}

/** Streams changes into the response until the client has seen enough. Throws ApiError. */
export function watch(
  store: Store,
  target: Target,
  request: ApiRequest,
  form: Form,
  response: ServerResponse,
  fault: Fault | undefined,
): void {
  const { resource } = target;
  const { query } = request;
  const since = countParameter(query, 'resourceVersion', 0);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  const sendInitialEvents = query.get('sendInitialEvents');
  if (sendInitialEvents !== null && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw badRequest(
      'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  const initial = sendInitialEvents === 'true' || (sendInitialEvents === null && since === 0);
  const options = tableOptions(request);
  serveWatch(
    store.collection(resource.name),
    {
      resource,
      selects: selection(target, query),
      since: initial ? undefined : since === 0 ? store.version : since,
      encode: watchEncoder(resource, form, options),
      bookmarks,
      endOfInitial: bookmarks && sendInitialEvents === 'true',
      timeoutSeconds: countParameter(query, 'timeoutSeconds', WATCH_SECONDS),
      version: () => store.version,
      fault,
    },
    response,
  );
}

/** How a watch tells of an object. The columns of a table are told once. */
function watchEncoder(resource: Resource, form: Form, options: TableOptions): (stored: Stored) => string {
  let columns = true;
  return (stored) => {
    const { object, json } = converted(resource, stored);
    if (form === 'object') return json;
    if (form === 'metadata') return JSON.stringify(metadataOf(object));
    const { resourceVersion } = object.metadata ?? {};
    const table = toTable(resource, [object], { resourceVersion }, { ...options, columns });
    columns = false;
    return JSON.stringify(table);
  };
}

function tableOptions({ query }: ApiRequest): TableOptions {
  const include = query.get('includeObject') || 'Metadata';
  if (include !== 'Metadata' && include !== 'None' && include !== 'Object') {
    throw badRequest(`includeObject: unknown value "${include}"`);
  }
  return { include, columns: true };
}

function converted({ convert }: Resource, stored: Stored): { object: ApiObject; json: string } {
  if (convert === undefined) return stored;
  const object = convert.read(stored.object);
  return { object, json: JSON.stringify(object) };
}

function metadataOf({ metadata }: ApiObject): ApiObject {
  return { kind: 'PartialObjectMetadata', apiVersion: META_VERSION, metadata };
}
