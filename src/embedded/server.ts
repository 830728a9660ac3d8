// A Kubernetes API in memory, on loopback HTTP: enough of it for a scheduler, its tests, and kubectl get.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiObject, Binding } from '../api/types.ts';
import type { Stored } from './collection.ts';
import { discover } from './discovery.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { countParameter, Pager } from './lists.ts';
import { groupVersion, resourceOfPath, type Resource } from './resources.ts';
import { fieldPredicate, labelPredicate, type Predicate } from './selectors.ts';
import { Store } from './store.ts';
import { toTable } from './table.ts';
import { serveWatch } from './watchers.ts';

export interface EmbeddedOptions {
  /** 0 takes any free port. */
  port?: number;
  /** Changes of each resource that a watch can resume over. */
  historyLimit?: number;
  faults?: Faults;
}

export interface Embedded {
  url: string;
  store: Store;
  close(): Promise<void>;
}

/** Where a request goes. */
interface Target {
  resource: Resource;
  /** Empty for all namespaces, and for what has none. */
  namespace: string;
  name: string | undefined;
  subresource: string | undefined;
}

interface Answer {
  status: number;
  body: string;
}

const WATCH_SECONDS = 1800;
const HISTORY_LIMIT = 16_384;
const PATH =
  /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))(?:\/namespaces\/([^/]+)(?=\/[^/]+))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/;

/** Serves an empty cluster until close(). Throws when the port is taken. */
export async function serveEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  const { port = 0, historyLimit = HISTORY_LIMIT, faults } = options;
  const api = new Api(new Store(historyLimit), faults);
  const server = createServer((request, response) => void api.serve(request, response));
  // Longer than clients keep idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store: api.store,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

class Api {
  readonly store: Store;
  readonly #faults: Faults | undefined;
  readonly #pager = new Pager();

  constructor(store: Store, faults: Faults | undefined) {
    this.store = store;
    this.#faults = faults;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const fault = this.#faults?.({ method, path: url });
    if (fault?.drop === 'request') {
      request.socket.destroy();
      return;
    }
    try {
      const text = method === 'GET' ? '' : await readText(request);
      if (fault?.status !== undefined)
        throw new ApiError(fault.status, 'Fault', `a fault of status ${fault.status}`);
      const answer = this.#answer(request, text, response, fault);
      if (answer === undefined) return;
      if (fault?.delayMs !== undefined) await delay(fault.delayMs);
      if (fault?.drop === 'answer') request.socket.destroy();
      else send(response, answer);
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
      if (fault?.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds);
      send(response, { status: failure.code, body: JSON.stringify(failure.toStatus()) });
    }
  }

