// What is said of Kubernetes' own benchmark: a line for each workload that was saved, and what is left out.
import type { Results } from '../results.ts';
import { CASES_LEFT_OUT } from '../scheduler-perf/left-out.ts';
import { markdownTable } from './markdown.ts';
import { fraction, whole } from './shown.ts';

export function schedulerPerfPart(saved: readonly Results[]): string {
  return [
    "### Kubernetes' own benchmark",
    'The workloads of scheduler_perf, read from the files that Kubernetes has them in (`bench/scheduler-perf`): one run of ' +
      'each, coset and the kube-scheduler of the same build one after the other, each on an etcd and a kube-apiserver of its ' +
      'own, where pods are created while others are scheduled. Pods a second are its SchedulingThroughput, the average of ' +
      'samples of a second. Its threshold is what its own CI asks of kube-scheduler, in one process with an API server that ' +
      "has more cores; here client, API server, controllers and scheduler share two. CPU is the scheduler's own from the " +
      'first measured operation to the last (ms a pod), memory the most it ever had (MiB). ' +
      'The load before is how many processes wanted to run in the minute before: above 2 something else ran too, and only the ' +
      'ratios and the CPU say something. ' +
      'Where few pods wait at a time, or each takes several writes to create, the API server sets the pace of both. ' +
      '`npm run bench -- --only scheduler-perf/CASE/WORKLOAD` runs one.',
    saved.length > 0 ? table(saved) : undefined,
    'Left out by name:',
    CASES_LEFT_OUT.map(([name, reason]) => `- ${name}: ${reason}.`).join('\n'),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function table(saved: readonly Results[]): string {
  const rows = saved.map(({ run, figures }) => {
    const [, name] = /--only scheduler-perf\/(\S+)/.exec(run.command)!;
    const of = (what: string) => figures.get(`scheduler-perf/${name}/${what}`);
    const both = (what: string, show: typeof whole) =>
      ['coset', 'kube-scheduler'].map((contestant) => show(of(`${contestant}/${what}`))).join(' / ');
    return [
      name!,
      both('throughput', fraction),
      fraction(of('coset-to-kube-scheduler/throughput')),
      whole(of('threshold')),
      fraction(of('coset-to-threshold')),
      both('cpu-per-pod', fraction),
      both('peak-memory', whole),
      of('coset/load') === undefined ? 'not noted' : both('load', fraction),
      `${run.date}, ${run.machine}`,
    ];
  });
  return markdownTable(
    [
      'workload',
      'pods/s, coset / kube-scheduler',
      'times kube-scheduler',
      'threshold',
      'times the threshold',
      'CPU',
      'memory',
      'load before',
      'measured',
    ],
    rows,
  );
}
