// PodTopologySpread: a pod's own spread constraints, or the profile's defaults for the pods that services and controllers
// select.
import { LIMIT_SKEW, NORMALIZE_FEWEST } from '../../../assembly/layout.ts';
import {
  bothSelectors,
  isEmpty,
  matches,
  selectorOf,
  selectorOfSet,
  selectorText,
  type Selector,
} from '../../model/labels.ts';
import type { Node, Pod, TopologySpreadConstraint } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { PodBucket } from '../../state/pod-buckets.ts';
import type { Condition, Domains, TermList } from '../../kernel/program/parts.ts';
import type { Tally } from '../../kernel/program/tally.ts';
import type { PluginArgs } from '../profile.ts';
import { definePlugin, type Counter, type PackContext, type PluginContext } from '../plugin.ts';
import { args } from './args.ts';
import { unresolvable, unschedulable } from '../plugin.ts';
import { conditionsOf, requiredTermsOf } from '../common/node-selectors.ts';
import { repels, tolerationsOf } from '../common/taints.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

const REASON_SKEW = 0;
const REASON_NO_LABEL = 1;
const NO_LABEL = unresolvable(
  "node(s) didn't match pod topology spread constraints (missing required label)",
);
const UNEVEN = unschedulable("node(s) didn't match pod topology spread constraints");

interface SpreadConstraint {
  topologyKey: string;
  maxSkew: number;
  minDomains: number;
  honorsAffinity: boolean;
  honorsTaints: boolean;
  selector: Selector;
}

type Action = 'DoNotSchedule' | 'ScheduleAnyway';

export const podTopologySpread = definePlugin({
  name: 'PodTopologySpread',
  points: ['preFilter', 'filter', 'preScore', 'score'],
  weight: 2,
  needs: ['preFilter', 'preScore'],
  args,
  reads: {
    spec: ['topologySpreadConstraints', 'nodeSelector', 'affinity', 'tolerations'],
    node: ['labels', 'taints'],
  },

  selectors: (pod) => ownConstraints(pod).map((constraint) => selectorWithKeys(constraint, pod)),

  key(pod, context) {
    const describe = (action: Action) =>
      constraintsOf(pod, action, context).map(({ selector, ...rest }) => [rest, selectorText(selector)]);
    const hard = describe('DoNotSchedule');
    const soft = describe('ScheduleAnyway');
    if (hard.length === 0 && soft.length === 0) return {};
    // labels decide whether the pod counts for itself and for the others
    const labels = context.cluster.keys.project(pod.metadata?.labels);
    return {
      general: pod.metadata?.namespace ?? 'default',
      rule: JSON.stringify([hard, soft, needsAllKeys(pod, context), labels]),
    };
  },

  pack(pod, context) {
    const { builder, code, weight } = context;
    const counters: Counter[] = [];
    const hard = code === 0 ? [] : deciding(constraintsOf(pod, 'DoNotSchedule', context), context);
    const hardEligible = eligibleNodes(pod, hard, context);
    for (const constraint of hard) {
      const { maxSkew: most, minDomains } = constraint;
      const pods = builder.domainFilter({
        ...domainsOf(pod, constraint, hardEligible(constraint), context),
        ...{ limit: LIMIT_SKEW, most, minDomains },
        ...{ code: code + REASON_SKEW, absentCode: code + REASON_NO_LABEL },
      });
      counters.push(counterOf(pod, constraint, pods));
    }
    const explain = (_: number, reason: number) => (reason === REASON_NO_LABEL ? NO_LABEL : UNEVEN);
    const scoring = weight === 0 ? [] : constraintsOf(pod, 'ScheduleAnyway', context);
    if (scoring.length === 0) return { explain, counters };
    const requiresAll = needsAllKeys(pod, context);
    // a key that no node has leaves all nodes out of the score, whatever the others count
    const decisive = requiresAll
      ? scoring.find(({ topologyKey }) => !hasDomains(topologyKey, context))
      : undefined;
    const soft = decisive === undefined ? scoring : [decisive];
    const softEligible = eligibleNodes(pod, requiresAll ? soft : [], context);
    const tables = soft.map((constraint) => ({
      ...domainsOf(pod, constraint, softEligible(constraint), context),
      byRow: constraint.topologyKey === HOSTNAME,
      offset: constraint.maxSkew - 1,
    }));
    const { tallies, slot } = builder.domainScore({
      normalizer: NORMALIZE_FEWEST,
      tables,
      requiresAll,
      weight,
    });
    soft.forEach((constraint, n) => counters.push(counterOf(pod, constraint, tallies[n]!)));
    return { explain, counters, detail: { slot } };
  },

  helps(event, pod, context) {
    const constraints = hardOf(pod, context);
    if (event.kind === 'TargetPod') {
      if (constraints.some(({ honorsTaints }) => honorsTaints)) return true;
      return changesCounts(constraints, event.before, event.after);
    }
    if (event.kind === 'AssignedPod') {
      const { before, after } = event;
      if ((before ?? after)!.metadata?.namespace !== pod.metadata?.namespace) return false;
      return changesCounts(constraints, before, after);
    }
    if (event.kind !== 'Node') return event.kind === 'Object';
    const { before, after } = event;
    const had = before !== undefined && hasKeys(before, constraints);
    const has = after !== undefined && hasKeys(after, constraints);
    if (before === undefined || after === undefined || had !== has) return had || has;
    return (
      has &&
      (constraints.some(
        ({ topologyKey }) => before.metadata?.labels?.[topologyKey] !== after.metadata?.labels?.[topologyKey],
      ) ||
        JSON.stringify(before.spec?.taints ?? []) !== JSON.stringify(after.spec?.taints ?? []))
    );
  },
});

