// Decides waiting pods of a kept cluster: the cycle over a list of pods, without an API server.
import { isGated, objectKey, type Decision, type Pod } from '../model/types.ts';
import type { Configuration } from '../config/types.ts';
import { SchedulingCycle } from '../cycle/cycle.ts';
import { EffortError } from '../kernel/program/effort.ts';
import type { Cluster } from '../state/cluster.ts';
import type { KeptCluster } from './kept-cluster.ts';
import { decisionsOf, victimsOf } from './decisions.ts';
import { ListedPods } from './listed-pods.ts';

/** How much each decision tells. */
export interface DecideOptions {
  /** Adds to each decision the ties, or every score and rejection as well; each pod then costs a look at every node. */
  explain?: 'ties' | 'detail';
  /**
   * Milliseconds since 1970: when pods that have not started count as started, and by which claims have waited too long.
   * Without it those pods are younger than all others, and no claim has.
   */
  now?: number;
  /** How many steps deciding may take, some nanoseconds each at the most; by default as many as it takes. */
  steps?: number;
  /** Told after each batch how many of the pods are decided. */
  onProgress?: (decided: number, pods: number) => void;
}

/** What was decided, and what it took. */
export interface Plan {
  decisions: Decision[];
  classes: number;
  /** Full passes over the nodes. */
  passes: number;
}

interface Watched extends DecideOptions {
  /** Told when all pods are decided. */
  afterCycle?: (cluster: Cluster) => void;
}

interface Deciding {
  cycle: SchedulingCycle;
  queue: ListedPods;
  placed: { key: string; node: string }[];
}

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

export class Decider {
  readonly #kept: KeptCluster;
  readonly #configuration: Configuration;
  readonly #hasRandomTies: boolean;
  /** By what they explain. */
  readonly #deciding = new Map<DecideOptions['explain'], Deciding>();

  constructor(kept: KeptCluster, configuration: Configuration) {
    this.#kept = kept;
    this.#configuration = configuration;
    this.#hasRandomTies = configuration.profiles.some(
      ({ args }) => args.EquivalenceClasses.ties === 'random',
    );
  }

  /**
   * Decides pods that wait, each assumed where it was put, in the order of its profile (grouped or strict).
   * @throws EffortError after so many steps
   */
  decide(
    pods: readonly Pod[],
    { explain, now = 0, steps = Infinity, onProgress, afterCycle }: Watched,
  ): Plan {
    const kept = this.#kept;
    const { cycle, queue, placed } = this.#decidingWith(explain);
    kept.cluster.now = now;
    // which pods are taken together must not hang on those that were there before
    kept.cluster.forgetUnread();
    if (this.#hasRandomTies) kept.recordRandom();
    const decisions: Decision[] = pods
      .filter(isGated)
      .map((pod) => ({ pod: objectKey(pod), feasible: 0, message: GATED }));
    queue.list(pods.filter((pod) => !isGated(pod)));
    const classes = new Set<string>();
    const { passes } = cycle.correspondences;
    const stepsMost = cycle.steps + steps;
    for (const outcome of cycle.run()) {
      classes.add(outcome.batch.class.index);
      for (const decision of decisionsOf(outcome)) decisions.push(decision);
      onProgress?.(decisions.length, pods.length);
      if (cycle.steps > stepsMost) break;
    }
    afterCycle?.(kept.cluster);
    kept.placed(placed.splice(0));
    if (cycle.steps > stepsMost)
      throw new EffortError(
        `pods: deciding takes more than ${steps} steps: ${decisions.length} of ${pods.length} were decided by then`,
      );
    return { decisions, classes: classes.size, passes: cycle.correspondences.passes - passes };
  }

  #decidingWith(explain: DecideOptions['explain']): Deciding {
    let deciding = this.#deciding.get(explain);
    if (deciding === undefined) this.#deciding.set(explain, (deciding = this.#begin(explain)));
    return deciding;
  }

  #begin(explain: DecideOptions['explain']): Deciding {
    const { kernel, cluster } = this.#kept;
    const { profiles } = this.#configuration;
    const queue = new ListedPods();
    const placed: Deciding['placed'] = [];
    const cycle: SchedulingCycle = new SchedulingCycle({
      kernel,
      cluster,
      queue,
      binder: {
        bind({ pod, node }) {
          placed.push({ key: pod.key, node });
          cycle.bound(pod.key);
        },
      },
      preemptor: {
        // victims are gone as soon as they are chosen
        preempt: ({ outcomes }) => {
          for (const key of victimsOf(outcomes[0]!)) this.#kept.removePod(key);
          return true;
        },
      },
      profiles: new Map(profiles.map((profile) => [profile.schedulerName, profile])),
      // the question is where a pod would go, whoever is to place it
      otherwise: profiles[0],
      explain,
    });
    return { cycle, queue, placed };
  }
}
