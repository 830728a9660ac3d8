// What the parts of the path around the kernel have of the CPU that a scheduler's process used for its pods.
import type { Figure, Size } from './figure.ts';
import { PART_NAMES, partTime, type Part } from './parts/parts.ts';
import type { Counts, Workload } from './workloads/workloads.ts';

const NANOSECONDS_PER_MS = 1e6;

/** How often a part is at work in a run that begins with listing everything and ends with the last pod's outcome. */
const TIMES: Readonly<Record<Part, (load: Counts, bound: number) => number>> = {
  'decode-nodes': ({ nodes }) => nodes,
  // each pending pod comes a second time, with its outcome
  'decode-pods': ({ initPods, pods }) => initPods + 2 * pods,
  nodes: ({ nodes }) => nodes,
  pods: ({ initPods }, bound) => initPods + bound,
  'class-key': ({ pods }) => pods,
};

/**
 * The shares of a run that used `cpuPerPod` milliseconds. The parts are timed alone and when all code is compiled, so
 * that a share is the least that the part can have had.
 */
export function* shares(
  name: string,
  workload: Workload,
  counts: Counts,
  cpuPerPod: number,
  size: Size,
): Iterable<Figure> {
  const bound = workload.outcome === 'none' ? 0 : counts.pods;
  for (const part of PART_NAMES) {
    const ms =
      (partTime(part, workload, counts, size).median * TIMES[part](counts, bound)) / NANOSECONDS_PER_MS;
    yield { name: `${name}/share/${part}`, value: (100 * ms) / (cpuPerPod * counts.pods), unit: '% of CPU' };
  }
}
