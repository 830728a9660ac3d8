// docs/benchmarks.md, the README's table and the plots beside the saved figures.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResults, readResultsIn } from '../results.ts';
import { replaceBetweenMarkers } from './markdown.ts';
import { svg } from './plot.ts';
import { clusterPlot, planPlot } from './plots.ts';
import { section, summary, type Saved } from './section.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Each file's path from the repository's folder, and what it must hold by the saved figures. */
export function reportFiles(): Map<string, string> {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const saved: Saved = {
    kernel: readResults('kernel'),
    plan: readResults('plan'),
    million: readResults('million'),
    cycle: readResults('cycle'),
    cluster: readResults('cluster'),
    churn: readResults('churn'),
    edge: readResults('edge'),
    schedulerPerf: readResultsIn('scheduler-perf'),
  };
  const files = new Map([
    ['README.md', replaceBetweenMarkers(read('README.md'), summary(saved))],
    ['docs/benchmarks.md', replaceBetweenMarkers(read('docs/benchmarks.md'), section(saved))],
  ]);
  if (saved.plan) files.set('bench/results/plan.svg', svg(planPlot(saved.plan)));
  if (saved.cluster) files.set('bench/results/cluster.svg', svg(clusterPlot(saved.cluster)));
  return files;
}

export function writeReport(): void {
  for (const [path, text] of reportFiles()) writeFileSync(join(ROOT, path), text);
}
