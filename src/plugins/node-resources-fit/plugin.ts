// NodeResourcesFit: a node must have what the pod asks for left, and the emptier (or fuller) node is better.
import { STRATEGY_LEAST, STRATEGY_MOST, STRATEGY_RATIO } from '../../../assembly/layout.ts';
import type { ApiObject, Pod } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import {
  amountsOf,
  isExtendedResource,
  requestsOf,
  scoredRequestsOf,
  usageOf,
  type Amounts,
} from '../../model/pod-resources.ts';
import type { PluginArgs } from '../profile.ts';
import type { ScoringStrategy } from './args.ts';
import { piecewiseLinear } from '../common/piecewise-linear.ts';
import {
  unresolvable,
  unschedulable,
  definePlugin,
  type NodeRejection,
  type PackContext,
} from '../plugin.ts';
import { args } from './args.ts';
import { backingOf, resourcesOf } from '../common/extended-resources.ts';
import type { DeviceClass } from '../../model/devices.ts';
import {
  amountsText,
  askedColumns,
  kindsOf,
  scoredNames,
  scoredResources,
} from '../common/scored-resources.ts';

/** Besides 0, that the row lacks something. */
const REASON_BEYOND = 1;

type FitArgs = PluginArgs['NodeResourcesFit'];

export const nodeResourcesFit = definePlugin({
  name: 'NodeResourcesFit',
  points: ['preFilter', 'filter', 'preScore', 'score', 'placementScore'],
  needs: ['preFilter'],
  args,
  reads: {
    spec: ['resources', 'overhead'],
    containers: ['requests', 'restartPolicy'],
    node: ['allocatable'],
  },

  key(pod) {
    const { requests, nonzeroCpu, nonzeroMemory } = usageOf(pod);
    const texts = [amountsText(requestsOf(pod)), amountsText(scoredRequestsOf(pod)), amountsText(requests)];
    return { resources: [...texts, nonzeroCpu, nonzeroMemory].join('|') };
  },

  packsRequests: true,
  pack(pod, context) {
    const { builder, cluster, profile, code, weight } = context;
    const { nodes } = cluster;
    const args = profile.args.NodeResourcesFit;
    const checked: [string, number][] = [['pods', 1], ...checkedRequests(pod, args)];
    const backing = backingOf(cluster.store);
    if (code !== 0) {
      let isMissing = false;
      for (const [name, amount] of checked) {
        if (!nodes.counts(name)) {
          // of resources that nobody has, one keeps the pod from all nodes
          if (isMissing || backing.has(name)) continue;
          isMissing = true;
        }
        builder.requests(askedColumns(name, context), amount, code);
      }
    }
    let detail: { slot: number } | undefined;
    if (weight !== 0) {
      const { scoringStrategy } = args;
      const resources = scoredResources(scoringStrategy.resources, scoredRequestsOf(pod), context, true);
      const [strategy, shape] = [strategyOf(scoringStrategy), shapeOf(scoringStrategy)];
      detail = { slot: builder.resourceScore({ strategy, resources, shape, weight }) };
    }
    let lacking: ((row: number) => NodeRejection) | undefined;
    const beyond = code !== 0 && nodes.hasBeyond ? passOverBeyond(pod, checked, context) : undefined;
    return {
      detail,
      explain: (row, reason) =>
        reason === REASON_BEYOND ? beyond!.get(row)! : (lacking ??= lackingOf(checked, cluster))(row),
      kinds: kindsOf(requestsOf(pod), context),
    };
  },

  helps(event, pod, { profile, cluster }) {
    const args = profile.args.NodeResourcesFit;
    if (event.kind === 'TargetPod') {
      const before = requestsOf(event.before);
      return [...before].some(([name, amount]) => (requestsOf(event.after).get(name) ?? 0) < amount);
    }
    if (event.kind === 'AssignedPod') {
      if (event.before === undefined) return false;
      if (event.after === undefined) return true;
      return asksForMoreOf(usageOf(event.before).requests, usageOf(event.after).requests, pod, args);
    }
    if (event.kind === 'Object') return classHelps(event.before, event.after, new Map(asked(pod, args)));
    if (event.kind !== 'Node' || event.after === undefined) return false;
    const after = amountsOf(event.after.status?.allocatable);
    const backing = backingOf(cluster.store);
    const byDevices = (name: string) => (after.get(name) ?? 0) === 0 && backing.has(name);
    for (const [name, amount] of asked(pod, args))
      if ((after.get(name) ?? 0) < amount && !byDevices(name)) return false;
    if (event.before === undefined) return true;
    const before = amountsOf(event.before.status?.allocatable);
    return asksForMoreOf(after, before, pod, args) || asksFor(byDevices, pod, args);
  },
});

/** Rejects the rows that offer more than can be counted exactly of what is asked for or scored. Says why, by row. */
function passOverBeyond(
  pod: Pod,
  checked: readonly [string, number][],
  { builder, cluster, profile, code }: PackContext,
): ReadonlyMap<number, NodeRejection> {
  const { nodes } = cluster;
  const { NodeResourcesFit, NodeResourcesBalancedAllocation } = profile.args;
  const scored = [
    ...scoredNames(NodeResourcesFit.scoringStrategy.resources, scoredRequestsOf(pod)),
    ...scoredNames(NodeResourcesBalancedAllocation.resources, requestsOf(pod)),
  ];
  const reasons = new Map<number, NodeRejection>();
  for (const name of new Set([...checked.map(([asked]) => asked), ...scored])) {
    for (const row of nodes.rowsBeyond(name)) {
      const reason = `node ${nodes.node(row)!.name} offers more ${name} than can be counted exactly`;
      reasons.set(row, unresolvable(reason));
      builder.rejectRow(row, code + REASON_BEYOND);
    }
  }
  return reasons;
}

