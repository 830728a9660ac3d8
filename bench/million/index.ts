// A million pods on a million nodes, from packed columns: one filter pass, then every pod's node. Each in a process of its
// own, which says how much memory it took at most.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench, Figure, Size } from '../figure.ts';
import type { NodeKind } from '../workloads/scenario.ts';

/** What bench/million/place.ts prints. */
export interface Placed {
  /** Milliseconds: of packing the nodes, of the filter pass, and of the choices. */
  packMs: number;
  determineMs: number;
  assignMs: number;
  peakMiB: number;
}

const COUNT: Readonly<Record<Size, number>> = { full: 1_000_000, smoke: 20_000 };
const SECONDS_MAX = { none: 3, 'default-spreading': 6 } as const;
const PEAK_MIB_MAX = 2048;

const names = Object.keys(SECONDS_MAX) as (keyof typeof SECONDS_MAX)[];

export const millionBenches: readonly Bench[] = names.flatMap((workload) =>
  (['uniform', 'mixed'] as const).map((kind) => ({
    name: `million/${workload}/${kind}`,
    run: (size: Size) => figures(workload, kind, size),
  })),
);

async function* figures(
  workload: keyof typeof SECONDS_MAX,
  kind: NodeKind,
  size: Size,
): AsyncIterable<Figure> {
  const script = join(import.meta.dirname, 'place.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, workload, kind, `${COUNT[size]}`]);
  const { packMs, determineMs, assignMs, peakMiB } = JSON.parse(stdout) as Placed;
  const name = (what: string) => `million/${workload}/${kind}/${what}`;
  // what is asked is asked of a million
  const asked = (atMost: number) => (size === 'full' ? { asked: { atMost } } : {});
  yield { name: name('pack'), value: packMs / 1e3, unit: 's' };
  yield { name: name('determination'), value: determineMs / 1e3, unit: 's' };
  yield { name: name('assignment'), value: assignMs / 1e3, unit: 's' };
  yield {
    name: name('placed'),
    value: (determineMs + assignMs) / 1e3,
    unit: 's',
    ...asked(SECONDS_MAX[workload]),
  };
  yield { name: name('peak-memory'), value: peakMiB, unit: 'MiB', ...asked(PEAK_MIB_MAX) };
}
