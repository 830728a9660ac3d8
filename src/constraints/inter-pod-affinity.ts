// InterPodAffinity: a pod's own affinity and anti-affinity to the pods that are there, and theirs to it.
import {
  DETAIL_INTER_POD_AFFINITY,
  REASON_AFFINITY,
  REASON_ANTI_AFFINITY,
  REASON_EXISTING_ANTI_AFFINITY,
} from '../../assembly/layout.ts';
import type { Pod } from '../api/types.ts';
import {
  affinityOf,
  termMatches,
  type AffinityTerm,
  type Matched,
  type PodAffinityTerms,
  type WeightedTerm,
} from '../cluster/pod-affinity.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { PodKind, PodKinds } from '../cluster/pod-kinds.ts';
import type { DomainAmounts } from '../classes/turn-parts.ts';
import {
  unresolvable,
  unschedulable,
  type Constraint,
  type Counter,
  type PackContext,
} from './constraint.ts';

const REASONS = {
  [REASON_AFFINITY]: unresolvable("node(s) didn't match pod affinity rules"),
  [REASON_ANTI_AFFINITY]: unschedulable("node(s) didn't match pod anti-affinity rules"),
  [REASON_EXISTING_ANTI_AFFINITY]: unschedulable("node(s) didn't satisfy existing pods anti-affinity rules"),
};

export const interPodAffinity: Constraint = {
  name: 'InterPodAffinity',

  selectors(pod) {
    const { required = [], antiRequired = [], preferred = [] } = affinityOf(pod) ?? {};
    return [...required, ...antiRequired, ...preferred].map(({ selector }) => selector);
  },

  key(pod, { cluster }) {
    // while no pod has affinities, nobody sees the others' labels
    if (cluster.affinities.size === 0) return {};
    return {
      general: JSON.stringify([
        pod.metadata?.namespace ?? 'default',
        cluster.keys.project(pod.metadata?.labels),
      ]),
      rule: affinityOf(pod)?.text,
    };
  },

  pack(pod, context) {
    const { cluster, code, weight } = context;
    if (cluster.affinities.size === 0) return undefined;
    const own = affinityOf(pod);
    const self = selfOf(pod, cluster, own);
    const counters: Counter[] = [];
    if (code !== 0) {
      packAttractions(own?.required ?? [], self, context, counters);
      packRepulsions(own?.antiRequired ?? [], self, context, counters);
    }
    const preferences = weight === 0 ? [] : packPreferences(own, self, context, counters);
    const { packer } = context;
    return {
      counters,
      explain: (_, reason) => REASONS[reason as keyof typeof REASONS],
      detail:
        preferences.length === 0
          ? undefined
          : {
              slot: DETAIL_INTER_POD_AFFINITY,
              // without a pod that matches any preference the reference leaves the plugin out
              isScored: () => preferences.some((amounts) => packer.matchesOf(amounts) > 0),
            },
    };
  },

  helps(event, pod, { cluster }) {
    const own = affinityOf(pod);
    const { required = [], antiRequired = [] } = own ?? {};
    const matchesAll = (other: Pod) =>
      required.length > 0 && required.every((term) => isMatch(term, other, cluster));
    const matchesAny = (other: Pod) => antiRequired.some((term) => isMatch(term, other, cluster));
    if (event.kind === 'TargetPod') return true;
    if (event.kind === 'Object') return true;
    if (event.kind === 'AssignedPod') {
      const { before, after } = event;
      if (before !== undefined && after !== undefined) {
        return (!matchesAll(before) && matchesAll(after)) || (matchesAny(before) && !matchesAny(after));
      }
      if (after !== undefined) return matchesAll(after);
      return (
        matchesAny(before!) ||
        (affinityOf(before!)?.antiRequired ?? []).some((term) => isMatch(term, pod, cluster))
      );
    }
    if (event.after === undefined) return false;
    const labels = event.after.metadata?.labels ?? {};
    const before = event.before?.metadata?.labels;
    if (before === undefined)
      return antiRequired.length > 0 || required.some(({ topologyKey }) => topologyKey in labels);
    return (
      required.some(({ topologyKey: key }) => key in labels && before[key] !== labels[key]) ||
      antiRequired.some(({ topologyKey: key }) => key in before && before[key] !== labels[key])
    );
  },
};

