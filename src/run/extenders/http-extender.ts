// One extender: what it is asked over HTTP, and what its answers mean.
import { readFileSync } from 'node:fs';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { proxyFromEnvironment } from '../../kube/proxy.ts';
import type { Node, Pod } from '../../model/types.ts';
import type { Extender } from '../../config/types.ts';
import type { QueuedPod } from '../../queue/types.ts';

/** Nodes by name; the object is only needed by an extender that has no cache of its own. */
export interface AskedNode {
  name: string;
  node?: Node;
}

/** What a filter leaves, and what it says of the others. */
export interface FilterAnswer {
  left: Set<string>;
  failed: Map<string, string>;
  /** Where preemption would not help. */
  failedForGood: Map<string, string>;
}

/** kube-scheduler's greatest node score over an extender's. */
const SCORE_SCALE = 10;

export class HttpExtender {
  readonly config: Extender;
  /** The URL as messages name it: without the credentials that it may hold. */
  readonly name: string;
  readonly #url: string;
  readonly #authorization?: string;
  readonly #agent: Dispatcher;

  /** Throws when a file of its TLS configuration cannot be read. */
  constructor(config: Extender) {
    this.config = config;
    const url = new URL(config.urlPrefix);
    const { username, password } = url;
    if (username !== '' || password !== '') {
      const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    url.username = '';
    url.password = '';
    this.#url = url.href.replace(/\/+$/, '');
    this.name = this.#url;
    const timeout = config.timeoutSeconds * 1000;
    const [tls, uri] = [{ ...tlsOf(config), timeout }, proxyFromEnvironment(url)];
    const options = { headersTimeout: 0, bodyTimeout: 0 };
    this.#agent =
      uri === undefined
        ? new Agent({ ...options, connect: tls })
        : new ProxyAgent({ ...options, uri, requestTls: tls });
  }

  /** Whether it wants to be asked about the pod. */
  concerns(pod: Pod): boolean {
    const { managedResources } = this.config;
    if (managedResources.length === 0) return true;
    const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    return containers.some(({ resources }) =>
      managedResources.some(
        (name) => name in (resources?.requests ?? {}) || name in (resources?.limits ?? {}),
      ),
    );
  }

  /** Which of the nodes the pod may have. Rejects with what is wrong with the extender or its answer. */
  async filter(pod: Pod, nodes: readonly AskedNode[]): Promise<FilterAnswer> {
    const { filterVerb, nodeCacheCapable } = this.config;
    const result = objectIn(await this.#post(filterVerb, this.#args(pod, nodes)), this.name, filterVerb);
    const error = field(result, 'Error');
    if (typeof error === 'string' && error !== '') throw new Error(`extender ${this.name}: ${error}`);
    const names = field(result, 'NodeNames');
    const items = field(objectOrNothing(field(result, 'Nodes')), 'items');
    let left: string[] = [];
    if (nodeCacheCapable && names !== undefined) left = this.#strings(names, filterVerb);
    else if (items !== undefined) {
      if (!Array.isArray(items)) throw this.#nonsense(filterVerb);
      left = this.#strings(
        items.map((item) => field(objectOrNothing(field(objectOrNothing(item), 'metadata')), 'name')),
        filterVerb,
      );
    }
    const asked = new Set(nodes.map(({ name }) => name));
    for (const name of left) {
      if (asked.has(name)) continue;
      throw new Error(
        `extender "${this.name}" claims a filtered node "${name}" which is not found in the input node list`,
      );
    }
    return {
      left: new Set(left),
      failed: this.#reasons(field(result, 'FailedNodes')),
      failedForGood: this.#reasons(field(result, 'FailedAndUnresolvableNodes')),
    };
  }

  /** What is added to the totals of nodes. Rejects with what is wrong with the extender or its answer. */
  async prioritize(pod: Pod, nodes: readonly AskedNode[]): Promise<Map<string, number>> {
    const { prioritizeVerb, weight } = this.config;
    const result = await this.#post(prioritizeVerb, this.#args(pod, nodes));
    if (!Array.isArray(result)) throw this.#nonsense(prioritizeVerb);
    const scores = new Map<string, number>();
    for (const item of result) {
      const entry = objectIn(item, this.name, prioritizeVerb);
      const [host, score] = [field(entry, 'Host') ?? '', field(entry, 'Score') ?? 0];
      if (typeof host !== 'string' || !Number.isSafeInteger(score)) throw this.#nonsense(prioritizeVerb);
      scores.set(host, (scores.get(host) ?? 0) + (score as number) * weight * SCORE_SCALE);
    }
    return scores;
  }

  /** Has it bind the pod. Rejects with why it did not. */
  async bind({ pod, uid }: QueuedPod, node: string): Promise<void> {
    const { bindVerb } = this.config;
    const { namespace = 'default', name = '' } = pod.metadata ?? {};
    const args = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: node };
    const result = objectIn(await this.#post(bindVerb, args), this.name, bindVerb);
    const error = field(result, 'Error');
    if (typeof error === 'string' && error !== '') throw new Error(`extender ${this.name}: ${error}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #args(pod: Pod, nodes: readonly AskedNode[]): object {
    const { nodeCacheCapable } = this.config;
    return {
      Pod: pod,
      Nodes: nodeCacheCapable ? null : { metadata: {}, items: nodes.map(({ node }) => node) },
      NodeNames: nodeCacheCapable ? nodes.map(({ name }) => name) : null,
    };
  }

  async #post(verb: string, args: object): Promise<unknown> {
    const { timeoutSeconds } = this.config;
    const url = new URL(`${this.#url}/${verb}`);
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const { statusCode, body } = await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.#authorization && { authorization: this.#authorization }),
        },
        body: JSON.stringify(args),
        signal,
      });
      const text = await body.text();
      if (statusCode !== 200)
        throw new Error(`failed ${verb} with extender at URL ${url.href}, code ${statusCode}`);
      const answer = parsed(text);
      if (answer === undefined) throw this.#nonsense(verb);
      return answer;
    } catch (error) {
      if (signal.aborted)
        throw new Error(`extender ${this.name} did not answer ${verb} within ${timeoutSeconds}s`, {
          cause: error,
        });
      const { code, message } = error as Error & { code?: string };
      throw code === undefined
        ? error
        : new Error(`extender ${this.name}: ${verb}: ${message || code}`, { cause: error });
    }
  }

  #nonsense(verb: string): Error {
    return new Error(`extender ${this.name}: the answer to ${verb} cannot be understood`);
  }

  #strings(value: unknown, verb: string): string[] {
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw this.#nonsense(verb);
    return value;
  }

  #reasons(value: unknown): Map<string, string> {
    return new Map(Object.entries(objectOrNothing(value)).map(([node, reason]) => [node, String(reason)]));
  }
}

function tlsOf({ tls, urlPrefix }: Extender): object {
  const read = (file: string | undefined, data: string | undefined) => {
    if (data) return Buffer.from(data, 'base64');
    try {
      return file ? readFileSync(file) : undefined;
    } catch (error) {
      throw new Error(`extender ${new URL(urlPrefix).host}: tlsConfig: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  return {
    rejectUnauthorized: !tls.insecure,
    servername: tls.serverName,
    ca: read(tls.caFile, tls.caData),
    cert: read(tls.certFile, tls.certData),
    key: read(tls.keyFile, tls.keyData),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

type Fields = Record<string, unknown>;

function objectIn(value: unknown, extender: string, verb: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`extender ${extender}: the answer to ${verb} cannot be understood`);
}

function objectOrNothing(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A field as Go reads it: its name may be written in any case. */
function field(object: Fields, name: string): unknown {
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  // null stands for what is absent
  return key === undefined ? undefined : (object[key] ?? undefined);
}
