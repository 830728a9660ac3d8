// A bench for each part of the path around the kernel, with pods that a Service selects.
import type { Bench } from '../figure.ts';
import { workload } from '../workloads/workloads.ts';
import { PART_NAMES, partTime } from './parts.ts';

const SPREADING = workload('default-spreading');

export const partBenches: readonly Bench[] = PART_NAMES.map((part) => ({
  name: `parts/${part}`,
  *run(size) {
    const { median, spread } = partTime(part, SPREADING, SPREADING.counts[size], size);
    yield {
      name: `parts/${part}/time`,
      value: median,
      unit: part.endsWith('nodes') ? 'ns/node' : 'ns/pod',
      spread,
    };
  },
}));