function isMatch(term: AffinityTerm, pod: Pod, cluster: Cluster): boolean {
  return termMatches(term, matchedOf(pod), cluster.namespaceLabels);
}

function matchedOf(pod: Pod): Matched {
  return { namespace: pod.metadata?.namespace ?? 'default', labels: pod.metadata?.labels };
}

/** The kind that the class's own pods are of. */
type Self = Matched & { affinity?: PodAffinityTerms };

function selfOf(pod: Pod, cluster: Cluster, affinity: PodAffinityTerms | undefined): Self {
  return { ...matchedOf(pod), labels: cluster.keys.project(pod.metadata?.labels), affinity };
}

function amountsFor(
  topologyKey: string,
  { cluster }: PackContext,
  self: number,
  matches: number,
  reason = 0,
): DomainAmounts {
  const { column, values } = cluster.nodes.label(topologyKey);
  return { domain: column, domains: values.length, self, selfMatches: matches, reason };
}

/** The kinds that the term may match. */
function nearTerm(kinds: PodKinds, { selector, namespaces, namespaceSelector }: AffinityTerm) {
  return kinds.near(selector, namespaceSelector.nothing ? namespaces : undefined);
}

/** A counter of an amount by kind, which is computed once for each kind that is counted. */
function counterOf(
  amounts: DomainAmounts,
  { packer }: PackContext,
  among: (kinds: PodKinds) => Iterable<PodKind>,
  tally: (kind: PodKind) => { amount: number; matches: number },
): Counter {
  const known = new Map<PodKind, { amount: number; matches: number }>();
  const of = (kind: PodKind) => {
    const before = known.get(kind);
    if (before !== undefined) return before;
    const found = tally(kind);
    if (found.matches > 0) known.set(kind, found);
    return found;
  };
  return {
    among,
    counts: (kind) => of(kind).matches > 0,
    add(kind, row, by) {
      const { amount, matches } = of(kind);
      packer.addAmount(amounts, row, by * amount, by * matches);
    },
  };
}

/** Required affinity: one and the same pod must match all terms. */
function packAttractions(
  terms: readonly AffinityTerm[],
  self: Self,
  context: PackContext,
  counters: Counter[],
): void {
  if (terms.length === 0) return;
  const { cluster, packer, code } = context;
  const matchesAll = (pod: Matched) => terms.every((term) => termMatches(term, pod, cluster.namespaceLabels));
  const tables = terms.map(({ topologyKey }) => amountsFor(topologyKey, context, 1, 1));
  packer.attractions(tables, matchesAll(self), code);
  counters.push({
    among: (kinds) => nearTerm(kinds, terms[0]!),
    counts: matchesAll,
    add(_, row, by) {
      for (const table of tables) packer.addAttraction(table, row, by);
    },
  });
}

