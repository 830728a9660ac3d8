// What docs/benchmarks.md says about speed, and the README in short: written from the saved figures and from nothing else.
import type { Results } from '../results.ts';
import { WORKLOADS } from '../workloads/workloads.ts';
import { markdownTable } from './markdown.ts';
import { schedulerPerfPart } from './scheduler-perf.ts';
import { fraction, microseconds, percent, provenance, times, whole } from './shown.ts';

/** What was saved of each level that is told of. */
export interface Saved {
  kernel?: Results;
  plan?: Results;
  million?: Results;
  cycle?: Results;
  cluster?: Results;
  churn?: Results;
  edge?: Results;
  /** One of each workload. */
  schedulerPerf?: readonly Results[];
}

/** The runtimes by their names in figures. */
const EDGE_HOSTS = [
  ['node-20', 'Node 20'],
  ['node-24', 'Node 24'],
  ['deno', 'Deno'],
  ['bun', 'Bun'],
  ['workerd', 'workerd'],
  ['chromium', 'Chromium'],
] as const;

/** Between the README's markers: one line for each workload of both levels. */
export function summary({ cluster, plan }: Saved): string {
  if (cluster === undefined || plan === undefined) return '';
  const decisions = (name: string) => plan.figures.get(`plan/${name}/mixed/decisions-to-oracle-100`);
  const rows = WORKLOADS.flatMap(({ name, title }) => {
    const of: FigureOf = (what) => cluster.figures.get(`cluster/${name}/${what}`);
    if (of('coset/pods-per-second') === undefined) return [];
    return [
      [
        title,
        `${whole(of('coset/pods-per-second'))} / ${whole(of('kube-scheduler/pods-per-second'))}`,
        times(of('coset-to-kube-scheduler/rate')),
        times(decisions(name)),
      ],
    ];
  });
  const header = ['pods', 'bound a second, coset / kube-scheduler', 'faster', 'decisions alone'];
  return [
    'On a real API server with 5,000 nodes, 3,000 pods that are there before the scheduler starts; beside it decisions alone, ' +
      "against kube-scheduler's own framework looking at all nodes as coset does.",
    markdownTable(header, rows),
    `${provenance(cluster.run)}<br>\n${provenance(plan.run)}`,
  ].join('\n\n');
}

/** Between the markers of docs/benchmarks.md. A level of which nothing was saved is left out. */
export function section(saved: Saved): string {
  const { kernel, plan, million, cycle, cluster, churn, edge, schedulerPerf = [] } = saved;
  const parts = [
    cluster && clusterPart(cluster),
    schedulerPerfPart(schedulerPerf),
    cycle && cyclePart(cycle),
    churn && churnPart(churn),
    plan && planPart(plan),
    million && millionPart(million),
    kernel && kernelPart(kernel),
    edge && edgePart(edge),
  ];
  return parts.filter((part) => part !== undefined).join('\n\n');
}

const OF_BINDING_CLIENT: Column = [
  'of one that only binds',
  (of) => percent(of('coset-to-binding-client/rate')),
];

function clusterPart({ run, figures }: Results): string {
  const three = (what: string, show: typeof whole) => (of: FigureOf) =>
    ['coset', 'kube-scheduler', 'bare-client']
      .map((contestant) => show(of(`${contestant}/${what}`)))
      .join(' / ');
  return [
    '### On a real API server',
    "etcd, kube-apiserver, 5,000 nodes and the pods that scheduler_perf's case has on them; 3,000 pods more are there before " +
      'the scheduler starts, and events are sent. The bare client binds each pod, sends its event and decides nothing: it is ' +
      'what the API server allows to who does both at one pace. coset lets bindings go first, and events follow. Pods a ' +
      'second from the first binding to the last, from the start of the process to the last binding, and from there to the ' +
      'last event; CPU to the last event (ms a pod) and peak memory (MiB). Three numbers are of coset / kube-scheduler / the ' +
      'bare client. All are the middle of five rounds.',
    tableOf(figures, 'cluster', 'coset/pods-per-second', [
      ['pods/s', three('pods-per-second', whole)],
      ['times kube-scheduler', (of) => fraction(of('coset-to-kube-scheduler/rate'))],
      ['of the bare client', (of) => percent(of('coset-to-bare-client/rate'))],
      // it came later than the others
      ...(figures.has('cluster/none/coset-to-binding-client/rate') ? [OF_BINDING_CLIENT] : []),
      ['from start', three('from-start', whole)],
      ['times kube-scheduler', (of) => fraction(of('coset-to-kube-scheduler/from-start'))],
      ['of the bare client', (of) => percent(of('coset-to-bare-client/from-start'))],
      ['to the last event', three('with-events', whole)],
      ['times kube-scheduler', (of) => fraction(of('coset-to-kube-scheduler/with-events'))],
      ['of the bare client', (of) => percent(of('coset-to-bare-client/with-events'))],
      ['CPU', three('cpu-per-pod-with-events', fraction)],
      ['memory', three('peak-memory', whole)],
    ]),
    `While 100,000 pods wait, their events and conditions written, coset has ${whole(figures.get('cluster/pending-memory'))} ` +
      'MiB at the most. It knows 5,000 nodes with 50,000 pods on them ' +
      `${fraction(figures.get('cluster/start-up/synced'))} s after its process has begun, with ` +
      `${whole(figures.get('cluster/start-up/peak-memory'))} MiB at the most.`,
    '![Pods a second on a real API server](../bench/results/cluster.svg)',
    provenance(run),
  ].join('\n\n');
}

