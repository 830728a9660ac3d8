// The scheduler as it runs: it watches an API server, lets the cycle decide, binds, and tells what it did. The only part
// that reads the clock and talks to the server; all decisions are the cycle's.
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import { Cluster } from '../cluster/cluster.ts';
import type { Configuration, Profile } from '../config/types.ts';
import { CONSTRAINT_KINDS, helps, selectorsOf } from '../constraints/index.ts';
import { SchedulerMetrics } from '../control/metrics.ts';
import type {
  Check,
  ClassRecord,
  ControlledScheduler,
  CorrespondenceRecord,
  CycleRecord,
  SchedulerState,
} from '../control/types.ts';
import { SchedulingCycle, type Placement, type TurnOutcome } from '../cycle.ts';
import { loadKernel } from '../kernel/builds.ts';
import { Binder, type BindOutcome } from '../kube/binder.ts';
import { EventRecorder } from '../kube/events.ts';
import { PodConditionWriter } from '../kube/pod-condition.ts';
import { watch, type Watch, type WatchHandler } from '../kube/reflector.ts';
import { SCHEDULER_RESOURCES } from '../kube/resources.ts';
import type { Transport } from '../kube/transport.ts';
import { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { QueueRow, SharedEvent } from '../queue/types.ts';
import type { ApiObject } from '../api/types.ts';
import { NodeFeed } from './node-feed.ts';
import { PodFeed } from './pod-feed.ts';
import { countTurn, CycleMeter, CycleRecords } from './records.ts';
import { ObjectFeed } from './object-feed.ts';
import { Pulse } from './pulse.ts';

export interface SchedulerOptions {
  transport: Transport;
  configuration: Configuration;
  log: Logger;
}

/** How long decisions may keep the process from its other work. */
const DECISION_SLICE_MS = 10;
const BEST_NODES_SHOWN = 10;

export class Scheduler implements ControlledScheduler {
  readonly #log: Logger;
  readonly #configuration: Configuration;
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #cluster: Cluster;
  readonly #queue: SchedulingQueue;
  readonly #cycle: SchedulingCycle;
  readonly #binder: Binder;
  readonly #events: EventRecorder;
  readonly #conditions: PodConditionWriter;
  readonly #metrics = new SchedulerMetrics();
  readonly #records = new CycleRecords();
  readonly #pulse = new Pulse();
  readonly #transport: Transport;
  /** When each pod that is being bound was drained. */
  readonly #attemptStarts = new Map<string, number>();
  #watches: Watch[] = [];
  #meter?: CycleMeter;
  #synced = false;
  #paused = false;
  #stopped = false;
  #loop?: Promise<void>;
  #failure?: string;
  #droppedEvents = 0;

  constructor({ transport, configuration, log }: SchedulerOptions) {
    this.#log = log;
    this.#transport = transport;
    this.#configuration = configuration;
    this.#profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, profile]));
    const kernel = loadKernel();
    this.#cluster = new Cluster(
      kernel.arena,
      { selectorsOf, kinds: CONSTRAINT_KINDS },
      configuration.profiles[0]!.args.EquivalenceClasses.seed,
    );
    this.#queue = new SchedulingQueue({
      now: () => performance.now(),
      initialBackoffMs: configuration.podInitialBackoffSeconds * 1000,
      maxBackoffMs: configuration.podMaxBackoffSeconds * 1000,
      helps: (event, pod, plugins) => {
        const profile = this.#profiles.get(pod.spec?.schedulerName ?? 'default-scheduler');
        return profile !== undefined && helps(event, pod, plugins, { cluster: this.#cluster, profile });
      },
      onIncoming: (queue, event, pods) => this.#metrics.incoming(queue, event, pods),
    });
    this.#cycle = new SchedulingCycle({
      kernel,
      cluster: this.#cluster,
      queue: this.#queue,
      profiles: this.#profiles,
      binder: { bind: (placement) => void this.#bind(placement) },
      onPhase: (phase) => this.#meter?.enter(phase),
    });
    const onError = (error: Error) => log.warn({ error: error.message }, 'a write failed');
    this.#binder = new Binder({ transport });
    this.#events = new EventRecorder({ transport, onError });
    this.#conditions = new PodConditionWriter({ transport, onError });
  }

  /** Lists what there is, and schedules from then on. Resolves when the lists are in. */
  async start(): Promise<void> {
    const notify = (event: SharedEvent) => {
      if (this.#queue.event(event) > 0) this.#pulse.beat();
    };
    const onError = (error: Error) => this.#log.warn({ error: error.message }, 'watching the API server');
    const { cluster, queue, cycle } = { cluster: this.#cluster, queue: this.#queue, cycle: this.#cycle };
    const isOurs = (name: string) => this.#profiles.has(name);
    const nodes = new NodeFeed({ cluster, notify, onError });
    const pods = new PodFeed({ cluster, queue, cycle, isOurs, notify });
    const handlerOf = (kind: string): WatchHandler<ApiObject> => {
      if (kind === 'Node') return nodes;
      if (kind === 'Pod') return withPulse(pods, this.#pulse);
      return new ObjectFeed({ kind, cluster, notify });
    };
    // services and controllers first: the classes of pods depend on them
    const ordered = [...SCHEDULER_RESOURCES].sort((one, two) => order(one.kind) - order(two.kind));
    for (const resource of ordered) {
      const { kind, path } = resource;
      const query = 'query' in resource ? resource.query : undefined;
      const started = watch({ transport: this.#transport, path, query, handler: handlerOf(kind), onError });
      this.#watches.push(started);
      await started.synced;
    }
    this.#synced = true;
    this.#log.info({ nodes: cluster.nodes.count, pods: cluster.podCount, ...this.#queue.counts() }, 'synced');
    this.#loop = this.#run().catch((error: Error) => {
      this.#failure = error.message;
      this.#log.fatal({ error: error.stack }, 'the scheduling loop has ended');
    });
  }

  /** Ends after the decisions at hand; bindings that were sent are waited for. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pulse.beat();
    await this.#loop;
    await Promise.all(this.#watches.map((one) => one.stop()));
    while (this.#cycle.bindingCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#events.stop();
    this.#conditions.stop();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const wakeup = this.#queue.nextWakeup();
      if (this.#paused || this.#queue.counts().active === 0) {
        const isDue = wakeup !== undefined && wakeup <= performance.now();
        if (this.#paused || !isDue)
          await this.#pulse.wait(this.#paused ? undefined : wakeup, () => performance.now());
        if (this.#stopped || this.#paused) continue;
        await this.#collect();
      }
      if (!this.#paused) await this.#runCycle();
    }
  }

  /** Lets pods come together: for the period, or for as long as what has arrived already takes to be read. */
  async #collect(): Promise<void> {
    const { period } = this.#configuration.profiles[0]!.args.EquivalenceClasses;
    if (period > 0) await new Promise((resolve) => setTimeout(resolve, period * 1000));
    else await new Promise((resolve) => setImmediate(resolve));
  }

  async #runCycle(): Promise<CycleRecord> {
    const record = this.#records.begin(new Date());
    const begin = performance.now();
    const passes = this.#cycle.correspondences.passes;
    const classes = new Set<string>();
    const meter = new CycleMeter(() => performance.now());
    this.#meter = meter;
    let slice = begin;
    const turns = this.#cycle.run();
    for (;;) {
      let turn: IteratorResult<TurnOutcome, void>;
      try {
        turn = turns.next();
      } catch (error) {
        this.#log.error({ error: (error as Error).message }, 'a cycle failed; its pods are tried again');
        break;
      }
      meter.enter(undefined);
      if (turn.done) break;
      countTurn(record, turn.value, classes);
      this.#tell(turn.value, begin);
      if (performance.now() - slice > DECISION_SLICE_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        slice = performance.now();
      }
    }
    record.durationMs = Math.round((performance.now() - begin) * 1000) / 1000;
    record.filterPasses = this.#cycle.correspondences.passes - passes;
    record.phasesMs = meter.phasesMs;
    if (record.pods === 0) {
      this.#records.count--;
      return record;
    }
    this.#records.add(record);
    this.#metrics.cycle({ classes: classes.size, decisions: record.pods, filterPasses: record.filterPasses });
    this.#log.info(record, 'cycle');
    return record;
  }

  /** Says of the pods that wait why they do. */
  #tell({ turn, placed, waiting, refusal }: TurnOutcome, begin: number): void {
    for (const { pod } of placed) this.#attemptStarts.set(pod.key, begin);
    const { schedulerName } = turn.class.context.profile;
    const seconds = (performance.now() - begin) / 1000;
    for (const { pod } of waiting) {
      this.#metrics.attempt('unschedulable', schedulerName, seconds);
      this.#events.failedScheduling(pod, refusal!.message);
      this.#conditions.unscheduled(pod, { reason: 'Unschedulable', message: refusal!.message });
    }
  }

  async #bind({ pod, node }: Placement): Promise<void> {
    const begin = performance.now();
    const { namespace = 'default', name = '', uid = '' } = pod.pod.metadata ?? {};
    const outcome = await this.#binder.bind({ namespace, name, uid }, node);
    const profile = pod.pod.spec?.schedulerName ?? 'default-scheduler';
    const isBound = outcome.type === 'bound';
    const now = performance.now();
    this.#metrics.extensionPoint('Bind', isBound ? 'Success' : 'Error', profile, (now - begin) / 1000);
    this.#metrics.attempt(
      isBound ? 'scheduled' : 'error',
      profile,
      (now - (this.#attemptStarts.get(pod.key) ?? begin)) / 1000,
    );
    this.#attemptStarts.delete(pod.key);
    if (isBound) {
      this.#cycle.bound(pod.key);
      this.#cluster.dropPending(pod.key);
      this.#events.scheduled(pod.pod, node);
      this.#metrics.bound((now - (pod.firstAttempt ?? begin)) / 1000, pod.attempts);
    } else {
      this.#bindingFailed(pod.key, pod.pod, node, outcome);
    }
  }

  #bindingFailed(
    key: string,
    pod: Placement['pod']['pod'],
    node: string,
    outcome: Exclude<BindOutcome, { type: 'bound' }>,
  ): void {
    const message = `binding ${key} to ${node}: ${outcome.message}`;
    this.#log.warn({ pod: key, node, outcome: outcome.type, error: outcome.message }, 'a binding failed');
    this.#cycle.bindingFailed(key, message);
    if (outcome.type === 'gone') {
      this.#queue.delete(key, pod.metadata?.uid ?? '');
    } else {
      this.#events.failedScheduling(pod, message);
      this.#conditions.unscheduled(pod, { reason: 'SchedulerError', message });
    }
    this.#pulse.beat();
  }

  live(): Check[] {
    return [{ name: 'loop', failure: this.#failure }];
  }

  ready(): Check[] {
    return [{ name: 'caches', failure: this.#synced ? undefined : 'the first lists are not in yet' }];
  }

  configuration(): unknown {
    return this.#configuration;
  }

  state(): SchedulerState {
    return {
      paused: this.#paused,
      cycles: this.#records.count,
      classes: this.#classCounts().size,
      correspondences: this.#cycle.correspondences.size,
      queue: this.#queue.counts(),
    };
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pulse.beat();
  }

  async step(cycles: number): Promise<CycleRecord[]> {
    const records: CycleRecord[] = [];
    for (let n = 0; n < cycles; n++) records.push(await this.#runCycle());
    return records.filter(({ pods }) => pods > 0);
  }

  cycles(limit: number): CycleRecord[] {
    return this.#records.list(limit);
  }

  queue(limit: number): QueueRow[] {
    return this.#queue.snapshot(limit);
  }

  classes(limit: number): ClassRecord[] {
    return [...this.#classCounts().values()].slice(0, limit);
  }

  correspondences(limit: number): CorrespondenceRecord[] {
    const records: CorrespondenceRecord[] = [];
    for (const { correspondence, open } of this.#cycle.correspondences.list()) {
      if (records.length === limit) break;
      records.push({
        classIndex: correspondence.class.index,
        feasibleNodes: correspondence.feasible,
        bestNodes: correspondence.best(BEST_NODES_SHOWN).map(({ node }) => node),
        openPods: open,
      });
    }
    return records;
  }

  metrics(): Registry {
    const { dropped } = this.#events.counts;
    this.#metrics.eventsDropped(dropped - this.#droppedEvents);
    this.#droppedEvents = dropped;
    this.#metrics.observe({
      pending: this.#queue.counts(),
      rejections: this.#queue.rejections(),
      correspondences: this.#cycle.correspondences.size,
    });
    return this.#metrics.registry;
  }

  #classCounts(): Map<string, ClassRecord> {
    const records = new Map<string, ClassRecord>();
    for (const { pod, key } of this.#queue.pods()) {
      const index = this.#cycle.classOf(pod)?.index;
      if (index === undefined) continue;
      const record = records.get(index);
      if (record !== undefined) {
        record.pods++;
        continue;
      }
      const hashes = { general: index.slice(0, 16), resources: index.slice(16, 32), rule: index.slice(32) };
      records.set(index, { index, pods: 1, hashes, masterPod: key });
    }
    return records;
  }
}

function order(kind: string): number {
  return kind === 'Pod' ? 2 : kind === 'Node' ? 1 : 0;
}

/** Lets the loop look at the queue after each thing that the handler was told. */
function withPulse<T>(handler: WatchHandler<T>, pulse: Pulse): WatchHandler<ApiObject> {
  const beating =
    <A>(tell: (argument: A) => void) =>
    (argument: A) => {
      tell(argument);
      pulse.beat();
    };
  return {
    replace: beating((items) => handler.replace(items as T[])),
    added: beating((item) => handler.added(item as T)),
    modified: beating((item) => handler.modified(item as T)),
    deleted: beating((item) => handler.deleted(item as T)),
  };
}