function ownConstraints(pod: Pod): readonly TopologySpreadConstraint[] {
  return pod.spec?.topologySpreadConstraints ?? [];
}

function constraintsOf(pod: Pod, action: Action, { cluster, profile }: PluginContext): SpreadConstraint[] {
  const own = ownConstraints(pod);
  const acting = (list: readonly TopologySpreadConstraint[]) =>
    list.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
  if (own.length > 0)
    return acting(own).map((constraint) => parse(constraint, selectorWithKeys(constraint, pod)));
  const defaults = acting(defaultsOf(profile.args.PodTopologySpread));
  if (defaults.length === 0) return [];
  const selector = selectorOfOwners(pod, cluster);
  return isEmpty(selector) ? [] : defaults.map((constraint) => parse(constraint, selector));
}

const known = new WeakMap<Pod, SpreadConstraint[]>();

/** The hard constraints; a pod's own are read once, as events ask for them again and again. */
function hardOf(pod: Pod, context: PluginContext): SpreadConstraint[] {
  if (ownConstraints(pod).length === 0) return constraintsOf(pod, 'DoNotSchedule', context);
  let constraints = known.get(pod);
  if (constraints === undefined) known.set(pod, (constraints = constraintsOf(pod, 'DoNotSchedule', context)));
  return constraints;
}

/** Whether soft constraints score only nodes with all their keys; the system's defaults score nodes without a zone too. */
function needsAllKeys(pod: Pod, { profile }: PluginContext): boolean {
  return ownConstraints(pod).length > 0 || profile.args.PodTopologySpread.defaultingType !== 'System';
}

function defaultsOf(args: PluginArgs['PodTopologySpread']): readonly TopologySpreadConstraint[] {
  return args.defaultingType === 'System' ? SYSTEM_DEFAULTS : args.defaultConstraints;
}

function parse(constraint: TopologySpreadConstraint, selector: Selector): SpreadConstraint {
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    selector,
  };
}

function selectorWithKeys({ labelSelector, matchLabelKeys }: TopologySpreadConstraint, pod: Pod): Selector {
  const selector = selectorOf(labelSelector);
  const labels = pod.metadata?.labels ?? {};
  const set = Object.fromEntries(
    (matchLabelKeys ?? []).filter((key) => key in labels).map((key) => [key, labels[key]!]),
  );
  return Object.keys(set).length === 0 ? selector : bothSelectors(selectorOfSet(set), selector);
}

