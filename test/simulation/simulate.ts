// One run: two replicas of the real scheduler, or three that are all active, with their kernels, in a world that one seed
// drives.
//
//   churn ──> store <── API server <── network, with its faults <── transports ── schedulers
//                                                                    clocks, leases, ends and starts
//
// After every step the checkers look at what there is. Then the faults end, and everything must come right.
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { ApiServer } from './api-server.ts';
import { Chance, Disturbances, type Disturbance } from './chance.ts';
import { BindingsChecker } from './checkers/bindings.ts';
import { CapacityChecker } from './checkers/capacity.ts';
import type { Checker } from './checkers/checker.ts';
import { DecisionsChecker } from './checkers/decisions.ts';
import { PackingChecker } from './checkers/packing.ts';
import { QuietChecker } from './checkers/quiet.ts';
import { ShardsChecker } from './checkers/shards.ts';
import { StatesChecker } from './checkers/states.ts';
import { Churn } from './churn.ts';
import { Network } from './network.ts';
import { Replicas, type Sabotage } from './replicas.ts';
import { weatherOf } from './weather.ts';
import { World } from './world.ts';

/** What is looked at. */
export const CHECKS = [
  'bindings',
  'capacity',
  'states',
  'packing',
  'decisions',
  'shards',
  'log',
  'quiet',
] as const;
export type Check = (typeof CHECKS)[number];

export interface RunOptions {
  seed: number;
  /** All replicas are active. */
  isFleet?: boolean;
  /** How many steps there are until the faults end. */
  steps: number;
  /** The faults end at this time at the latest, whatever the steps. */
  untilMs?: number;
  /** Only these disturbances happen. */
  allowed?: ReadonlySet<string>;
  checks?: readonly Check[];
  /** A bug that is planted. */
  sabotage?: Sabotage & { server?: ApiServer };
}

export interface Violation {
  check: Check;
  what: string[];
  atMs: number;
}

export interface Run {
  seed: number;
  steps: number;
  violation?: Violation;
  disturbances: readonly Disturbance[];
  /** When the faults ended. */
  calmMs: number;
  trace: readonly string[];
  /** The same for runs that took the same steps. */
  fingerprint: string;
  bound: number;
}

/** How long it may take until all is well when the faults have ended: less than a pod waits that nothing wakes. */
const RECOVERY_MS = 280_000;
const LOOK_MS = 5_000;
/** The scheduler says this of itself when it has failed. */
const FAILED = /"level":(?:50|60)/;

export async function simulate(options: RunOptions): Promise<Run> {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: RunOptions;
  readonly #world = new World();
  readonly #disturbances: Disturbances;
  readonly #network: Network;
  readonly #replicas: Replicas;
  readonly #churn: Churn;
  readonly #checkers: ReadonlyMap<Check, Checker>;
  #violation?: Violation;
  #bound = 0;

  constructor(options: RunOptions) {
    const { seed, allowed, sabotage = {}, checks = CHECKS, isFleet = false } = options;
    const chance = new Chance(seed);
    const world = this.#world;
    const configuration = defaultConfiguration();
    this.#options = options;
    this.#disturbances = new Disturbances(chance, () => world.nowMs, allowed);
    this.#network = new Network({
      ...{ world, chance, disturbances: this.#disturbances, weather: weatherOf(chance) },
      server: sabotage.server ?? new ApiServer(),
    });
    this.#replicas = new Replicas({
      ...{ network: this.#network, isFleet, configuration, sabotage },
      onCycle: (replica) => this.#ask((checker) => checker.afterCycle?.(replica)),
      onLog: (line) => {
        if (FAILED.test(line) && checks.includes('log')) this.#violated('log', [line]);
      },
    });
    this.#churn = new Churn(this.#network, this.#replicas);
    const decisions = new DecisionsChecker(configuration, checks.includes('decisions'));
    const all: [Check, Checker][] = [
      ['decisions', decisions],
      ['bindings', new BindingsChecker(this.#network, isFleet)],
      ['capacity', new CapacityChecker(this.#network, isFleet, (machine, key) => decisions.of(machine, key))],
      ['states', new StatesChecker((machine, key) => decisions.of(machine, key))],
      ['shards', new ShardsChecker(this.#network)],
      ['packing', new PackingChecker(configuration)],
      ['quiet', new QuietChecker(configuration)],
    ];
    // decisions are seen in any case: others look at them
    this.#checkers = new Map(all.filter(([name]) => name === 'decisions' || checks.includes(name)));
    this.#network.witnesses.push({
      answered: (site, request, answer) => {
        if (request.path.endsWith('/binding') && answer.status === 201) this.#bound++;
        for (const checker of this.#checkers.values()) checker.answered?.(site, request, answer);
      },
    });
  }

  async run(): Promise<Run> {
    const { seed, steps, untilMs = Infinity } = this.#options;
    const world = this.#world;
    this.#churn.begin();
    this.#replicas.begin();
    while (world.steps < steps && world.nowMs < untilMs && this.#violation === undefined) await this.#step();
    const calmMs = world.nowMs;
    if (this.#violation === undefined) await this.#recover();
    this.#replicas.end();
    return {
      ...{ seed, steps: world.steps, violation: this.#violation, calmMs, bound: this.#bound },
      disturbances: this.#disturbances.happened,
      trace: world.trace,
      fingerprint: world.fingerprint,
    };
  }

  async #step(): Promise<void> {
    await this.#world.step();
    this.#ask((checker) => checker.afterStep?.({ network: this.#network, replicas: this.#replicas }));
  }

  /** Nothing goes wrong any more, and in some time everything is right. */
  async #recover(): Promise<void> {
    const world = this.#world;
    this.#disturbances.end();
    const deadlineMs = world.nowMs + RECOVERY_MS;
    while (this.#violation === undefined) {
      const lookMs = world.nowMs + LOOK_MS;
      world.after(LOOK_MS, 'a look at everything', () => {});
      while (world.nowMs < lookMs && this.#violation === undefined) await this.#step();
      const checked = { network: this.#network, replicas: this.#replicas };
      const wrong = this.#checkers.get('quiet')?.whenQuiet?.(checked) ?? [];
      if (wrong.length === 0) {
        this.#ask((checker) => checker.whenQuiet?.(checked));
        return;
      }
      if (world.nowMs >= deadlineMs) this.#violated('quiet', wrong);
    }
  }

  #ask(question: (checker: Checker) => string[] | undefined): void {
    for (const [check, checker] of this.#checkers) {
      const what = question(checker) ?? [];
      if (what.length > 0) this.#violated(check, what);
    }
  }

  /** The first one counts: what comes after it may follow from it. */
  #violated(check: Check, what: string[]): void {
    this.#violation ??= { check, what, atMs: this.#world.nowMs };
  }
}