/** Anti-affinity of the pod to those that are there, and of those to it. */
function packRepulsions(
  terms: readonly AffinityTerm[],
  self: Self,
  context: PackContext,
  counters: Counter[],
): void {
  const { cluster, packer, code } = context;
  const matched = (term: AffinityTerm, pod: Matched) =>
    termMatches(term, pod, cluster.namespaceLabels) ? 1 : 0;
  for (const term of terms) {
    const own = matched(term, self);
    const amounts = amountsFor(term.topologyKey, context, own, own, REASON_ANTI_AFFINITY);
    const tally = (kind: PodKind) => ({ amount: matched(term, kind), matches: matched(term, kind) });
    packer.repulsion(amounts, code);
    counters.push(counterOf(amounts, context, (kinds) => nearTerm(kinds, term), tally));
  }
  const against = ({ antiRequired }: PodAffinityTerms) =>
    antiRequired.filter((term) => matched(term, self) > 0);
  for (const [key, affinities] of byTopologyKey(cluster.affinities.near(self.labels), against)) {
    const count = (affinity: PodAffinityTerms | undefined) =>
      affinity === undefined ? 0 : against(affinity).filter(({ topologyKey }) => topologyKey === key).length;
    const own = count(self.affinity);
    const amounts = amountsFor(key, context, own, own, REASON_EXISTING_ANTI_AFFINITY);
    const tally = ({ affinity }: PodKind) => ({ amount: count(affinity), matches: count(affinity) });
    packer.repulsion(amounts, code);
    counters.push(counterOf(amounts, context, (kinds) => withAffinities(kinds, affinities), tally));
  }
}

/** The affinities by the topology keys of those of their terms that `terms` names. */
function byTopologyKey(
  affinities: Iterable<PodAffinityTerms>,
  terms: (affinity: PodAffinityTerms) => readonly AffinityTerm[],
): Map<string, Set<PodAffinityTerms>> {
  const byKey = new Map<string, Set<PodAffinityTerms>>();
  for (const affinity of affinities) {
    for (const { topologyKey } of terms(affinity)) {
      const known = byKey.get(topologyKey);
      if (known === undefined) byKey.set(topologyKey, new Set([affinity]));
      else known.add(affinity);
    }
  }
  return byKey;
}

/** The kinds of the pods that have one of the affinities. */
function* withAffinities(kinds: PodKinds, affinities: Iterable<PodAffinityTerms>): Iterable<PodKind> {
  for (const affinity of affinities) yield* kinds.withAffinity(affinity);
}

/** Preferences of the pod for those that are there and of those for it; required affinity of those counts as one. */
function packPreferences(
  own: PodAffinityTerms | undefined,
  self: Self,
  context: PackContext,
  counters: Counter[],
): DomainAmounts[] {
  const { cluster, packer, profile, weight } = context;
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } = profile.args.InterPodAffinity;
  const preferred = own?.preferred ?? [];
  if (ignorePreferredTermsOfExistingPods && preferred.length === 0) return [];
  const isFor = (term: AffinityTerm, pod: Matched) => termMatches(term, pod, cluster.namespaceLabels);
  const theirsFor = (affinity: PodAffinityTerms | undefined): readonly WeightedTerm[] => {
    if (affinity === undefined) return [];
    const required = hardPodAffinityWeight > 0 ? affinity.required : [];
    const weighted = required.map((term) => ({ ...term, weight: hardPodAffinityWeight }));
    return [...weighted, ...affinity.preferred].filter((term) => isFor(term, self));
  };
  const theirs = byTopologyKey(cluster.affinities.near(self.labels), theirsFor);
  const tables: DomainAmounts[] = [];
  for (const key of new Set([...preferred.map(({ topologyKey }) => topologyKey), ...theirs.keys()])) {
    const ofKey = ({ topologyKey }: AffinityTerm) => topologyKey === key;
    const ours = preferred.filter(ofKey);
    const tally = (pod: Matched & { affinity?: PodAffinityTerms }) => {
      const matching = [...ours.filter((term) => isFor(term, pod)), ...theirsFor(pod.affinity).filter(ofKey)];
      return { amount: matching.reduce((sum, term) => sum + term.weight, 0), matches: matching.length };
    };
    const among = (kinds: PodKinds) => {
      const near = new Set(withAffinities(kinds, theirs.get(key) ?? []));
      for (const term of ours) for (const kind of nearTerm(kinds, term)) near.add(kind);
      return near;
    };
    const { amount, matches } = tally(self);
    const amounts = amountsFor(key, context, amount, matches);
    packer.preference(amounts, weight);
    counters.push(counterOf(amounts, context, among, tally));
    tables.push(amounts);
  }
  return tables;
}
