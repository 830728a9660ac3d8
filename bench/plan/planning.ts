// Planning without an API server, as src/planner does it, with the time that each phase takes.
import { objectKey, type Scenario } from '../../src/model/types.ts';
import type { Cluster } from '../../src/state/cluster.ts';
import type { Configuration } from '../../src/config/types.ts';
import { SchedulingCycle } from '../../src/cycle/cycle.ts';
import { PHASES, type Phase, type PodQueue } from '../../src/cycle/ports.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import type { QueuedPod } from '../../src/queue/types.ts';
import { time } from '../measure.ts';

/** What planning a scenario took, in nanoseconds. */
export interface Planned {
  placed: number;
  batches: number;
  times: Record<Phase | 'read' | 'classify' | 'decide', number>;
}

/** Reads a scenario into a new cluster, looks up the classes of its pending pods as when they arrive, and decides on them. */
export function planOnce(scenario: Scenario, configuration: Configuration): Planned {
  const kernel = loadKernel();
  const profile = configuration.profiles[0]!;
  const { seed } = profile.args.EquivalenceClasses;
  const pods = scenario.pending.map((pod): QueuedPod => ({
    pod,
    key: objectKey(pod),
    uid: pod.metadata?.uid ?? '',
    priority: 0,
    timestamp: 0,
    attempts: 1,
  }));
  const waiting = new Map(pods.map((pod) => [pod.key, pod]));
  const queue: PodQueue = {
    drain: () => [...waiting.values()],
    park: () => {},
    giveBack: () => {},
    activeVersion: 0,
    requeue: () => {},
    delete: (key) => void waiting.delete(key),
    drainGroup: () => [],
    waitingOf: () => 0,
  };
  let cluster!: Cluster;
  const read = time(() => (cluster = clusterOf(scenario, kernel, seed, configuration.registry)));
  const phases = new PhaseClock();
  const cycle: SchedulingCycle = new SchedulingCycle({
    kernel,
    cluster,
    queue,
    binder: { bind: ({ pod }) => cycle.bound(pod.key) },
    profiles: new Map([[profile.schedulerName, profile]]),
    onPhase: (phase) => phases.begin(phase),
  });
  const classify = time(() => {
    for (const pod of pods) pod.classified = cycle.classify(pod.pod);
  });
  let placed = 0;
  let batches = 0;
  const decide = time(() => {
    for (const outcome of cycle.run()) {
      placed += outcome.placed.length;
      batches++;
    }
    phases.end();
  });
  return { placed, batches, times: { read, classify, decide, ...phases.times } };
}

/** Adds up how long each phase lasts, in nanoseconds: until the next one begins. */
class PhaseClock {
  readonly times = Object.fromEntries(PHASES.map((phase) => [phase, 0])) as Record<Phase, number>;
  #phase?: Phase;
  #since = 0;

  begin(phase: Phase): void {
    this.end();
    this.#phase = phase;
  }

  end(): void {
    const now = performance.now();
    if (this.#phase !== undefined) this.times[this.#phase] += (now - this.#since) * 1e6;
    this.#since = now;
    this.#phase = undefined;
  }
}
