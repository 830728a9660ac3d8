// What the README says about speed: written from the saved figures and from nothing else.
import type { Results } from '../results.ts';
import { WORKLOADS, type Workload } from '../workloads/workloads.ts';
import { markdownTable } from './markdown.ts';

/** What was saved of each level that the README tells of. */
export interface Saved {
  kernel?: Results;
  plan?: Results;
  million?: Results;
  cycle?: Results;
  cluster?: Results;
}

/** Between the section's markers. A level of which nothing was saved is left out. */
export function section({ kernel, plan, million, cycle, cluster }: Saved): string {
  const parts = [
    cluster && clusterPart(cluster),
    cycle && cyclePart(cycle),
    plan && planPart(plan),
    million && millionPart(million),
    kernel && kernelPart(kernel),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

function clusterPart({ run, figures }: Results): string {
  const rows = having(figures, ({ name }) => `cluster/${name}/coset/pods-per-second`).map(
    ({ name, title }) => {
      const of = (contestant: string, what: string) => figures.get(`cluster/${name}/${contestant}/${what}`);
      const three = (what: string, show: (value: number | undefined) => string) =>
        ['coset', 'kube-scheduler', 'bare-client']
          .map((contestant) => show(of(contestant, what)))
          .join(' / ');
      return [
        title,
        ...['coset', 'kube-scheduler', 'bare-client'].map((contestant) =>
          whole(of(contestant, 'pods-per-second')),
        ),
        times(figures.get(`cluster/${name}/coset-to-kube-scheduler/rate`)),
        three('cpu-per-pod', fraction),
        three('peak-memory', whole),
      ];
    },
  );
  return [
    '### On a real API server',
    'etcd, kube-apiserver and 5,000 nodes; 3,000 pods are there before the scheduler starts, and events are sent. The bare ' +
      'client binds and sends events and decides nothing: it is what the API server allows. Pods a second from the first ' +
      'binding to the last; CPU (ms a pod) and peak memory (MiB) are of coset / kube-scheduler / the bare client.',
    markdownTable(
      ['pods', 'coset, pods/s', 'kube-scheduler', 'bare client', 'coset is faster', 'CPU', 'memory'],
      rows,
    ),
    '![Pods a second on a real API server](bench/results/cluster.svg)',
    provenance(run),
  ].join('\n\n');
}

function cyclePart({ run, figures }: Results): string {
  const rows = having(figures, ({ name }) => `cycle/${name}/pods-per-second`).map(({ name, title }) => {
    const of = (what: string) => figures.get(`cycle/${name}/${what}`);
    const share = (...parts: string[]) =>
      `${fraction(parts.reduce((sum, part) => sum + of(`share/${part}`)!, 0))} %`;
    return [
      title,
      whole(of('pods-per-second')),
      whole(of('from-start')),
      fraction(of('cpu-per-pod')),
      share('decode-nodes', 'decode-pods'),
      share('nodes', 'pods'),
      share('class-key'),
      whole(of('peak-memory')),
    ];
  });
  return [
    '### On an API in memory',
    '`coset run` from its bundle (without the flag that bounds the young generation in the image), over loopback HTTP: 5,000 nodes, 3,000 pods that are there before it starts. Pods a second ' +
      'from the first binding to the last, and from the start of the process; CPU of the whole process, and the least that ' +
      'decoding, packing and the class key have of it. The API in memory runs beside it on the same two cores.',
    markdownTable(
      [
        'pods',
        'pods/s',
        'from start',
        'CPU, ms a pod',
        'decoding',
        'packing',
        'class key',
        'peak memory, MiB',
      ],
      rows,
    ),
    provenance(run),
  ].join('\n\n');
}

function microseconds(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1e3;
}

function planPart({ run, figures }: Results): string {
  const rows = having(figures, ({ name }) => `plan/${name}/mixed/decisions`).map(({ name, title }) => {
    const of = (what: string) => figures.get(`plan/${name}/${what}`);
    return [
      title,
      whole(of('uniform/decisions')),
      whole(of('mixed/decisions')),
      whole(of('mixed/oracle-100')),
      whole(of('mixed/oracle-0')),
      times(of('mixed/decisions-to-oracle-100')),
      times(of('mixed/inside-class-to-oracle-100')),
    ];
  });
  return [
    '### Without an API',
    "5,000 nodes, 10,000 pending pods, one core; beside it kube-scheduler's own framework (`kube-oracle time`) on the same " +
      'mixed nodes in the same run: on all nodes (`-pct 100`), and on the 500 or so that it looks at by default (`-pct 0`). ' +
      'Uniform nodes are alike and empty; mixed ones have five sizes and a load of their own. Decisions a second count the ' +
      'filter pass and the choice for each pod, with the bookkeeping; the class key is looked up when a pod arrives, and is not ' +
      `counted (${fraction(microseconds(figures.get('plan/none/mixed/class-key')))} µs for a pod without constraints, ` +
      `${fraction(microseconds(figures.get('plan/own-class/mixed/class-key')))} µs for one of its own class). ` +
      '"Inside a class" is one more pod of a class that was determined.',
    markdownTable(
      [
        'pods',
        'coset, uniform nodes',
        'coset, mixed nodes',
        'kube-scheduler, all nodes',
        'its sample',
        'coset is faster, all nodes',
        'inside a class',
      ],
      rows,
    ),
    '![Decisions a second without an API](bench/results/plan.svg)',
    provenance(run),
  ].join('\n\n');
}

function millionPart({ run, figures }: Results): string {
  const rows = having(figures, ({ name }) => `million/${name}/mixed/placed`).map(({ name, title }) => {
    const of = (what: string) => figures.get(`million/${name}/${what}`);
    return [
      title,
      fraction(of('uniform/placed')),
      fraction(of('mixed/placed')),
      whole(of('uniform/peak-memory')),
      whole(of('mixed/peak-memory')),
    ];
  });
  return [
    '1,000,000 pods placed on 1,000,000 nodes from packed columns, one core:',
    markdownTable(
      ['pods', 'uniform nodes, s', 'mixed nodes, s', 'peak memory, uniform, MiB', 'mixed, MiB'],
      rows,
    ),
    provenance(run),
  ].join('\n\n');
}

function kernelPart({ run, figures }: Results): string {
  const of = (what: string) => figures.get(`kernel/mixed/${what}`)!;
  return [
    `A pass over mixed nodes under default spreading takes ${fraction(of('pass'))} ns a node, which is ` +
      `${fraction(of('pass-to-sum'))} times a bare SIMD sum over the same columns (${fraction(of('sum'))} ns) and ` +
      `${fraction(of('pass-to-unrolled-sum'))} times one with four accumulators (${fraction(of('unrolled-sum'))} ns); the ` +
      `scalar build takes ${fraction(of('scalar-to-simd'))} times as long.`,
    provenance(run),
  ].join('\n\n');
}

/** The workloads of which this figure was saved, in their order. */
function having(figures: Results['figures'], figureOf: (workload: Workload) => string): Workload[] {
  return WORKLOADS.filter((workload) => figures.has(figureOf(workload)));
}

function provenance({ command, date, machine, node }: Results['run']): string {
  return `<sub>\`${command}\`, ${date}, ${machine}, Node ${node}</sub>`;
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en-US');
}

/** With two or three digits that count. */
function fraction(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 100 ? whole(value) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function times(value: number | undefined): string {
  return value === undefined ? '' : `${value >= 10 ? whole(value) : value.toFixed(1)} times`;
}
