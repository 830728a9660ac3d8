// Planning without an API server, as src/planner does it, in steps that can be timed one by one.
import { objectKey, type Scenario } from '../../src/api/types.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import type { Configuration } from '../../src/config/types.ts';
import { SchedulingCycle, type PodQueue } from '../../src/cycle.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import type { QueuedPod } from '../../src/queue/types.ts';

/** A scenario that is planned once: each of its methods is one step, in the order in which they stand here. */
export class Planning {
  readonly #kernel: Kernel = loadKernel();
  readonly #scenario: Scenario;
  readonly #configuration: Configuration;
  readonly #pods: QueuedPod[];
  #cluster!: Cluster;
  #cycle!: SchedulingCycle;

  constructor(scenario: Scenario, configuration: Configuration) {
    this.#scenario = scenario;
    this.#configuration = configuration;
    this.#pods = scenario.pending.map((pod) => ({
      pod,
      key: objectKey(pod),
      uid: pod.metadata?.uid ?? '',
      priority: 0,
      timestamp: 0,
      attempts: 1,
    }));
  }

  /** Reads and packs the nodes, the pods on them and the objects. */
  read(): void {
    const [profile] = this.#configuration.profiles;
    this.#cluster = clusterOf(this.#scenario, this.#kernel, profile!.args.EquivalenceClasses.seed);
    const queue: PodQueue = {
      drain: () => this.#pods,
      park: () => {},
      requeue: () => {},
      delete: () => {},
    };
    const cycle: SchedulingCycle = new SchedulingCycle({
      kernel: this.#kernel,
      cluster: this.#cluster,
      queue,
      binder: { bind: ({ pod }) => cycle.bound(pod.key) },
      profiles: new Map([[profile!.schedulerName, profile!]]),
    });
    this.#cycle = cycle;
  }

  /** Decides on every pending pod: class key, determination, assignment, assuming. Returns how many found a node. */
  decide(): number {
    let placed = 0;
    for (const outcome of this.#cycle.run()) placed += outcome.placed.length;
    return placed;
  }

  /** Computes the class of every pending pod; this and the steps below are what `decide` does in one. */
  classify(): void {
    for (const { pod } of this.#pods) this.#cycle.classOf(pod);
  }

  /** Determines the nodes of the pods' one class: packs what it asks for, matches, filters, scores. */
  determine(): InsideClass {
    const { pod } = this.#pods[0]!;
    const equivalenceClass = this.#cycle.classOf(pod)!;
    const correspondence = this.#cycle.correspondences.open(equivalenceClass, pod, this.#pods.length);
    return {
      assign: () => correspondence.assign(this.#pods.length),
      assume: (assignments) =>
        assignments.forEach(({ row }, n) => this.#cluster.assume(this.#pods[n]!.pod, row, true)),
    };
  }
}

/** The steps inside a class. */
export interface InsideClass {
  assign(): { row: number }[];
  assume(assignments: { row: number }[]): void;
}