function churnPart({ run, figures }: Results): string {
  return [
    '### Over time',
    'Ten minutes in which 50 pods a second come and as many go, and a node each second, with labels, keys, affinities, ' +
      'resources and ports of their own: 1,000 nodes and 2,000 pods at any time. In the last two minutes the process has ' +
      `${whole(figures.get('churn/names/memory'))} MiB, ${fraction(figures.get('churn/names/end-to-middle'))} times what it ` +
      'had in the middle.',
    provenance(run),
  ].join('\n\n');
}

function cyclePart({ run, figures }: Results): string {
  const share =
    (...parts: string[]) =>
    (of: FigureOf) =>
      `${fraction(parts.reduce((sum, part) => sum + of(`share/${part}`)!, 0))} %`;
  return [
    '### On an API in memory',
    '`coset run` as it is shipped (its bundle, started as in the image), over loopback HTTP: 5,000 nodes, 3,000 pods that ' +
      'are there before it starts. Pods a second from the first binding to the last, and from the start of the process; CPU ' +
      'of the whole process, and the least that decoding, packing and the class key have of it. The API in memory runs ' +
      'beside it on the same two cores.',
    tableOf(figures, 'cycle', 'pods-per-second', [
      ['pods/s', (of) => whole(of('pods-per-second'))],
      ['from start', (of) => whole(of('from-start'))],
      ['CPU, ms a pod', (of) => fraction(of('cpu-per-pod'))],
      ['decoding', share('decode-nodes', 'decode-pods')],
      ['packing', share('nodes', 'pods')],
      ['class key', share('class-key')],
      ['peak memory, MiB', (of) => whole(of('peak-memory'))],
    ]),
    provenance(run),
  ].join('\n\n');
}

function planPart({ run, figures }: Results): string {
  return [
    '### Without an API',
    "5,000 nodes, 10,000 pending pods, one core; beside it kube-scheduler's own framework (`kube-oracle time`) on the same " +
      'mixed nodes in the same run: on all nodes (`-pct 100`), and on the 500 or so that it looks at by default (`-pct 0`). ' +
      'Uniform nodes are alike and empty; mixed ones have five sizes and a load of their own. Decisions a second count the ' +
      'filter pass and the choice for each pod, with the bookkeeping; the class key is looked up when a pod arrives, and is not ' +
      `counted (${microseconds(figures.get('plan/none/mixed/class-key'))} for a pod without constraints, ` +
      `${microseconds(figures.get('plan/own-class/mixed/class-key'))} for one of its own class). ` +
      '"Inside a class" is one more pod of a class that was determined.',
    tableOf(figures, 'plan', 'mixed/decisions', [
      ['coset, uniform nodes', (of) => whole(of('uniform/decisions'))],
      ['coset, mixed nodes', (of) => whole(of('mixed/decisions'))],
      ['kube-scheduler, all nodes', (of) => whole(of('mixed/oracle-100'))],
      ['its sample', (of) => whole(of('mixed/oracle-0'))],
      ['coset is faster, all nodes', (of) => times(of('mixed/decisions-to-oracle-100'))],
      ['inside a class', (of) => times(of('mixed/inside-class-to-oracle-100'))],
    ]),
    '![Decisions a second without an API](../bench/results/plan.svg)',
    provenance(run),
  ].join('\n\n');
}

function millionPart({ run, figures }: Results): string {
  return [
    '1,000,000 pods placed on 1,000,000 nodes from packed columns, one core:',
    tableOf(figures, 'million', 'mixed/placed', [
      ['uniform nodes, s', (of) => fraction(of('uniform/placed'))],
      ['mixed nodes, s', (of) => fraction(of('mixed/placed'))],
      ['peak memory, uniform, MiB', (of) => whole(of('uniform/peak-memory'))],
      ['mixed, MiB', (of) => whole(of('mixed/peak-memory'))],
    ]),
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

function edgePart({ run, figures }: Results): string {
  const of = (host: string, what: string) => figures.get(`edge/${host}/${what}`);
  const node = of('node-24', 'decide') ?? NaN;
  const rows = EDGE_HOSTS.map(([host, title]) => [
    title,
    whole(of(host, 'first-plan')),
    whole(of(host, 'plan')),
    whole(of(host, 'decide')),
    fraction((of(host, 'decide') ?? NaN) / node),
  ]);
  const fitting = (most: number) => whole(figures.get(`edge/capacity/${most}-ms`));
  return [
    '### At the edge',
    'The service on each runtime, asked over HTTP (in Chromium, from the page): milliseconds from the start of the process to ' +
      'the first plan; to read 5,000 nodes and plan a pod; and to say where the 10,000 pods of a Deployment would go on 5,000 ' +
      'nodes that are kept, pods and names made, answer included.',
    markdownTable(['runtime', 'first plan', 'plan', 'what if 10,000 pods', "of Node 24's"], rows),
    `Of small nodes, ${fitting(10)} are read and planned on within 10 ms of the processor, ${fitting(50)} within 50 ms and ` +
      `${fitting(300)} within 300 ms (Node, warm).`,
    provenance(run),
  ].join('\n\n');
}

/** A figure of one workload at one level; undefined when it was not saved. */
type FigureOf = (what: string) => number | undefined;
type Column = readonly [header: string, cell: (of: FigureOf) => string];

/** A line for each workload of which the figure `probe` was saved: its title, and a cell for each column. */
function tableOf(
  figures: Results['figures'],
  level: string,
  probe: string,
  columns: readonly Column[],
): string {
  const rows = WORKLOADS.flatMap(({ name, title }) => {
    const of: FigureOf = (what) => figures.get(`${level}/${name}/${what}`);
    return of(probe) === undefined ? [] : [[title, ...columns.map(([, cell]) => cell(of))]];
  });
  return markdownTable(['pods', ...columns.map(([header]) => header)], rows);
}
