// What a watch of all pods tells: which there are now, which of them were tried, and when each was seen bound.
import { Pool } from 'undici';
import type { Pod } from '../../src/model/types.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';

export interface Seen {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  isBound: boolean;
  isTried: boolean;
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'ERROR' | 'BOOKMARK';
  object: Pod & { message?: string };
}

export class PodsSeen {
  /** Told of each pod when it is first seen with a node. */
  readonly onBound = new Set<(pod: Seen) => void>();
  readonly #pods = new Map<string, Seen>();
  readonly #pool: Pool;
  readonly #token: string;
  readonly #ended: Promise<void>;
  #version: string;
  #error: unknown;
  #isClosed = false;

  private constructor(pool: Pool, token: string, version: string) {
    this.#pool = pool;
    this.#token = token;
    this.#version = version;
    this.#ended = this.#watch().catch((error: unknown) => {
      if (!this.#isClosed) this.#error = error;
    });
  }

  /** Watches from now on; there are no pods yet. */
  static async start({ server, ca, token, client }: ControlPlane): Promise<PodsSeen> {
    const { metadata } = await client.json<{ metadata: { resourceVersion: string } }>(
      'GET',
      '/api/v1/pods?limit=1',
    );
    const pool = new Pool(server, { connections: 1, connect: { ca }, bodyTimeout: 0 });
    return new PodsSeen(pool, token, metadata.resourceVersion);
  }

  /** @throws Error when the watch has failed */
  check(): void {
    if (this.#error !== undefined) throw new Error('the watch of pods has failed', { cause: this.#error });
  }

  /** Those of a namespace, or of all, that have the labels. */
  list(namespace?: string, labels: Readonly<Record<string, string>> = {}): Seen[] {
    return [...this.#pods.values()].filter(
      (pod) => (namespace === undefined || pod.namespace === namespace) && hasLabels(pod, labels),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.destroy();
    await this.#ended;
  }

  async #watch(): Promise<void> {
    while (!this.#isClosed) {
      const path = `/api/v1/pods?watch=true&resourceVersion=${this.#version}`;
      const headers = { authorization: `Bearer ${this.#token}` };
      const { body, statusCode } = await this.#pool.request({ method: 'GET', path, headers });
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode}: ${await body.text()}`);
      body.setEncoding('utf8');
      let rest = '';
      for await (const chunk of body) {
        const lines = (rest + (chunk as string)).split('\n');
        rest = lines.pop()!;
        for (const line of lines) this.#take(JSON.parse(line) as WatchEvent);
      }
    }
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new Error(object.message);
    const { name, namespace, labels, resourceVersion } = object.metadata!;
    this.#version = resourceVersion!;
    const key = `${namespace}/${name}`;
    if (type === 'DELETED') {
      this.#pods.delete(key);
      return;
    }
    const known = this.#pods.get(key);
    const pod: Seen = {
      namespace: namespace!,
      name: name!,
      labels: labels ?? {},
      isBound: false,
      isTried: false,
    };
    pod.isBound = object.spec?.nodeName !== undefined;
    pod.isTried = object.status?.conditions?.some(({ type }) => type === 'PodScheduled') ?? false;
    this.#pods.set(key, pod);
    if (pod.isBound && !known?.isBound) for (const told of this.onBound) told(pod);
  }
}

export function hasLabels({ labels }: Seen, asked: Readonly<Record<string, string>>): boolean {
  return Object.entries(asked).every(([key, value]) => labels[key] === value);
}
