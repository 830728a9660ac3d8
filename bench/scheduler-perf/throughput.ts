// SchedulingThroughput, as scheduler_perf reckons it: a sample each second of the pods that were bound in it, where the first
// sample with any pod only begins it, and seconds without one belong to the next that has some.

/** How many pods were bound at that time, in milliseconds. */
export interface Sample {
  time: number;
  bound: number;
}

/** The average in pods a second, or undefined when all was over before a second sample. */
export function schedulingThroughput(samples: readonly Sample[]): number | undefined {
  const [begin, ...rest] = samples.filter(({ bound }) => bound > 0);
  if (begin === undefined) return undefined;
  const throughputs: number[] = [];
  let last = begin;
  let skipped = 0;
  for (const sample of rest) {
    if (sample.bound === last.bound) {
      skipped++;
      continue;
    }
    const throughput = ((sample.bound - last.bound) / (sample.time - last.time)) * 1000;
    for (let n = 0; n <= skipped; n++) throughputs.push(throughput);
    last = sample;
    skipped = 0;
  }
  if (throughputs.length === 0) return undefined;
  return throughputs.reduce((sum, one) => sum + one, 0) / throughputs.length;
}
