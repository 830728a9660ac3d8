// What a run on the embedded cluster came to, in sentences.
import type { Node, Pod } from '../api/types.ts';
import { amountsOf, requestsOf } from '../cluster/pod-resources.ts';
import type { CycleRecord } from '../control/types.ts';
import { GPU } from '../embedded/openb.ts';
import type { Store } from '../embedded/store/store.ts';
import { refusalOf } from './embedded.ts';

/** The reasons that are told before the rest is only counted. */
const REASONS_SHOWN = 5;

export function* summarise(store: Store, cycles: readonly CycleRecord[], seconds: number): Generator<string> {
  const nodes = store
    .collection('nodes')
    .sorted()
    .map(({ object }) => object as Node);
  const pods = store
    .collection('pods')
    .sorted()
    .map(({ object }) => object as Pod);
  const bound = pods.filter(({ spec }) => spec?.nodeName);
  const waiting = pods.filter(({ spec }) => !spec?.nodeName);
  const total = (of: (cycle: CycleRecord) => number) => cycles.reduce((sum, cycle) => sum + of(cycle), 0);
  const decisions = total((cycle) => cycle.pods);
  const passes = total((cycle) => cycle.filterPasses);
  const deciding = total((cycle) => Object.values(cycle.phasesMs).reduce((sum, ms) => sum + ms, 0));

  yield '';
  yield `Bound      ${bound.length} of ${pods.length} pods in ${seconds.toFixed(1)} s (${Math.round(bound.length / seconds)}/s), ${Math.round(deciding)} ms of it deciding`;
  yield `Classes    ${total((cycle) => cycle.classes)}: ${decisions} decisions took ${passes} filter passes, ${decisions - passes} were saved`;
  yield `Nodes      ${new Set(bound.map(({ spec }) => spec!.nodeName)).size} of ${nodes.length} in use`;
  const shares = ['cpu', 'memory', GPU].map((name) => {
    const used = sum(bound, (pod) => requestsOf(pod).get(name));
    const capacity = sum(nodes, (node) => amountsOf(node.status?.allocatable).get(name));
    return `${name} ${((100 * used) / capacity).toFixed(1)} %`;
  });
  yield `Requested  ${shares.join(', ')}`;
  yield `Waiting    ${waiting.length} pods${waiting.length > 0 ? ', because' : ''}`;
  const reasons = new Map<string, number>();
  for (const pod of waiting) {
    const reason = refusalOf(pod) ?? 'not tried yet';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const sorted = [...reasons].sort(([, one], [, two]) => two - one);
  for (const [reason, count] of sorted.slice(0, REASONS_SHOWN))
    yield `  ${String(count).padStart(6)}  ${reason}`;
  if (sorted.length > REASONS_SHOWN) yield `          and ${sorted.length - REASONS_SHOWN} other reasons`;
}

function sum<T>(items: readonly T[], of: (item: T) => number | undefined): number {
  return items.reduce((total, item) => total + (of(item) ?? 0), 0);
}
