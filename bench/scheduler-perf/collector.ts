// What a workload is measured by, between the operations that begin and end it.
import type { Daemon } from '../../test/cluster/processes.ts';
import { usageOf } from '../process-usage.ts';
import { hasLabels, type PodsSeen, type Seen } from './pods-seen.ts';
import { schedulingThroughput, type Sample } from './throughput.ts';

export interface Collected {
  /** How many pods were bound. */
  pods: number;
  /** SchedulingThroughput in pods a second; where it has no sample, pods from the first binding to the last. */
  throughput: number;
  /** From the beginning to the last binding. */
  seconds: number;
  /** User and system time of the scheduler from the beginning to the end. */
  cpuMs: number;
}

const SAMPLE_MS = 1000;

export class Collector {
  readonly #pods: PodsSeen;
  readonly #scheduler: Daemon;
  readonly #begin = performance.now();
  readonly #cpuBegin: number;
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #count: (pod: Seen) => void;
  #bound = 0;
  #first = 0;
  #last = 0;

  /** Counts the pods of these namespaces that have these labels, from now on. */
  constructor(
    pods: PodsSeen,
    scheduler: Daemon,
    namespaces: readonly string[],
    labels: Readonly<Record<string, string>> = {},
  ) {
    this.#pods = pods;
    this.#scheduler = scheduler;
    this.#cpuBegin = usageOf(scheduler.pid).cpuMs;
    this.#count = (pod) => {
      if (!namespaces.includes(pod.namespace) || !hasLabels(pod, labels)) return;
      this.#last = performance.now();
      if (this.#bound++ === 0) this.#first = this.#last;
    };
    pods.onBound.add(this.#count);
    this.#timer = setInterval(() => {
      this.#samples.push({ time: performance.now(), bound: this.#bound });
    }, SAMPLE_MS);
  }

  stop(): Collected {
    clearInterval(this.#timer);
    this.#pods.onBound.delete(this.#count);
    const whole = ((this.#bound - 1) * 1000) / (this.#last - this.#first);
    return {
      pods: this.#bound,
      throughput: schedulingThroughput(this.#samples) ?? (this.#bound > 1 ? whole : 0),
      seconds: this.#bound === 0 ? 0 : (this.#last - this.#begin) / 1000,
      cpuMs: usageOf(this.#scheduler.pid).cpuMs - this.#cpuBegin,
    };
  }
}
