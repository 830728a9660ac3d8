// The scheduler as it runs: it watches an API server, lets the cycle decide, binds, and tells what it did. The only part
// that reads the clock and talks to the server; all decisions are the cycle's.
import type { Registry } from 'prom-client';
import type { Logger } from 'pino';
import { Cluster } from '../state/cluster.ts';
import type { Configuration } from '../config/types.ts';
import type { Framework } from '../plugins/framework.ts';
import { SchedulerMetrics } from '../control/metrics.ts';
import type {
  Check,
  ClassRecord,
  ControlledScheduler,
  CorrespondenceRecord,
  CycleRecord,
  EscrowRecord,
  SchedulerState,
} from '../control/types.ts';
import { SchedulingCycle } from '../cycle/cycle.ts';
import { loadKernel } from '../kernel/builds.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Extenders } from './extenders/extenders.ts';
import { systemClock, type Clock } from '../kube/clock.ts';
import { Lifetime } from '../kube/lifetime.ts';
import type { Transport } from '../kube/transport.ts';
import type { SchedulingQueue } from '../queue/scheduling-queue.ts';
import type { QueueRow, SharedEvent } from '../queue/types.ts';
import type { ApiObject, Pod } from '../model/types.ts';
import { Bindings } from './bindings.ts';
import { LogSummary } from './log-summary.ts';
import { Evictions } from './evictions.ts';
import { NodeFeed } from './node-feed.ts';
import { ObjectFeed } from './object-feed.ts';
import { PodFeed } from './pod-feed.ts';
import { earliest, Wakeup, wakingAfter } from './wakeup.ts';
import { countBatch, CycleMeter, CycleRecords } from './records.ts';
import { Health } from './health.ts';
import { labelOf } from './refused.ts';
import { ALONE, type Leadership } from '../kube/leader-election.ts';
import { isFleet, type Fleet } from '../kube/fleet/membership.ts';
import { makeQueue } from './queue.ts';
import { ShardQueue } from './shards/shard-queue.ts';
import { Shards } from './shards/shards.ts';
import { Reservations } from './reservation-api.ts';
import { classesIn, correspondencesIn, shownConfiguration } from './control-views.ts';
import { UnscheduledReporter } from './unscheduled-reporter.ts';
import { Watching } from './watching.ts';
import { CollectionPeriods } from './collection-periods.ts';

export interface SchedulerOptions {
  transport: Transport;
  configuration: Configuration;
  /** Nothing is decided or written before it has begun, and while it does not lead; alone without it. */
  leadership?: Leadership;
  log: Logger;
  clock?: Clock;
  /** Spreads what is tried again over time; from 0 up to 1. */
  random?: () => number;
  /** Told after each cycle. */
  afterCycle?: (cluster: Cluster) => void;
}

/** How long decisions may keep the process from its other work. */
const DECISION_SLICE_MS = 10;
/** How long a scheduler that is told to end waits for the answers to what it has sent. */
const LAST_ANSWERS_MS = 4_000;

export class Scheduler implements ControlledScheduler {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #leadership: Leadership;
  readonly #afterCycle: SchedulerOptions['afterCycle'];
  readonly #configuration: Configuration;
  readonly #profiles: ReadonlyMap<string, Framework>;
  readonly #cluster: Cluster;
  readonly #queue: SchedulingQueue;
  readonly #collectionPeriods: CollectionPeriods;
  readonly #cycle: SchedulingCycle;
  readonly #bindings: Bindings;
  readonly #evictions: Evictions;
  readonly #reservations: Reservations;
  readonly #extenders: Extenders;
  readonly #nodes: NodeFeed;
  readonly #pods: PodFeed;
  readonly #unscheduledReporter: UnscheduledReporter;
  readonly #metrics = new SchedulerMetrics();
  readonly #records = new CycleRecords();
  readonly #health = new Health();
  readonly #wakeup: Wakeup;
  readonly #logSummary: LogSummary;
  readonly #watching: Watching;
  /** Of several active replicas: what this one may decide. */
  #shards?: Shards;
  readonly #lifetime: Lifetime;
  #meter?: CycleMeter;
  /** The version of what the queue has active, when pods were last taken. */
  #activeVersionSeen = 0;
  readonly #onWriteFailed = ({ message }: Error): void =>
    this.#logSummary.failure('a write failed', { error: message });
  /** When the present cycle began, in monotonic milliseconds. */
  #cycleBegin = 0;
  #isInCycle = false;
  #synced = false;
  #paused = false;
  #loop?: Promise<void>;
  /** Cycles run one after another, whoever asks for them. */
  #lastCycle: Promise<unknown> = Promise.resolve();

