// The API server of the simulated cluster: the embedded one's store and rules, asked without a connection.
import type { ApiObject } from '../../src/model/types.ts';
import { ApiError } from '../../src/dev/embedded/http/errors.ts';
import { targetOf, type ApiRequest } from '../../src/dev/embedded/http/request.ts';
import { read, selection } from '../../src/dev/embedded/reads.ts';
import { discover } from '../../src/dev/embedded/schema/discovery.ts';
import { groupVersion, type Resource } from '../../src/dev/embedded/schema/resources.ts';
import { changeType, type Change } from '../../src/dev/embedded/store/collection.ts';
import { Pager } from '../../src/dev/embedded/store/lists.ts';
import type { Predicate } from '../../src/dev/embedded/store/selectors.ts';
import { Store } from '../../src/dev/embedded/store/store.ts';
import { subresource } from '../../src/dev/embedded/subresources/subresources.ts';
import { write } from '../../src/dev/embedded/writes.ts';
import type { Outgoing } from '../../src/kube/carrier.ts';

export interface ServerAnswer {
  status: number;
  body: string;
}

/** What a watch tells: a line, and the object in it, which a bookmark has none of. */
export interface WatchLine {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  line: string;
  object?: ApiObject;
  version: number;
}

export interface WatchSubscription {
  resource: Resource;
  timeoutSeconds: number;
  /** What has happened since the version from which it was asked for. */
  first: WatchLine[];
  /** A bookmark, or another sign of where the history stands. */
  bookmark(): WatchLine;
  subscribe(tell: (line: WatchLine) => void): () => void;
}

/** Changes of each resource over which a watch can resume: few, so that it sometimes cannot. */
const HISTORY = 60;
/** What the scheduler asks for of these is there; the others cost steps, and no decision here hangs on them. */
const SERVED_GROUPS = ['apps', 'coordination.k8s.io', 'events.k8s.io'];
const SERVED_CORE = ['namespaces', 'nodes', 'pods', 'replicationcontrollers', 'services', 'events'];

export class ApiServer {
  readonly store = new Store(HISTORY);
  readonly #pager = new Pager();

  /** Carries a request out. */
  answer(request: Outgoing): ServerAnswer {
    try {
      return this.#answer(apiRequestOf(request));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.code, body: JSON.stringify(error.toStatus()) };
    }
  }

  /** Begins a watch, or says why there is none. */
  watch(request: Outgoing): WatchSubscription | ServerAnswer {
    try {
      const { path, query } = apiRequestOf(request);
      const target = targetOf(path);
      const { resource } = target;
      const selects = selection(target, query);
      const collection = this.store.collection(resource.name);
      const told = (change: Change) => watchLine(resource, change, selects) ?? [];
      return {
        resource,
        timeoutSeconds: Number(query.get('timeoutSeconds')),
        first: collection.changesSince(Number(query.get('resourceVersion'))).flatMap(told),
        bookmark: () => bookmarkLine(resource, this.store.version),
        subscribe: (tell) => collection.subscribe((change) => [told(change)].flat().forEach(tell)),
      };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.code, body: JSON.stringify(error.toStatus()) };
    }
  }

  #answer(request: ApiRequest): ServerAnswer {
    const { method, path } = request;
    const described = method === 'GET' ? discover(path, undefined) : undefined;
    if (described !== undefined) return { status: 200, body: JSON.stringify(servedOf(described.body)) };
    const target = targetOf(path);
    const { name } = target;
    if (target.subresource !== undefined && target.subresource !== 'status')
      return subresource(this.store, { ...target, name: name! }, request);
    if (method === 'GET') return read(this.store, this.#pager, target, request, 'object');
    return write(this.store, target, request);
  }
}

/** A path of the API, and what is asked of it. */
export function apiRequestOf({ method, path, headers, contentType, payload = '' }: Outgoing): ApiRequest {
  const url = new URL(path, 'http://api');
  return {
    ...{ method, path: url.pathname, query: url.searchParams },
    headers: { ...headers, ...(contentType !== undefined && { 'content-type': contentType }) },
    body: Buffer.from(payload),
  };
}

function servedOf(document: object): object {
  const {
    groups,
    resources,
    groupVersion: version,
  } = document as {
    groups?: { name: string }[];
    resources?: { name: string }[];
    groupVersion?: string;
  };
  if (groups !== undefined)
    return { ...document, groups: groups.filter(({ name }) => SERVED_GROUPS.includes(name)) };
  if (resources === undefined || version !== 'v1') return document;
  const isServed = ({ name }: { name: string }) => SERVED_CORE.includes(name.split('/')[0]!);
  return { ...document, resources: resources.filter(isServed) };
}

function watchLine(
  resource: Resource,
  change: Change,
  selects: Predicate | undefined,
): WatchLine | undefined {
  const type = changeType(change, selects);
  if (type === undefined) return undefined;
  const { object } = change.last;
  const { json } =
    resource.convert === undefined ? change.last : { json: JSON.stringify(resource.convert.read(object)) };
  return { type, object, version: change.version, line: `{"type":"${type}","object":${json}}\n` };
}

function bookmarkLine(resource: Resource, version: number): WatchLine {
  const object = {
    kind: resource.kind,
    apiVersion: groupVersion(resource),
    metadata: { resourceVersion: String(version), creationTimestamp: null },
  };
  return { type: 'BOOKMARK', version, line: `${JSON.stringify({ type: 'BOOKMARK', object })}\n` };
}