  /** The answer, or undefined if the request is a watch, which answers for itself. */
  #answer(
    request: IncomingMessage,
    text: string,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Answer | undefined {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.replace(/\/$/, '');
    if (method === 'GET') {
      const document = discover(path);
      if (document !== undefined) return ok(JSON.stringify(document));
      if (path === '/healthz' || path === '/livez' || path === '/readyz') return ok('"ok"');
    }
    const target = parsePath(path);
    if (method !== 'GET') return this.#write(method, target, text, headers['content-type'] ?? '');

    const asTable = headers.accept?.includes('as=Table') ?? false;
    const { resource, namespace, name } = target;
    if (name !== undefined) {
      const stored = this.store.get(resource, namespace, name);
      if (!asTable) return ok(toJson(resource, stored));
      const { resourceVersion } = stored.object.metadata ?? {};
      return ok(JSON.stringify(toTable(resource, [stored.object], { resourceVersion })));
    }
    const query = url.searchParams;
    const selects = selection(target, query);
    if (!['1', 'true'].includes(query.get('watch') ?? '')) {
      return ok(this.#list(target, selects, query, asTable));
    }
    const since = countParameter(query, 'resourceVersion', 0);
    serveWatch(
      this.store.collection(resource.name),
      {
        resource,
        selects,
        since: since === 0 ? undefined : since,
        bookmarks: query.get('allowWatchBookmarks') === 'true',
        timeoutSeconds: countParameter(query, 'timeoutSeconds', WATCH_SECONDS),
        version: () => this.store.version,
        fault,
      },
      response,
    );
    return undefined;
  }

  #list(
    { resource }: Target,
    selects: Predicate | undefined,
    query: URLSearchParams,
    asTable: boolean,
  ): string {
    const limit = countParameter(query, 'limit', 0);
    const token = query.get('continue');
    const all = () => this.store.collection(resource.name).sorted();
    const page = token
      ? this.#pager.next(token, limit)
      : this.#pager.first(
          selects ? all().filter(({ object }) => selects(object)) : all(),
          this.store.version,
          limit,
        );
    const objects = page.items.map(({ object }) => object);
    if (asTable) return JSON.stringify(toTable(resource, objects, page.metadata));
    const head = {
      kind: `${resource.kind}List`,
      apiVersion: groupVersion(resource),
      metadata: page.metadata,
    };
    const items = page.items.map((stored) => toJson(resource, stored)).join(',');
    return `${JSON.stringify(head).slice(0, -1)},"items":[${items}]}`;
  }

  #write(method: string, target: Target, text: string, contentType: string): Answer {
    const { resource, namespace, name, subresource } = target;
    if (subresource === 'binding') {
      if (method !== 'POST') throw methodNotAllowed();
      this.store.bind(resource, namespace, name!, parseObject(text) as Binding);
      return created(
        JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
      );
    }
    if (method === 'POST' && name === undefined) {
      if (resource.namespaced && namespace === '') throw methodNotAllowed();
      return created(toJson(resource, this.store.create(resource, namespace, parseObject(text))));
    }
    if (name === undefined) throw methodNotAllowed();
    const part = subresource === 'status' ? 'status' : 'main';
    switch (method) {
      case 'PUT':
        return ok(toJson(resource, this.store.update(resource, namespace, name, parseObject(text), part)));
      case 'PATCH': {
        const strategic = contentType.startsWith('application/strategic-merge-patch+json');
        if (!strategic && !contentType.startsWith('application/merge-patch+json')) {
          throw new ApiError(415, 'UnsupportedMediaType', `patches of type "${contentType}" are not served`);
        }
        const patch = parseObject(text);
        return ok(toJson(resource, this.store.patch(resource, namespace, name, patch, { strategic, part })));
      }
      case 'DELETE':
        if (part === 'status') throw methodNotAllowed();
        return ok(toJson(resource, this.store.delete(resource, namespace, name)));
      default:
        throw methodNotAllowed();
    }
  }
}

function parsePath(path: string): Target {
  const [, core, group, namespace = '', resourceName = '', name, subresource] = PATH.exec(path) ?? [];
  const resource = resourceOfPath(core ?? group ?? '', resourceName);
  const known =
    subresource === undefined ||
    (subresource === 'status' && resource?.hasStatus) ||
    (subresource === 'binding' && resource?.name === 'pods');
  // An object is found by its namespace exactly if its resource has namespaces.
  if (
    resource === undefined ||
    !known ||
    (name !== undefined && resource.namespaced !== (namespace !== ''))
  ) {
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  }
  return { resource, namespace, name, subresource };
}

function selection({ resource, namespace }: Target, query: URLSearchParams): Predicate | undefined {
  // Selectors name the fields of the version that was asked for.
  const read = resource.convert?.read ?? ((object: ApiObject) => object);
  const byLabel = labelPredicate(query.get('labelSelector') ?? '');
  const byField = fieldPredicate(query.get('fieldSelector') ?? '', resource.fields);
  if (namespace === '' && byLabel === undefined && byField === undefined) return undefined;
  return (object) =>
    (namespace === '' || object.metadata?.namespace === namespace) &&
    (byLabel?.(object) ?? true) &&
    (byField?.(read(object)) ?? true);
}

function toJson({ convert }: Resource, stored: Stored): string {
  return convert ? JSON.stringify(convert.read(stored.object)) : stored.json;
}

function parseObject(text: string): ApiObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest('the body of the request is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('the body of the request is not an object');
  }
  return value;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function ok(body: string): Answer {
  return { status: 200, body };
}

function created(body: string): Answer {
  return { status: 201, body };
}

function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