  constructor(options: SchedulerOptions) {
    const { transport: connections, configuration, leadership = ALONE, log, afterCycle } = options;
    const { clock = systemClock, random = Math.random } = options;
    this.#lifetime = new Lifetime(() => leadership.isLeading);
    const transport = connections.during(this.#lifetime);
    this.#log = log;
    this.#clock = clock;
    this.#wakeup = new Wakeup(clock);
    this.#leadership = leadership;
    this.#afterCycle = afterCycle;
    this.#configuration = configuration;
    this.#profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, profile]));
    this.#collectionPeriods = new CollectionPeriods(configuration.profiles);
    const kernel = loadKernel();
    this.#cluster = new Cluster(
      kernel.arena,
      configuration.registry,
      configuration.profiles[0]!.args.EquivalenceClasses.seed,
    );
    this.#logSummary = new LogSummary(log, clock);
    this.#queue = makeQueue({
      ...{ configuration, clock, profiles: this.#profiles, cluster: this.#cluster, metrics: this.#metrics },
      ...{ logSummary: this.#logSummary, collectionPeriods: this.#collectionPeriods },
      isPaused: () => this.#paused,
      waitsForTurn: (pod) => this.#shards?.holds(pod) ?? false,
    });
    this.#extenders = this.#makeExtenders(configuration);
    this.#reservations = new Reservations(transport, clock);
    this.#unscheduledReporter = new UnscheduledReporter({
      ...{ transport, clock, random, cluster: this.#cluster, metrics: this.#metrics },
      reservations: this.#reservations,
      ...{ notify: this.#notify, onWriteFailed: this.#onWriteFailed },
      mustYield: () => this.#bindings.areQueued,
    });
    this.#bindings = this.#makeBindings(transport, random);
    this.#evictions = new Evictions({
      ...{ transport, clock, cycle: () => this.#cycle, logSummary: this.#logSummary },
      events: this.#unscheduledReporter.events,
      isOff: () => this.#shards?.isSpilling ?? false,
      onEnd: () => this.#wakeup.signal(),
    });
    this.#cycle = this.#makeCycle(kernel);
    this.#nodes = new NodeFeed({
      ...{ cluster: this.#cluster, notify: this.#notify, fields: configuration.registry.nodeFields },
      onRefused: (node, message) => this.#refuse('Node', node, message),
      keepsWhole: configuration.extenders.some(({ nodeCacheCapable }) => !nodeCacheCapable),
    });
    this.#pods = new PodFeed({
      ...{ cluster: this.#cluster, queue: this.#queue, cycle: this.#cycle, notify: this.#notify },
      isElsewhere: (pod) => this.#shards?.isElsewhere(pod) ?? false,
      isOurs: (name) => this.#profiles.has(name),
      uidInBinding: (key) => this.#bindings.escrow.uidOf(key),
      onRefused: (pod, message) => this.#refusePod(pod, message),
    });
    this.#watching = new Watching({
      ...{ transport, clock, random, ending: this.#lifetime.ending },
      handlers: { Pod: wakingAfter(this.#pods, this.#wakeup), Node: this.#nodes },
      otherHandler: (kind) =>
        new ObjectFeed({
          ...{ kind, cluster: this.#cluster, notify: this.#notify },
          onRefused: (object, message) => this.#refuse(kind, object, message),
        }),
      onFailure: (error) => this.#logSummary.failure('a watch failed', { error }),
      onMissing: ({ kind, path }) => {
        log.info({ resource: path }, 'the API server does not have this resource');
        this.#cluster.store.withdraw(kind);
      },
    });
    if (isFleet(leadership)) this.#shards = this.#makeShards(leadership);
  }

  #makeExtenders(configuration: Configuration): Extenders {
    return new Extenders({
      extenders: configuration.extenders,
      clock: this.#clock,
      nodesFor: (pod) => this.#cycle.nodesFor(pod),
      node: (name) => this.#nodes.node(name),
      giveBack: (pod) => {
        this.#queue.giveBack(pod);
        this.#wakeup.signal();
      },
      onPassedOver: (extender, error) =>
        this.#logSummary.failure('an extender was passed over', { extender, error }),
    });
  }

  #makeCycle(kernel: Kernel): SchedulingCycle {
    return new SchedulingCycle({
      extenders: this.#configuration.extenders.length > 0 ? this.#extenders : undefined,
      kernel,
      mayLinger: true,
      cluster: this.#cluster,
      queue: isFleet(this.#leadership) ? new ShardQueue(this.#queue, () => this.#shards!) : this.#queue,
      profiles: this.#profiles,
      binder: { bind: (placement) => this.#bindings.bind(placement, this.#cycleBegin) },
      preemptor: this.#evictions,
      onPhase: (phase) => this.#meter?.enter(phase),
    });
  }

  #makeShards(fleet: Fleet): Shards {
    return new Shards({
      ...{ fleet, configuration: this.#configuration, cluster: this.#cluster, queue: this.#queue },
      ...{ bindings: this.#bindings, pods: this.#pods, watching: this.#watching },
      reservations: this.#reservations,
      isPaused: () => this.#paused,
      isDeciding: () => this.#isInCycle,
      onChange: () => {
        this.#activeVersionSeen = -1;
        this.#wakeup.signal();
      },
    });
  }

  #makeBindings(transport: Transport, random: () => number): Bindings {
    return new Bindings({
      cluster: this.#cluster,
      queue: this.#queue,
      transport,
      clock: this.#clock,
      random,
      reservations: this.#reservations,
      extenders: this.#extenders,
      cycle: () => this.#cycle,
      events: this.#unscheduledReporter.events,
      conditions: this.#unscheduledReporter.conditions,
      metrics: this.#metrics,
      logSummary: this.#logSummary,
      notify: this.#notify,
      replicas: () => this.#shards?.replicas ?? 1,
      isHandingOver: () => this.#shards?.isHandingOver ?? false,
      onEnd: (key) => {
        this.#pods.bindingEnded(key);
        this.#wakeup.signal();
      },
    });
  }

  /**
   * Lists what there is, and schedules from then on. Resolves when the lists are in; rejects when the scheduler is
   * stopped before. A server that does not answer is asked again and again.
   */
  async start(): Promise<void> {
    await this.#watching.start(this.#configuration.registry.objects);
    this.#synced = true;
    void this.#leadership.begun.then(() => this.#wakeup.signal());
    const known = { nodes: this.#cluster.nodes.count, assigned: this.#cluster.podCount };
    this.#log.info({ ...known, ...this.#queue.counts() }, 'synced');
    this.#loop = this.#run().catch((error: unknown) => {
      this.#health.failure = (error as Error).message;
      this.#log.fatal({ error: (error as Error).stack }, 'the scheduling loop has ended');
    });
  }

  /**
   * Ends after the batch at hand. Nothing is sent again; bindings and evictions that were sent are waited for, and then the
   * last events, a few seconds each at the most.
   */
  async stop(): Promise<void> {
    this.#lifetime.end();
    this.#wakeup.signal();
    await this.#loop;
    await this.#lastCycle;
    this.#reservations.stop();
    this.#extenders.stop();
    await Promise.all([this.#bindings.stop(LAST_ANSWERS_MS), this.#evictions.stop(LAST_ANSWERS_MS)]);
    await this.#unscheduledReporter.stop();
    this.#lifetime.finish();
    await this.#extenders.close();
    await this.#watching.stop();
    this.#logSummary.flush();
  }

  readonly #notify = (event: SharedEvent): void => {
    this.#reservations.changed();
    if (this.#queue.event(event) > 0) this.#wakeup.signal();
  };

  #refuse(kind: string, object: ApiObject, error: string): void {
    this.#logSummary.failure('an object was refused', { object: labelOf(kind, object), error });
  }

  #refusePod(pod: Pod, message: string): void {
    this.#refuse('Pod', pod, message);
    if (this.#leadership.isLeading) this.#unscheduledReporter.refused(pod, message);
  }

  async #run(): Promise<void> {
    while (!this.#lifetime.isEnding) {
      this.#extenders.next();
      const lingering = this.#cycle.correspondences.deleteLingered(this.#clock.monotonic());
      const isIdle = this.#paused || !this.#leadership.isLeading || this.#shards?.isIdle;
      if (isIdle || !this.#hasWork()) {
        await this.#wakeup.wait(earliest(lingering, isIdle ? undefined : this.#nextWakeup()));
        continue;
      }
      // what has arrived already is read first, and comes along
      await this.#clock.turn();
      if (!this.#paused && !this.#lifetime.isEnding) await this.#nextCycle();
    }
  }

  /** Whether pods can be taken that could not the last time: they became active, or their period ends. */
  #hasWork(): boolean {
    const until = this.#nextWakeup();
    const isNews = this.#queue.counts().active > 0 && this.#queue.activeVersion !== this.#activeVersionSeen;
    return isNews || (until !== undefined && until <= this.#clock.monotonic());
  }

  #nextWakeup(): number | undefined {
    return earliest(this.#queue.nextWakeup(), this.#collectionPeriods.nextEnd());
  }

  #nextCycle(): Promise<CycleRecord> {
    const cycle = this.#lastCycle.then(() => this.#runCycle());
    this.#lastCycle = cycle;
    return cycle;
  }

  async #runCycle(): Promise<CycleRecord> {
    const record = this.#records.begin(new Date(this.#clock.now()));
    const begin = this.#clock.monotonic();
    const meter = new CycleMeter(() => this.#clock.monotonic());
    // the one that waited for its turn may have lost its nodes meanwhile
    if (this.#shards?.begin() === false) return (this.#records.end(record, meter, 0), record);
    this.#cycleBegin = begin;
    this.#cluster.now = this.#clock.now();
    this.#collectionPeriods.look(begin);
    this.#activeVersionSeen = this.#queue.activeVersion;
    const passes = this.#cycle.correspondences.passes;
    const classes = new Set<string>();
    this.#meter = meter;
    this.#isInCycle = true;
    let slice = begin;
    try {
      for (const decided of this.#cycle.run()) {
        const outcome = this.#shards?.told(decided) ?? decided;
        meter.enter(undefined);
        countBatch(record, outcome, classes);
        this.#health.decided(outcome, this.#clock.monotonic());
        this.#unscheduledReporter.report(outcome, (this.#clock.monotonic() - begin) / 1000);
        if (outcome.fault !== undefined)
          this.#log.error({ error: outcome.fault.stack }, 'a batch failed; its pods are tried again');
        if (this.#clock.monotonic() - slice > DECISION_SLICE_MS) {
          await this.#clock.turn();
          slice = this.#clock.monotonic();
        }
        if (this.#lifetime.isEnding || !this.#leadership.isLeading || this.#shards?.mustEnd) break;
      }
    } catch (error) {
      this.#log.error({ error: (error as Error).stack }, 'a cycle failed; its pods are tried again');
    }
    meter.enter(undefined);
    this.#isInCycle = false;
    this.#health.wentOn();
    this.#afterCycle?.(this.#cluster);
    record.filterPasses = this.#cycle.correspondences.passes - passes;
    if (!this.#records.end(record, meter, this.#clock.monotonic() - begin)) return record;
    this.#metrics.cycle({ classes: classes.size, decisions: record.pods, filterPasses: record.filterPasses });
    this.#logSummary.cycle(record);
    return record;
  }

  live(): Check[] {
    const mayDecide = this.#synced && !this.#paused && this.#leadership.isLeading;
    return this.#health.checks(mayDecide && (this.#isInCycle || this.#hasWork()), this.#clock.monotonic());
  }

  ready(): Check[] {
    return [{ name: 'caches', failure: this.#synced ? undefined : 'the first lists are not in yet' }];
  }

  configuration(): unknown {
    return shownConfiguration(this.#configuration);
  }

  state(): SchedulerState {
    return {
      paused: this.#paused,
      leading: this.#leadership.isLeading,
      leader: this.#leadership.holder,
      cycles: this.#records.count,
      classes: classesIn(this.#queue, this.#cycle).size,
      correspondences: this.#cycle.correspondences.size,
      queue: this.#queue.counts(),
      escrow: this.#bindings.escrow.counts(),
      fleet: this.#shards?.record(),
    };
  }

  pause(): void {
    this.#log.info('paused');
    this.#paused = true;
  }

  resume(): void {
    this.#log.info('resumed');
    this.#paused = false;
    this.#wakeup.signal();
  }

  async step(cycles: number): Promise<CycleRecord[]> {
    const records: CycleRecord[] = [];
    for (let n = 0; n < cycles && this.#leadership.isLeading; n++) records.push(await this.#nextCycle());
    return records.filter(({ pods }) => pods > 0);
  }

  cycles(limit: number): CycleRecord[] {
    return this.#records.list(limit);
  }

  queue(limit: number): QueueRow[] {
    return this.#queue.snapshot(limit);
  }

  classes(limit: number): ClassRecord[] {
    return [...classesIn(this.#queue, this.#cycle).values()].slice(0, limit);
  }

  correspondences(limit: number): CorrespondenceRecord[] {
    return correspondencesIn(this.#cycle, limit);
  }

  escrow(limit: number): EscrowRecord[] {
    return this.#bindings.escrow.list(limit, this.#clock.monotonic());
  }

  metrics(): Registry {
    this.#metrics.observe({
      eventsDropped: this.#unscheduledReporter.events.counts.dropped,
      isLeading: this.#leadership.isLeading,
      pending: this.#queue.counts(),
      rejections: this.#queue.rejections(),
      correspondences: this.#cycle.correspondences.size,
      fleet: this.#shards?.record(),
    });
    return this.#metrics.registry;
  }
}
