// The real scheduler on an embedded API over HTTP, and what a test asks of both.
import { pino } from 'pino';
import { expect, onTestFinished, vi } from 'vitest';
import { objectKey, type ApiObject, type Event, type Node, type Pod } from '../../src/model/types.ts';
import type { Arena } from '../../src/state/columns/arena.ts';
import type { Cluster } from '../../src/state/cluster.ts';
import type { Configuration } from '../../src/config/types.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import { controlApi } from '../../src/control/api.ts';
import type { Fault } from '../../src/dev/embedded/faults.ts';
import { resourceOfObject, type Resource } from '../../src/dev/embedded/schema/resources.ts';
import type { Store } from '../../src/dev/embedded/store/store.ts';
import type { Clock } from '../../src/kube/clock.ts';
import type { Leadership } from '../../src/kube/leader-election.ts';
import { Scheduler } from '../../src/run/scheduler.ts';
import {
  configuration,
  node as nodeShape,
  pod as podShape,
  type NodeShape,
  type PodShape,
} from '../cycle/fixtures.ts';
import { differences } from '../state/audit.ts';
import { startHarness, type Harness } from '../kube/harness.ts';

/** A generous limit: conditions are waited for, and no test says how fast anything is. */
const LIMIT_MS = 20_000;
vi.setConfig({ testTimeout: 3 * LIMIT_MS });

/** Repeats the assertions until they hold. */
export function eventually(assertions: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertions, { timeout: LIMIT_MS, interval: 5 });
}

export function node(name: string, shape?: NodeShape): Node {
  return { apiVersion: 'v1', kind: 'Node', ...nodeShape(name, shape) };
}

export function pod(name: string, shape?: PodShape): Pod {
  return { apiVersion: 'v1', kind: 'Pod', ...podShape(name, shape) };
}

export interface SetUp {
  objects?: ApiObject[];
  args?: Partial<EquivalenceClassesArgs>;
  /** Arguments of other plugins. */
  pluginConfig?: { name: string; args: unknown }[];
  /** Takes the place of one profile with these arguments. */
  configuration?: Configuration;
  /** A pod's first wait after a failed attempt; it doubles. */
  backoffSeconds?: number;
  /** So many nodes that the columns are not audited after each cycle. */
  isLarge?: boolean;
  leadership?: Leadership;
  /** Of the scheduler; the machine's without it. */
  clock?: Clock;
  /** Called before the scheduler starts. */
  before?: (harness: Harness) => void;
}

/** Starts a scheduler on a cluster that holds the objects; both end with the test. */
export async function startScheduler(setUp: SetUp = {}): Promise<Running> {
  const harness = await startHarness();
  harness.embedded.store.load(setUp.objects ?? []);
  setUp.before?.(harness);
  const running = new Running(harness, setUp);
  await running.restart();
  return running;
}

export class Running {
  readonly harness: Harness;
  readonly store: Store;
  /** What was logged, one object a line. */
  readonly log: Record<string, unknown>[] = [];
  scheduler!: Scheduler;
  readonly #setUp: SetUp;
  #arena?: Arena;

  constructor(harness: Harness, setUp: SetUp = {}) {
    this.harness = harness;
    this.store = harness.embedded.store;
    this.#setUp = setUp;
  }

