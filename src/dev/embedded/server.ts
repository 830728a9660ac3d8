// A Kubernetes API in memory, on loopback HTTP: enough of it for schedulers, their tests, and kubectl.
//
//   request -> faults -> discovery, OpenAPI
//                     -> reads: one object, list, watch       -> as objects, tables, or metadata
//                     -> writes: decode -> patch -> admission -> store
//                     -> subresources, reviews
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isObject } from '../../model/shape.ts';
import { strangerIn } from '../../control/loopback.ts';
import { created, formOf, ok, send, type Answer } from './http/answer.ts';
import { ApiError, badRequest, methodNotAllowed } from './http/errors.ts';
import { startControllers } from './controllers/controllers.ts';
import type { Fault, Faults } from './faults.ts';
import { bodyOf, readRequest, targetOf, type ApiRequest } from './http/request.ts';
import { isWatch, read, watch } from './reads.ts';
import { discover } from './schema/discovery.ts';
import { openApi } from './schema/openapi.ts';
import { groupVersion, REVIEWS } from './schema/resources.ts';
import { Pager } from './store/lists.ts';
import { Store } from './store/store.ts';
import { reviewed } from './subresources/reviews.ts';
import { subresource } from './subresources/subresources.ts';
import { write } from './writes.ts';

export interface EmbeddedOptions {
  /** 0 takes any free port. */
  port?: number;
  /** Changes of each resource that a watch can resume over. */
  historyLimit?: number;
  faults?: Faults;
  /** Whether Deployments and the like get their pods, and pods that are bound run. */
  controllers?: boolean;
}

export interface Embedded {
  url: string;
  store: Store;
  close(): Promise<void>;
}

const HISTORY_LIMIT = 16_384;
const HEALTH = ['/healthz', '/livez', '/readyz'];

/** Serves an empty cluster until close(). Throws when the port is taken. */
export async function serveEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  const { port = 0, historyLimit = HISTORY_LIMIT, faults, controllers = false } = options;
  const api = new Api(new Store(historyLimit), faults);
  const server = createServer((request, response) => void api.serve(request, response));
  // Longer than clients keep idle connections, so that none is closed under a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const stopControllers = controllers ? startControllers(api.store) : () => {};
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store: api.store,
    close: () =>
      new Promise((resolve) => {
        stopControllers();
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

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const fault = this.#faults?.({ method, path: url });
    if (fault?.drop === 'request') {
      incoming.socket.destroy();
      return;
    }
    try {
      const stranger = strangerIn(incoming.headers);
      if (stranger !== undefined) throw new ApiError(403, 'Forbidden', stranger);
      const request = await readRequest(incoming);
      if (fault?.strange !== undefined) {
        send(response, { status: fault.status ?? 200, body: fault.strange });
        return;
      }
      if (fault?.status !== undefined)
        throw new ApiError(fault.status, 'Fault', `a fault of status ${fault.status}`);
      const answer = this.#answer(request, response, fault);
      if (answer === undefined) return;
      if (fault?.delayMs !== undefined) await delay(fault.delayMs);
      if (fault?.drop === 'answer') incoming.socket.destroy();
      else send(response, answer);
    } catch (error) {
      const failure = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      if (fault?.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds);
      send(response, { status: failure.code, body: JSON.stringify(failure.toStatus()) });
    }
  }

  /** The answer, or undefined if the request is a watch, which answers for itself. Throws ApiError. */
  #answer(request: ApiRequest, response: ServerResponse, fault: Fault | undefined): Answer | undefined {
    const { method, path } = request;
    if (method === 'GET') {
      const document = this.#document(request);
      if (document !== undefined) return document;
    }
    const review = this.#review(request);
    if (review !== undefined) return review;
    const target = targetOf(path);
    const { name } = target;
    if (target.subresource !== undefined && target.subresource !== 'status') {
      return subresource(this.store, { ...target, name: name! }, request);
    }
    if (method !== 'GET') return write(this.store, target, request);
    const form = formOf(request.headers.accept);
    if (!isWatch(request)) return read(this.store, this.#pager, target, request, form);
    watch(this.store, target, request, form, response, fault);
    return undefined;
  }

  /** What describes the API itself. */
  #document({ path, headers }: ApiRequest): Answer | undefined {
    if (HEALTH.includes(path)) return { status: 200, body: 'ok', contentType: 'text/plain; charset=utf-8' };
    const described = discover(path, headers.accept);
    if (described !== undefined) {
      const { body, contentType } = described;
      return { ...ok(JSON.stringify(body)), ...(contentType && { contentType }) };
    }
    const schema = openApi(path);
    if (schema === undefined) return undefined;
    formOf(headers.accept);
    return ok(JSON.stringify(schema));
  }

  #review(request: ApiRequest): Answer | undefined {
    const review = REVIEWS.find((one) => request.path === `/apis/${groupVersion(one)}/${one.name}`);
    if (review === undefined) return undefined;
    if (request.method !== 'POST') throw methodNotAllowed();
    const sent = bodyOf(request);
    if (!isObject(sent)) throw badRequest('the body of the request is not an object');
    return created(JSON.stringify(reviewed(review, sent)));
  }
}