/** The selector that the pod's services and its controller stand for: helper.DefaultSelector. */
function selectorOfOwners(pod: Pod, { objects }: Cluster): Selector {
  const namespace = pod.metadata?.namespace ?? 'default';
  const set: Record<string, string> = {};
  for (const service of objects.servicesOf(namespace, pod.metadata?.labels)) Object.assign(set, service.set);
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (owner?.apiVersion === 'v1' && owner.kind === 'ReplicationController') {
    Object.assign(set, objects.get('ReplicationController', namespace, owner.name)?.set);
  }
  const selector = selectorOfSet(set);
  if (owner?.apiVersion !== 'apps/v1' || (owner.kind !== 'ReplicaSet' && owner.kind !== 'StatefulSet'))
    return selector;
  const controller = objects.get(owner.kind, namespace, owner.name);
  return controller === undefined || controller.selector.nothing
    ? selector
    : bothSelectors(selector, controller.selector);
}

/** The hard constraints up to the first one that rejects all nodes, as none has its key: nodes get no further. */
function deciding(hard: readonly SpreadConstraint[], context: PackContext): readonly SpreadConstraint[] {
  const last = hard.findIndex(({ topologyKey }) => !hasDomains(topologyKey, context));
  return last === -1 ? hard : hard.slice(0, last + 1);
}

function hasDomains(topologyKey: string, { cluster }: PackContext): boolean {
  return cluster.nodes.label(topologyKey).codes.size > 0;
}

/**
 * The nodes whose pods a constraint counts, among those that have the keys of all constraints in `keyed`; undefined when
 * all nodes are. Constraints that honor the same share them.
 */
function eligibleNodes(
  pod: Pod,
  keyed: readonly SpreadConstraint[],
  context: PackContext,
): (constraint: SpreadConstraint) => TermList | undefined {
  const { builder, cluster } = context;
  const keys = [...new Set(keyed.map(({ topologyKey }) => topologyKey))];
  const conditions = keys.map((key) => builder.differs(cluster.nodes.label(key).column, 0));
  const known = new Map<string, TermList | undefined>();
  return (constraint) => {
    const { honorsAffinity, honorsTaints } = constraint;
    const honored = `${honorsAffinity} ${honorsTaints}`;
    if (!known.has(honored)) known.set(honored, eligibleTerms(pod, constraint, conditions, context));
    return known.get(honored);
  };
}

function eligibleTerms(
  pod: Pod,
  { honorsAffinity, honorsTaints }: SpreadConstraint,
  keyed: readonly Condition[],
  { cluster, builder }: PackContext,
): TermList | undefined {
  const { nodes } = cluster;
  const everywhere = [...keyed];
  if (honorsTaints) {
    const { column, values } = nodes.taints;
    const tolerated = values.map((_, taints) => !repels(nodes.taintSet(taints), tolerationsOf(pod)));
    if (tolerated.includes(false)) everywhere.push(builder.table(column, tolerated));
  }
  const required = honorsAffinity ? requiredTermsOf(pod) : undefined;
  if (required === undefined) return everywhere.length === 0 ? undefined : [everywhere];
  return required.map((term) => [...everywhere, ...conditionsOf(term, nodes, builder)]);
}

function domainsOf(
  pod: Pod,
  { topologyKey, selector }: SpreadConstraint,
  eligible: TermList | undefined,
  { cluster }: PackContext,
): Domains {
  const domain = cluster.nodes.label(topologyKey);
  return {
    domain: domain.column,
    domains: domain.values.length,
    self: counts(selector, pod.metadata?.labels) ? 1 : 0,
    eligible,
  };
}

/** An empty selector counts no pods, though it selects them all. */
function counts(selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return !isEmpty(selector) && matches(selector, labels);
}

function counterOf(pod: Pod, { selector }: SpreadConstraint, pods: Tally): Counter {
  const namespace = pod.metadata?.namespace ?? 'default';
  return {
    among: (buckets) => buckets.mayMatch(selector, [namespace]),
    terms: 1,
    counts: (bucket: PodBucket) =>
      bucket.namespace === namespace && !bucket.terminating && counts(selector, bucket.labels),
    add: (_, row, by) => pods.add(row, by),
  };
}

function hasKeys(node: Node, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => node.metadata?.labels?.[topologyKey] !== undefined);
}

/** Whether a pod that came, went or changed is counted differently by one of the constraints. */
function changesCounts(
  constraints: readonly SpreadConstraint[],
  before: Pod | undefined,
  after: Pod | undefined,
): boolean {
  return constraints.some(
    ({ selector }) =>
      (before !== undefined && matches(selector, before.metadata?.labels)) !==
      (after !== undefined && matches(selector, after.metadata?.labels)),
  );
}
