// What a run on the embedded cluster came to, as data and in sentences.
import { dump } from 'js-yaml';
import { colours } from './colours.ts';
import { addToCount } from '../model/by-key.ts';
import type { Node, Pod } from '../model/types.ts';
import { amountsOf, requestsOf } from '../model/pod-resources.ts';
import type { CycleRecord } from '../control/types.ts';
import { GPU } from '../dev/embedded/openb.ts';
import type { Store } from '../dev/embedded/store/store.ts';

/** The reasons that are told before the rest is only counted. */
const REASONS_SHOWN = 5;

export interface Summary {
  pods: { all: number; bound: number; waiting: number };
  seconds: number;
  decidingMs: number;
  classes: number;
  decisions: number;
  filterPasses: number;
  nodes: { all: number; inUse: number };
  /** The share of each resource that is requested, in percent. */
  requestedPercent: Record<string, number>;
  /** Why pods wait, with how many do for it; the most frequent first. */
  reasons: { message: string; pods: number }[];
}

export function summaryOf(store: Store, cycles: readonly CycleRecord[], seconds: number): Summary {
  const nodes = store.list<Node>('nodes');
  const pods = store.list<Pod>('pods');
  const bound = pods.filter(({ spec }) => spec?.nodeName);
  const waiting = pods.filter(({ spec }) => !spec?.nodeName);
  const total = (of: (cycle: CycleRecord) => number) => cycles.reduce((sum, cycle) => sum + of(cycle), 0);
  const reasons = new Map<string, number>();
  for (const pod of waiting) {
    const reason = refusalOf(pod) ?? 'not tried yet';
    addToCount(reasons, reason, 1);
  }
  const shares = ['cpu', 'memory', GPU].map((name) => {
    const used = sum(bound, (pod) => requestsOf(pod).get(name));
    const capacity = sum(nodes, (node) => amountsOf(node.status?.allocatable).get(name));
    return [name, (100 * used) / capacity] as const;
  });
  return {
    pods: { all: pods.length, bound: bound.length, waiting: waiting.length },
    seconds,
    decidingMs: total((cycle) => Object.values(cycle.phasesMs).reduce((one, ms) => one + ms, 0)),
    classes: total((cycle) => cycle.classes),
    decisions: total((cycle) => cycle.pods),
    filterPasses: total((cycle) => cycle.filterPasses),
    nodes: { all: nodes.length, inUse: new Set(bound.map(({ spec }) => spec!.nodeName)).size },
    requestedPercent: Object.fromEntries(shares),
    reasons: [...reasons]
      .sort(([, one], [, two]) => two - one)
      .map(([message, count]) => ({ message, pods: count })),
  };
}

export function printSummary(summary: Summary, output: 'json' | 'table' | 'yaml'): string {
  if (output === 'json') return JSON.stringify(summary, undefined, 2);
  return output === 'yaml' ? dump(summary, { lineWidth: -1 }).trimEnd() : [...sentences(summary)].join('\n');
}

function* sentences(summary: Summary): Generator<string> {
  const { pods, seconds, nodes, decisions, filterPasses, reasons } = summary;
  const title = (text: string) => colours.bold(text.padEnd(11));
  const rate = `${seconds.toFixed(1)} s (${Math.round(pods.bound / seconds)}/s)`;
  const saved = decisions - filterPasses;
  yield '';
  yield `${title('Bound')}${pods.bound} of ${pods.all} pods in ${rate}, ${Math.round(summary.decidingMs)} ms of it deciding`;
  yield `${title('Classes')}${summary.classes}: ${decisions} decisions took ${filterPasses} filter passes, ${saved} were saved`;
  yield `${title('Nodes')}${nodes.inUse} of ${nodes.all} in use`;
  const shares = Object.entries(summary.requestedPercent).map(
    ([name, percent]) => `${name} ${percent.toFixed(1)} %`,
  );
  yield `${title('Requested')}${shares.join(', ')}`;
  yield `${title('Waiting')}${pods.waiting} pods${pods.waiting > 0 ? ', because' : ''}`;
  for (const { message, pods: count } of reasons.slice(0, REASONS_SHOWN)) {
    yield `  ${colours.yellow(String(count).padStart(6))}  ${message}`;
  }
  if (reasons.length > REASONS_SHOWN) yield `          and ${reasons.length - REASONS_SHOWN} other reasons`;
}

/** Why a pod waits, as the scheduler wrote it. */
export function refusalOf(pod: Pod): string | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return condition?.status === 'False' ? condition.message : undefined;
}

function sum<T>(items: readonly T[], of: (item: T) => number | undefined): number {
  return items.reduce((total, item) => total + (of(item) ?? 0), 0);
}
