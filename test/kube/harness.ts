// An embedded API whose requests fail as a test orders, and a clock that does not make it wait.
import { onTestFinished } from 'vitest';
import type { Node, Pod } from '../../src/model/types.ts';
import type { Fault } from '../../src/dev/embedded/faults.ts';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { systemClock, type Clock } from '../../src/kube/clock.ts';
import type { PodReference } from '../../src/kube/pod-lookup.ts';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import { Transport, type TransportOptions } from '../../src/kube/transport.ts';

/** Time passes only by sleeping, and sleeping takes no time. */
export class TestClock implements Clock {
  readonly slept: number[] = [];
  #now = Date.parse('2026-01-01T00:00:00Z');

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Takes as long as it takes: what is due is not what a test waits for, or it says how soon. */
  after(ms: number, due: () => void): () => void {
    return systemClock.after(ms, () => {
      this.#now += ms;
      due();
    });
  }

  turn(): Promise<void> {
    return systemClock.turn();
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.#now += ms;
    // Lets I/O go on, as a real wait would.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface Harness {
  embedded: Embedded;
  transport: Transport;
  clock: TestClock;
  /** "METHOD path" of each request so far, without the query. */
  requests: string[];
  /** Makes the next requests that match fail, one fault each. */
  fail(method: string, path: RegExp, ...faults: Fault[]): void;
}

/** Starts both for the present test. */
export async function startHarness(
  options: TransportOptions & { historyLimit?: number } = {},
): Promise<Harness> {
  const { historyLimit, ...transportOptions } = options;
  const orders: { method: string; path: RegExp; faults: Fault[] }[] = [];
  const requests: string[] = [];
  const embedded = await serveEmbedded({
    historyLimit,
    faults: ({ method, path }) => {
      requests.push(`${method} ${path.split('?')[0]}`);
      const order = orders.find(
        (each) => each.method === method && each.path.test(path) && each.faults.length > 0,
      );
      return order?.faults.shift();
    },
  });
  const clock = new TestClock();
  const transport = new Transport(anonymousCredentials(embedded.url), {
    clock,
    random: () => 0,
    ...transportOptions,
  });
  onTestFinished(async () => {
    await transport.close();
    await embedded.close();
  });
  return {
    embedded,
    transport,
    clock,
    requests,
    fail: (method, path, ...faults) => orders.push({ method, path, faults }),
  };
}

export function nodeObject(name: string): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name } };
}

export function podObject(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [] },
  };
}

/** Loads a pod and returns it as the server holds it. */
export function loadPod({ embedded }: Harness, name: string): Pod {
  embedded.store.load([podObject(name)]);
  return storedPod(embedded, name);
}

export function storedPod(embedded: Embedded, name: string): Pod {
  return embedded.store.collection('pods').get(`default/${name}`)!.object;
}

export function referenceOf({ metadata }: Pod): PodReference {
  return { namespace: metadata!.namespace!, name: metadata!.name!, uid: metadata!.uid! };
}
