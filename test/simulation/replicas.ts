// The replicas of the scheduler: processes that share one lease, end for any reason, and are started again. One of them
// leads, or all are active.
import { pino } from 'pino';
import type { Configuration } from '../../src/config/types.ts';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import type { CarrierSource } from '../../src/kube/reconnecting-carrier.ts';
import { Membership } from '../../src/kube/fleet/membership.ts';
import { LeaderElection, type Leadership } from '../../src/kube/leader-election.ts';
import { Transport } from '../../src/kube/transport.ts';
import { DEFAULT_LEASE } from '../../src/model/lease.ts';
import type { Cluster } from '../../src/state/cluster.ts';
import { Scheduler } from '../../src/run/scheduler.ts';
import { serve } from '../../src/run/serve.ts';
import { Machine } from './machine.ts';
import { Site, type Network } from './network.ts';

/** What a test does to a process, to see whether it is noticed. */
export interface Sabotage {
  carriers?: (carriers: CarrierSource) => CarrierSource;
  leadership?: (election: Leadership) => Leadership;
  /** In the place of the membership of each replica that is active beside others. */
  membership?: typeof Membership;
  afterCycle?: (cluster: Cluster) => void;
  configuration?: Configuration;
}

export interface ReplicasOptions {
  network: Network;
  /** All of them are active. */
  isFleet: boolean;
  configuration: Configuration;
  sabotage: Sabotage;
  onCycle: (replica: Replica) => void;
  /** Told of each line that a process logs. */
  onLog: (line: string) => void;
}

const SLOTS = ['A', 'B'];
const FLEET_SLOTS = ['A', 'B', 'C'];
const RESTART_MS = [500, 5000] as const;

export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #current = new Map<string, Replica>();
  #isOver = false;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  get isFleet(): boolean {
    return this.#options.isFleet;
  }

  /** The processes that have not ended. */
  get running(): Replica[] {
    return [...this.#current.values()];
  }

  begin(): void {
    for (const slot of this.#options.isFleet ? FLEET_SLOTS : SLOTS) this.#start(slot, 1);
  }

  /** The run is over. */
  end(): void {
    this.#isOver = true;
    for (const replica of this.running) replica.kill();
  }

  #start(slot: string, life: number): void {
    const { world, chance } = this.#options.network;
    const name = `${slot}${life}`;
    const replica = new Replica(name, this.#options, () => {
      this.#current.delete(slot);
      if (this.#isOver) return;
      world.note(`${name} has ended`);
      const [least, most] = RESTART_MS;
      world.after(chance.between(`${name} restart`, least, most), `${slot}${life + 1} starts`, () =>
        this.#start(slot, life + 1),
      );
    });
    this.#current.set(slot, replica);
    replica.start();
  }
}

/** One life of a process, as `coset run` lives it. */
export class Replica {
  readonly machine: Machine;
  readonly site: Site;
  readonly scheduler: Scheduler;
  readonly election: LeaderElection | Membership;
  /** What it knows; undefined before its first cycle. */
  cluster?: Cluster;
  readonly #ending = new AbortController();
  readonly #onEnd: () => void;

  constructor(name: string, options: ReplicasOptions, onEnd: () => void) {
    const { network, sabotage, configuration } = options;
    this.#onEnd = onEnd;
    this.machine = new Machine(name, network.world, network.chance);
    this.machine.msPerLook = network.weather.msPerLook;
    this.site = new Site(this.machine, network, () => this.kill());
    const { machine: clock } = this;
    const { random } = clock;
    const carriers = sabotage.carriers?.(this.site) ?? this.site;
    const transport = new Transport(
      anonymousCredentials('http://api'),
      { clock, random },
      { requests: carriers, streams: carriers },
    );
    const log = pino(
      { base: null, timestamp: false, level: 'warn' },
      { write: (line) => this.#log(line, options) },
    );
    const tenure = { transport, settings: DEFAULT_LEASE, identity: name, clock, random };
    const { membership: Member = Membership } = sabotage;
    this.election = options.isFleet ? new Member(tenure) : new LeaderElection(tenure);
    this.scheduler = new Scheduler({
      ...{ transport, log, clock, random },
      configuration: sabotage.configuration ?? configuration,
      leadership: sabotage.leadership?.(this.election) ?? this.election,
      afterCycle: (cluster) => {
        this.cluster = cluster;
        sabotage.afterCycle?.(cluster);
        options.onCycle(this);
      },
    });
  }

  /** Its part in the fleet, where all are active. */
  get membership(): Membership | undefined {
    return this.election instanceof Membership ? this.election : undefined;
  }

  get isLeading(): boolean {
    return !this.machine.hasEnded && this.election.isLeading;
  }

  /** Whether its first lists are in, and it is not about to end. */
  get isAtWork(): boolean {
    const isSynced = this.scheduler.ready().every(({ failure }) => failure === undefined);
    return isSynced && !this.machine.hasEnded && !this.#ending.signal.aborted;
  }

  start(): void {
    void serve(this.scheduler, this.election, this.#ending.signal)
      .catch(() => this.#ending.abort())
      .then(() => this.#end());
  }

  tellToEnd(): void {
    this.#ending.abort();
  }

  /** It ends at once, wherever it is. */
  kill(): void {
    this.#end();
  }

  #end(): void {
    if (this.machine.hasEnded) return;
    this.machine.end();
    this.site.leave();
    this.#onEnd();
  }

  #log(line: string, { onLog }: ReplicasOptions): void {
    if (this.machine.hasEnded) return;
    onLog(line);
    this.site.network.world.note(`${this.machine.name} says ${line.trim()}`);
  }
}
