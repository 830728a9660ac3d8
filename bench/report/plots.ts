// Which saved figures are drawn.
import type { Results } from '../results.ts';
import { WORKLOADS } from '../workloads/workloads.ts';
import type { Plot } from './plot.ts';

export function planPlot({ figures }: Results): Plot {
  return plot(figures, {
    title: 'Decisions a second without an API: 5,000 mixed nodes, 10,000 pods, one core',
    unit: 'decisions/s',
    scale: 'log',
    series: [
      ['coset, all nodes', (name) => `plan/${name}/mixed/decisions`],
      ['kube-scheduler, all nodes', (name) => `plan/${name}/mixed/oracle-100`],
      ['kube-scheduler, its sample', (name) => `plan/${name}/mixed/oracle-0`],
    ],
  });
}

export function clusterPlot({ figures }: Results): Plot {
  return plot(figures, {
    title: 'Pods a second on a real API server: 5,000 nodes, 3,000 pods',
    unit: 'pods/s',
    scale: 'linear',
    series: [
      ['coset', (name) => `cluster/${name}/coset/pods-per-second`],
      ['kube-scheduler', (name) => `cluster/${name}/kube-scheduler/pods-per-second`],
      ['a client that only binds', (name) => `cluster/${name}/bare-client/pods-per-second`],
    ],
  });
}

interface Drawn extends Omit<Plot, 'labels' | 'series'> {
  /** Each one's name, and that of its figure for a workload. */
  series: [string, (workload: string) => string][];
}

function plot(figures: Results['figures'], { series, ...rest }: Drawn): Plot {
  const workloads = WORKLOADS.filter(({ name }) => figures.has(series[0]![1](name)));
  return {
    ...rest,
    labels: workloads.map(({ title }) => title),
    series: series.map(([name, figureOf]) => ({
      name,
      values: workloads.map((workload) => figures.get(figureOf(workload.name))),
    })),
  };
}