/** Whether a device class has begun to back a resource that is asked for. */
function classHelps(
  before: ApiObject | undefined,
  after: ApiObject | undefined,
  requests: ReadonlyMap<string, number>,
): boolean {
  if (after?.kind !== 'DeviceClass') return false;
  const had = before === undefined ? [] : resourcesOf(before as DeviceClass);
  return resourcesOf(after as DeviceClass).some((name) => requests.has(name) && !had.includes(name));
}

const MET = 0;
const LACKING = 1;
/** An empty node would not have it either. */
const BEYOND = 2;

/** A tree of what rows have of one resource after another: a row is explained by a walk, without a text to look up. */
interface Branch {
  parent?: Branch;
  outcome: number;
  next: Branch[];
  explanation?: NodeRejection;
}

/** Says what a row lacks: the same object for rows that lack the same. */
function lackingOf(
  checked: readonly [string, number][],
  { nodes, store }: Cluster,
): (row: number) => NodeRejection {
  const { arena } = nodes.columns;
  const backing = backingOf(store);
  const asked = checked
    .map(([name, amount]) => ({ name, amount, isBacked: backing.has(name), ...nodes.resource(name) }))
    .filter(({ name, isBacked }) => !isBacked || nodes.counts(name));
  // what no node has is lacking everywhere
  const counted = asked.filter(({ name }) => nodes.counts(name));
  const explain = (branch: Branch): NodeRejection => {
    const met = new Set<(typeof counted)[number]>();
    let isBeyond = counted.length < asked.length;
    let n = counted.length;
    for (let at = branch; at.parent !== undefined; at = at.parent) {
      n--;
      if (at.outcome === MET) met.add(counted[n]!);
      // what an empty node would not have no preemption can help
      if (at.outcome === BEYOND) isBeyond = true;
    }
    const lacking = asked.filter((each) => !met.has(each));
    const reasons = lacking.map(({ name }) => (name === 'pods' ? 'Too many pods' : `Insufficient ${name}`));
    return (isBeyond ? unresolvable : unschedulable)(...reasons);
  };
  const root: Branch = { outcome: MET, next: [] };
  return (row) => {
    const { f64 } = arena;
    let at = root;
    for (const { name, amount, isBacked, allocatable, used } of counted) {
      const all = f64[allocatable.pointer / 8 + row]!;
      const isMet = (isBacked && all === 0) || amount <= all - f64[used.pointer / 8 + row]!;
      const outcome = isMet ? MET : name !== 'pods' && amount > all ? BEYOND : LACKING;
      at = at.next[outcome] ??= { parent: at, outcome, next: [] };
    }
    return (at.explanation ??= explain(at));
  };
}

/** What the filter checks, in any order: most events are decided by the first few. */
function* asked(pod: Pod, args: FitArgs): Iterable<[string, number]> {
  yield ['pods', 1];
  for (const [name, amount] of requestsOf(pod))
    if (name !== 'pods' && amount > 0 && !isIgnored(name, args)) yield [name, amount];
}

/** Whether the pod asks for a resource of which there is more in the one list than in the other. */
function asksForMoreOf(more: Amounts, less: Amounts, pod: Pod, args: FitArgs): boolean {
  return asksFor((name) => (more.get(name) ?? 0) > (less.get(name) ?? 0), pod, args);
}

function asksFor(isSuch: (resource: string) => boolean, pod: Pod, args: FitArgs): boolean {
  for (const [name] of asked(pod, args)) if (isSuch(name)) return true;
  return false;
}

const CHECKED_FIRST = ['cpu', 'memory', 'ephemeral-storage'];

/** What the filter checks, in the order in which the reference names what is missing. */
function checkedRequests(pod: Pod, args: FitArgs): [string, number][] {
  const requests = requestsOf(pod);
  const others: string[] = [];
  for (const name of requests.keys()) if (name !== 'pods' && !CHECKED_FIRST.includes(name)) others.push(name);
  const checked: [string, number][] = [];
  for (const name of others.length === 0 ? CHECKED_FIRST : [...CHECKED_FIRST, ...others.sort()]) {
    const amount = requests.get(name) ?? 0;
    if (amount > 0 && !isIgnored(name, args)) checked.push([name, amount]);
  }
  return checked;
}

function isIgnored(name: string, { ignoredResources, ignoredResourceGroups }: FitArgs): boolean {
  if (ignoredResources.length + ignoredResourceGroups.length === 0 || !isExtendedResource(name)) return false;
  return ignoredResources.includes(name) || ignoredResourceGroups.includes(name.split('/')[0]!);
}

function strategyOf({ type }: ScoringStrategy): number {
  return type === 'LeastAllocated'
    ? STRATEGY_LEAST
    : type === 'MostAllocated'
      ? STRATEGY_MOST
      : STRATEGY_RATIO;
}

/** RequestedToCapacityRatio's broken line at each whole utilization. */
function shapeOf({ type, shape }: ScoringStrategy): number[] | undefined {
  if (type !== 'RequestedToCapacityRatio') return undefined;
  return Array.from({ length: 101 }, (_, utilization) => piecewiseLinear(shape, utilization));
}
