// InterPodAffinity: a pod's own affinity and anti-affinity to the pods that are there, and theirs to it.
import {
  DETAIL_INTER_POD_AFFINITY,
  REASON_AFFINITY,
  REASON_ANTI_AFFINITY,
  REASON_EXISTING_ANTI_AFFINITY,
} from '../../assembly/layout.ts';
import { append } from '../api/append.ts';
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

/** Whether some node has the topology key; what counts by one that none has counts nothing. */
function hasDomains(topologyKey: string, { cluster }: PackContext): boolean {
  return cluster.nodes.label(topologyKey).codes.size > 0;
}

/** The kinds that one of the terms may match, each once. */
function nearTerms(kinds: PodKinds, terms: readonly AffinityTerm[]): Iterable<PodKind> {
  const near = ({ selector, namespaces, namespaceSelector }: AffinityTerm) =>
    kinds.near(selector, namespaceSelector.nothing ? namespaces : undefined);
  if (terms.length === 1) return near(terms[0]!);
  const all = new Set<PodKind>();
  for (const term of terms) for (const kind of near(term)) all.add(kind);
  return all;
}

/** Terms, of one pod or of several, that have a topology key: what they add to a domain, and how many they are. */
interface Tally {
  amount: number;
  matches: number;
}

const NONE: Tally = { amount: 0, matches: 0 };

/** A counter of an amount by kind, which is computed once for each kind that is counted. */
function counterOf(
  amounts: DomainAmounts,
  { packer }: PackContext,
  among: (kinds: PodKinds) => Iterable<PodKind>,
  tally: (kind: PodKind) => Tally,
): Counter {
  const known = new Map<PodKind, Tally>();
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

/** Required affinity: one and the same pod must match all terms, so that terms of one topology key count alike. */
function packAttractions(
  terms: readonly AffinityTerm[],
  self: Self,
  context: PackContext,
  counters: Counter[],
): void {
  if (terms.length === 0) return;
  const { cluster, packer, code } = context;
  const matchesAll = (pod: Matched) => terms.every((term) => termMatches(term, pod, cluster.namespaceLabels));
  const keys = [...new Set(terms.map(({ topologyKey }) => topologyKey))];
  // a key that no node has closes all of them, whatever the others do
  const decisive = keys.filter((key) => !hasDomains(key, context)).slice(0, 1);
  const tables = (decisive.length > 0 ? decisive : keys).map((key) => amountsFor(key, context, 1, 1));
  packer.attractions(tables, matchesAll(self), code);
  counters.push({
    among: (kinds) => nearTerms(kinds, terms.slice(0, 1)),
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
  const isMatched = (term: AffinityTerm, pod: Matched) => termMatches(term, pod, cluster.namespaceLabels);
  for (const [key, ofKey] of byTopologyKey(terms)) {
    if (!hasDomains(key, context)) continue;
    const tally = (pod: Matched) => {
      const matches = ofKey.filter((term) => isMatched(term, pod)).length;
      return { amount: matches, matches };
    };
    const { amount, matches } = tally(self);
    const amounts = amountsFor(key, context, amount, matches, REASON_ANTI_AFFINITY);
    packer.repulsion(amounts, code);
    counters.push(counterOf(amounts, context, (kinds) => nearTerms(kinds, ofKey), tally));
  }
  const against = tallies(cluster.affinities.near(self.labels), ({ antiRequired }) =>
    antiRequired.filter((term) => isMatched(term, self)).map((term) => ({ ...term, weight: 1 })),
  );
  for (const [key, byAffinity] of against) {
    if (!hasDomains(key, context)) continue;
    const tally = ({ affinity }: Self) => byAffinity.get(affinity?.text ?? '') ?? NONE;
    const { amount, matches } = tally(self);
    const amounts = amountsFor(key, context, amount, matches, REASON_EXISTING_ANTI_AFFINITY);
    packer.repulsion(amounts, code);
    const among = (kinds: PodKinds) => withAffinities(kinds, byAffinity.keys());
    counters.push(counterOf(amounts, context, among, tally));
  }
}

function byTopologyKey<T extends AffinityTerm>(terms: readonly T[]): Map<string, T[]> {
  const byKey = new Map<string, T[]>();
  for (const term of terms) append(byKey, term.topologyKey, term);
  return byKey;
}

/** By topology key, and then by the text of an affinity, what those of its terms add up to that `terms` names. */
function tallies(
  affinities: Iterable<PodAffinityTerms>,
  terms: (affinity: PodAffinityTerms) => readonly WeightedTerm[],
): Map<string, Map<string, Tally>> {
  const byKey = new Map<string, Map<string, Tally>>();
  for (const affinity of affinities) {
    for (const { topologyKey, weight } of terms(affinity)) {
      let byAffinity = byKey.get(topologyKey);
      if (byAffinity === undefined) byKey.set(topologyKey, (byAffinity = new Map<string, Tally>()));
      const { amount, matches } = byAffinity.get(affinity.text) ?? NONE;
      byAffinity.set(affinity.text, { amount: amount + weight, matches: matches + 1 });
    }
  }
  return byKey;
}

/** The kinds of the pods that have one of the affinities. */
function* withAffinities(kinds: PodKinds, texts: Iterable<string>): Iterable<PodKind> {
  for (const text of texts) yield* kinds.withAffinity({ text });
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
  const ours = byTopologyKey(own?.preferred ?? []);
  if (ignorePreferredTermsOfExistingPods && ours.size === 0) return [];
  const isFor = (term: AffinityTerm, pod: Matched) => termMatches(term, pod, cluster.namespaceLabels);
  const theirs = tallies(cluster.affinities.near(self.labels), ({ required, preferred }) => {
    const hard = hardPodAffinityWeight > 0 ? required : [];
    const weighted = hard.map((term) => ({ ...term, weight: hardPodAffinityWeight }));
    return [...weighted, ...preferred].filter((term) => isFor(term, self));
  });
  const tables: DomainAmounts[] = [];
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    if (!hasDomains(key, context)) continue;
    const ofKey = ours.get(key) ?? [];
    const byAffinity = theirs.get(key) ?? new Map<string, Tally>();
    const tally = (pod: Self) => {
      const matching = ofKey.filter((term) => isFor(term, pod));
      const { amount, matches } = byAffinity.get(pod.affinity?.text ?? '') ?? NONE;
      return {
        amount: matching.reduce((sum, term) => sum + term.weight, amount),
        matches: matches + matching.length,
      };
    };
    const among = (kinds: PodKinds) =>
      new Set([...withAffinities(kinds, byAffinity.keys()), ...nearTerms(kinds, ofKey)]);
    const { amount, matches } = tally(self);
    const amounts = amountsFor(key, context, amount, matches);
    packer.preference(amounts, weight);
    counters.push(counterOf(amounts, context, among, tally));
    tables.push(amounts);
  }
  return tables;
}
