// What nodes have and what pods ask for of it, before and after a plan.
import { amountsOf, usageOf, type Amounts } from '../../model/pod-resources.ts';
import type { Node, Pod } from '../../model/types.ts';
import { unitOf } from './format.ts';
import type { ResourceView, Totals, ZoneView } from './types.ts';

/** Shown of every cluster, in this order. */
const ALWAYS = ['cpu', 'memory', 'pods'];
const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];

/** Pods that stand on nodes, before and after. */
export interface Standing {
  before: readonly Pod[];
  after: readonly Pod[];
}

/**
 * cpu, memory and pods, and what else nodes have that somebody could ask for: extended resources, and others that some
 * pod does ask for.
 */
export function utilisationOf(nodes: readonly Node[], { before, after }: Standing): ResourceView[] {
  const rows = new Map(nodes.map(({ metadata }, row) => [metadata?.name ?? '', row]));
  const allocatable = nodes.map(({ status }) => amountsOf(status?.allocatable));
  const [used, willBe] = [usedOf(rows, before), usedOf(rows, after)];
  return shownResources(allocatable, [...used, ...willBe]).map((name) => {
    const column = (amounts: readonly Amounts[]) => Float64Array.from(amounts, (of) => of.get(name) ?? 0);
    const columns = {
      allocatable: column(allocatable),
      before: column(used),
      after: column(willBe),
    };
    return { name, unit: unitOf(name), ...columns, totals: totalsOf(columns, () => true) };
  });
}

/** What the pods on each node ask for together, with how many they are as "pods". */
function usedOf(rows: ReadonlyMap<string, number>, pods: readonly Pod[]): Amounts[] {
  const used = Array.from({ length: rows.size }, (): Amounts => new Map());
  for (const pod of pods) {
    const row = rows.get(pod.spec?.nodeName ?? '');
    if (row === undefined) continue;
    const sums = used[row]!;
    sums.set('pods', (sums.get('pods') ?? 0) + 1);
    for (const [name, amount] of usageOf(pod).requests)
      if (name !== 'pods') sums.set(name, (sums.get(name) ?? 0) + amount);
  }
  return used;
}

function shownResources(allocatable: readonly Amounts[], used: readonly Amounts[]): string[] {
  const asked = new Set(used.flatMap((amounts) => [...amounts.keys()]));
  const others = new Set<string>();
  for (const amounts of allocatable)
    for (const [name, amount] of amounts)
      if (amount > 0 && !ALWAYS.includes(name) && (asked.has(name) || name.includes('/'))) others.add(name);
  return [...ALWAYS, ...[...others].sort()];
}

function totalsOf(
  { allocatable, before, after }: Pick<ResourceView, 'allocatable' | 'before' | 'after'>,
  isCounted: (row: number) => boolean,
): Totals {
  const sum = (column: Float64Array) =>
    column.reduce((total, amount, row) => (isCounted(row) ? total + amount : total), 0);
  return { allocatable: sum(allocatable), before: sum(before), after: sum(after) };
}

/** The zones by name, those without one last, and the zone of each node. */
export function zonesOf(
  nodes: readonly Node[],
  resources: readonly ResourceView[],
): { zones: ZoneView[]; ofNode: Uint32Array } {
  const names = nodes.map(({ metadata }) => {
    const label = ZONES.find((key) => metadata?.labels?.[key] !== undefined);
    return label === undefined ? '' : metadata!.labels![label]!;
  });
  const ordered = [...new Set(names)].sort((one, two) =>
    one === '' ? 1 : two === '' ? -1 : one < two ? -1 : 1,
  );
  const places = new Map(ordered.map((name, place) => [name, place]));
  const ofNode = Uint32Array.from(names, (name) => places.get(name)!);
  const zones = ordered.map((name, place) => {
    const isIn = (row: number) => ofNode[row] === place;
    return {
      name,
      nodes: names.filter((other) => other === name).length,
      totals: resources.map((resource) => totalsOf(resource, isIn)),
    };
  });
  return { zones, ofNode };
}