  /** Starts a new scheduler, which knows nothing of what an earlier one did. */
  async restart(): Promise<void> {
    const { args, pluginConfig, leadership, clock, backoffSeconds = 0.02 } = this.#setUp;
    const settings = this.#setUp.configuration ?? configuration(args, pluginConfig);
    settings.podInitialBackoffSeconds = backoffSeconds;
    settings.podMaxBackoffSeconds = 10 * backoffSeconds;
    const log = pino(
      { base: null },
      { write: (line) => this.log.push(JSON.parse(line) as Record<string, unknown>) },
    );
    const { transport } = this.harness;
    const faults = new Set<string>();
    const afterCycle = (cluster: Cluster) => {
      this.#arena = cluster.nodes.columns.arena;
      for (const fault of this.#setUp.isLarge ? [] : differences(cluster)) faults.add(fault);
    };
    const scheduler = new Scheduler({
      ...{ transport, configuration: settings, leadership, clock, log, afterCycle },
    });
    this.scheduler = scheduler;
    onTestFinished(async () => {
      await scheduler.stop();
      expect([...faults]).toEqual([]);
    });
    await scheduler.start();
  }

  /** Bytes of the kernel's memory that are in use; known after the first cycle. */
  get usedBytes(): number {
    return this.#arena!.usedBytes;
  }

  /** Lets the next bindings of the pod fail, one fault each. */
  failBinding(name: string, ...faults: Fault[]): void {
    this.harness.fail('POST', new RegExp(`/pods/${name}/binding$`), ...faults);
  }

  pod(name: string): Pod | undefined {
    return this.store.collection('pods').get(`ns/${name}`)?.object;
  }

  nodeOf(name: string): string | undefined {
    return this.pod(name)?.spec?.nodeName;
  }

  /** The name of each node, with how many pods it has. */
  podsByNode(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { object } of this.store.collection('pods').sorted()) {
      const name = (object as Pod).spec?.nodeName;
      if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /** How often a binding of the pod was sent. */
  bindingsSent(name: string): number {
    return this.harness.requests.filter((request) => request.endsWith(`/pods/${name}/binding`)).length;
  }

  /** The messages of the pod's events of a reason. */
  messages(name: string, reason: string): string[] {
    return this.store
      .collection('events')
      .sorted()
      .map(({ object }) => object as Event)
      .filter((event) => event.involvedObject.name === name && event.reason === reason)
      .map(({ message }) => message ?? '');
  }

  condition(name: string) {
    return this.pod(name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  }

  delete(object: ApiObject): void {
    this.store.delete(resourceOf(object), namespaceOf(object), object.metadata!.name!);
  }

  /** Replaces an object, or its status. */
  update(object: Pod | Node, part: 'main' | 'status' = 'main'): void {
    this.store.update(resourceOf(object), namespaceOf(object), object.metadata!.name!, object, part);
  }

  /** Waits until each of the pods has a node, and the scheduler knows it. */
  bound(...names: string[]): Promise<void> {
    return eventually(() => {
      const queued = new Set(this.scheduler.queue(10_000).map(({ key }) => key));
      const waiting = names.filter((name) => this.nodeOf(name) === undefined || queued.has(`ns/${name}`));
      expect(waiting).toEqual([]);
    });
  }

  /** Waits until the pod is parked as unschedulable, and the verdict is written. */
  async waits(...names: string[]): Promise<void> {
    for (const name of names) {
      await eventually(() => {
        const row = this.scheduler.queue(1000).find(({ key }) => key === `ns/${name}`);
        expect(row?.queue).toBe('unschedulable');
        expect(this.condition(name)?.status).toBe('False');
      });
    }
  }

  /** The answer of the control API, parsed where it is JSON. */
  async control(path: string, method = 'GET'): Promise<any> {
    const response = await controlApi(this.scheduler).request(path, { method });
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return isJson ? response.json() : response.text();
  }

  /** The sum of a metric over all its labels that match, as /metrics shows it. */
  async metric(name: string, labels: Record<string, string> = {}): Promise<number> {
    const metrics = await this.scheduler.metrics().getMetricsAsJSON();
    const values = metrics.find((metric) => metric.name === name)?.values ?? [];
    return values
      .filter((value) => Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** What the log says of a kind, without the time and the level. */
  logged(message: string): Record<string, unknown>[] {
    return this.log
      .filter(({ msg }) => msg === message)
      .map((line) =>
        Object.fromEntries(Object.entries(line).filter(([key]) => !['time', 'level', 'msg'].includes(key))),
      );
  }
}

function resourceOf(object: ApiObject): Resource {
  const resource = resourceOfObject(object);
  if (resource === undefined) throw new Error(`no resource of kind ${object.kind}`);
  return resource;
}

function namespaceOf(object: ApiObject): string {
  return object.kind === 'Node' ? '' : objectKey(object).split('/')[0]!;
}

/** A fault of this status; before it, something happens at the API server. */
export function after(happening: () => void, status: number): Fault {
  let happened = false;
  return {
    get status() {
      if (!happened) happening();
      happened = true;
      return status;
    },
  };
}
