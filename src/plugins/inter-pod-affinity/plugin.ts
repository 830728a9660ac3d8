// InterPodAffinity: a pod's own affinity and anti-affinity to the pods that are there, and theirs to it.
import { LIMIT_FIXED, LIMIT_PRESENT, NORMALIZE_RANGE } from '../../../assembly/layout.ts';
import { append } from '../../model/by-key.ts';
import type { Pod } from '../../model/types.ts';
import {
  affinityOf,
  termMatches,
  type AffinityTerm,
  type Matched,
  type PodAffinityTerms,
  type WeightedTerm,
} from '../../state/pod-affinity.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { PodBucket, PodBuckets } from '../../state/pod-buckets.ts';
import type { Column } from '../../state/columns/column.ts';
import type { DomainFilter, DomainTable } from '../../kernel/program/parts.ts';
import type { Tally } from '../../kernel/program/tally.ts';
import { unresolvable, unschedulable, definePlugin, type Counter, type PackContext } from '../plugin.ts';
import { args } from './args.ts';

/** What a bucket of pods costs that is gathered for several terms. */
const STEPS_A_BUCKET = 20;
const FEW_TERMS = 8;

const REASON_AFFINITY = 0;
const REASON_ANTI_AFFINITY = 1;
const REASON_EXISTING_ANTI_AFFINITY = 2;
const REASONS = {
  [REASON_AFFINITY]: unresolvable("node(s) didn't match pod affinity rules"),
  [REASON_ANTI_AFFINITY]: unschedulable("node(s) didn't match pod anti-affinity rules"),
  [REASON_EXISTING_ANTI_AFFINITY]: unschedulable("node(s) didn't satisfy existing pods anti-affinity rules"),
};

export const interPodAffinity = definePlugin({
  name: 'InterPodAffinity',
  points: ['preFilter', 'filter', 'preScore', 'score'],
  weight: 2,
  needs: ['preFilter', 'preScore'],
  args,
  reads: { spec: ['affinity'], node: ['labels'] },

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
      packAffinity(own?.required ?? [], self, context, counters);
      const repelling = packAntiAffinity(own?.antiRequired ?? [], self, context, counters);
      const isAlone = (own?.required ?? []).length + (own?.antiRequired ?? []).length === 0;
      counters.push(
        ...(isAlone ? unlessOnlySupposed(repelling, context) : repelling.map(({ counter }) => counter)),
      );
    }
    const preferences = weight === 0 ? undefined : packPreferences(own, self, context, counters);
    return {
      counters,
      explain: (_, reason) => REASONS[reason as keyof typeof REASONS],
      detail:
        preferences === undefined
          ? undefined
          : {
              slot: preferences.slot,
              // without a pod that matches any preference the reference leaves the plugin out
              isScored: () => preferences.tallies.some(({ matches }) => matches > 0),
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
});

function isMatch(term: AffinityTerm, pod: Pod, cluster: Cluster): boolean {
  return termMatches(term, matchedOf(pod), cluster.namespaceLabels);
}

function matchedOf(pod: Pod): Matched {
  return { namespace: pod.metadata?.namespace ?? 'default', labels: pod.metadata?.labels };
}

/** The bucket that the class's own pods are of. */
type Self = Matched & { affinity?: PodAffinityTerms };

function selfOf(pod: Pod, cluster: Cluster, affinity: PodAffinityTerms | undefined): Self {
  return { ...matchedOf(pod), labels: cluster.keys.project(pod.metadata?.labels), affinity };
}

function domainsOf(topologyKey: string, { cluster }: PackContext): Pick<DomainTable, 'domain' | 'domains'> {
  const { column, values } = cluster.nodes.label(topologyKey);
  return { domain: column, domains: values.length };
}

/** Closes the domains that hold anything; a pod of the class brings `self`. */
function closedByAny(topologyKey: string, self: number, code: number, context: PackContext): DomainFilter {
  return { ...domainsOf(topologyKey, context), limit: LIMIT_FIXED, most: 0, code, absentCode: 0, self };
}

/** Whether some node has the topology key; what counts by one that none has counts nothing. */
function hasDomains(topologyKey: string, { cluster }: PackContext): boolean {
  return cluster.nodes.label(topologyKey).codes.size > 0;
}

/** The buckets that one of the terms may match, each once. */
function bucketsMatching(
  buckets: PodBuckets,
  terms: readonly AffinityTerm[],
  { builder }: PackContext,
): Iterable<PodBucket> {
  const ofTerm = ({ selector, namespaces, namespaceSelector }: AffinityTerm) =>
    buckets.mayMatch(selector, namespaceSelector.nothing ? namespaces : undefined);
  if (terms.length === 1) return ofTerm(terms[0]!);
  const all = new Set<PodBucket>();
  for (const term of terms) {
    for (const bucket of ofTerm(term)) {
      builder.effort.spend(STEPS_A_BUCKET);
      all.add(bucket);
    }
  }
  return all;
}

/** Terms, of one pod or of several, that have a topology key: what they add to a domain, and how many they are. */
interface Share {
  amount: number;
  matches: number;
}

const NONE: Share = { amount: 0, matches: 0 };

/** A counter of an amount by bucket, which is computed once for each bucket that is counted. */
function counterOf(
  pods: Tally,
  among: (buckets: PodBuckets) => Iterable<PodBucket>,
  { terms, share }: { terms: number; share: (bucket: PodBucket) => Share },
): Counter {
  const known = new WeakMap<PodBucket, Share>();
  const of = (bucket: PodBucket) => {
    const before = known.get(bucket);
    if (before !== undefined) return before;
    const found = share(bucket);
    // most buckets match nothing, which few terms tell quickly
    if (found.matches > 0 || terms > FEW_TERMS) known.set(bucket, found);
    return found;
  };
  return {
    among,
    terms,
    counts: (bucket) => of(bucket).matches > 0,
    add(bucket, row, by) {
      const { amount, matches } = of(bucket);
      pods.add(row, by * amount, by * matches);
    },
  };
}

/** Required affinity: one and the same pod must match all terms, so that terms of one topology key count alike. */
function packAffinity(
  terms: readonly AffinityTerm[],
  self: Self,
  context: PackContext,
  counters: Counter[],
): void {
  if (terms.length === 0) return;
  const { cluster, builder, code } = context;
  const matchesAll = (pod: Matched) => terms.every((term) => termMatches(term, pod, cluster.namespaceLabels));
  const keys = [...new Set(terms.map(({ topologyKey }) => topologyKey))];
  // a key that no node has closes all of them, whatever the others do
  const decisive = keys.filter((key) => !hasDomains(key, context)).slice(0, 1);
  const startsAnywhere = matchesAll(self);
  const filters = (decisive.length > 0 ? decisive : keys).map((key) => ({
    ...domainsOf(key, context),
    limit: LIMIT_PRESENT,
    code: code + REASON_AFFINITY,
    absentCode: code + REASON_AFFINITY,
    self: startsAnywhere ? 1 : 0,
    startsAnywhere,
  }));
  const tallies = builder.domainFiltersTogether(filters);
  counters.push({
    among: (buckets) => bucketsMatching(buckets, terms.slice(0, 1), context),
    terms: terms.length,
    counts: matchesAll,
    add(_, row, by) {
      for (const pods of tallies) pods.add(row, by);
    },
  });
}

/** Counts pods that repel the class, in the domains of a column. */
interface Repelling {
  counter: Counter;
  domain: Column;
}

/** Anti-affinity of the pod to those that are there, and of those to it; what counts the latter is returned. */
function packAntiAffinity(
  terms: readonly AffinityTerm[],
  self: Self,
  context: PackContext,
  counters: Counter[],
): Repelling[] {
  const { cluster, builder, code } = context;
  const isMatched = (term: AffinityTerm, pod: Matched) => termMatches(term, pod, cluster.namespaceLabels);
  for (const [key, ofKey] of byTopologyKey(terms)) {
    if (!hasDomains(key, context)) continue;
    const share = (pod: Matched) => {
      const matches = ofKey.filter((term) => isMatched(term, pod)).length;
      return { amount: matches, matches };
    };
    const filter = closedByAny(key, share(self).amount, code + REASON_ANTI_AFFINITY, context);
    const among = (buckets: PodBuckets) => bucketsMatching(buckets, ofKey, context);
    counters.push(counterOf(builder.domainFilter(filter), among, { terms: ofKey.length, share }));
  }
  const against = sharesOf(cluster.affinities.mayMatch(self.labels), ({ antiRequired }) =>
    antiRequired.filter((term) => isMatched(term, self)).map((term) => ({ ...term, weight: 1 })),
  );
  const repelling: Repelling[] = [];
  for (const [key, byAffinity] of against) {
    if (!hasDomains(key, context)) continue;
    const share = ({ affinity }: Self) => byAffinity.get(affinity?.text ?? '') ?? NONE;
    const filter = closedByAny(key, share(self).amount, code + REASON_EXISTING_ANTI_AFFINITY, context);
    const among = (buckets: PodBuckets) => withAffinities(buckets, byAffinity.keys());
    const counter = counterOf(builder.domainFilter(filter), among, { terms: 1, share });
    repelling.push({ counter, domain: filter.domain });
  }
  return repelling;
}

/**
 * The reference leaves the filter out while no pod that is there repels the class, and the class itself has no terms: pods
 * that are nominated to a node do not repel it then either.
 */
function unlessOnlySupposed(repelling: readonly Repelling[], { cluster }: PackContext): Counter[] {
  const { columns } = cluster.nodes;
  let present = 0;
  return repelling.map(({ counter, domain }) => ({
    ...counter,
    add(bucket, row, by) {
      if (columns.getU32(domain, row) !== 0) present += by;
      counter.add(bucket, row, by);
    },
    suppose(bucket, row, by) {
      if (present > 0) counter.add(bucket, row, by);
    },
  }));
}

function byTopologyKey<T extends AffinityTerm>(terms: readonly T[]): Map<string, T[]> {
  const byKey = new Map<string, T[]>();
  for (const term of terms) append(byKey, term.topologyKey, term);
  return byKey;
}

/** By topology key, and then by the text of an affinity, what those of its terms add up to that `terms` names. */
function sharesOf(
  affinities: Iterable<PodAffinityTerms>,
  terms: (affinity: PodAffinityTerms) => readonly WeightedTerm[],
): Map<string, Map<string, Share>> {
  const byKey = new Map<string, Map<string, Share>>();
  for (const affinity of affinities) {
    for (const { topologyKey, weight } of terms(affinity)) {
      let byAffinity = byKey.get(topologyKey);
      if (byAffinity === undefined) byKey.set(topologyKey, (byAffinity = new Map<string, Share>()));
      const { amount, matches } = byAffinity.get(affinity.text) ?? NONE;
      byAffinity.set(affinity.text, { amount: amount + weight, matches: matches + 1 });
    }
  }
  return byKey;
}

/** The buckets of the pods that have one of the affinities. */
function* withAffinities(buckets: PodBuckets, texts: Iterable<string>): Iterable<PodBucket> {
  for (const text of texts) yield* buckets.withAffinity({ text });
}

/** Preferences of the pod for those that are there and of those for it; required affinity of those counts as one. */
function packPreferences(
  own: PodAffinityTerms | undefined,
  self: Self,
  context: PackContext,
  counters: Counter[],
): { slot: number; tallies: readonly Tally[] } | undefined {
  const { cluster, builder, profile, weight } = context;
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } = profile.args.InterPodAffinity;
  const ours = byTopologyKey(own?.preferred ?? []);
  if (ignorePreferredTermsOfExistingPods && ours.size === 0) return undefined;
  const isFor = (term: AffinityTerm, pod: Matched) => termMatches(term, pod, cluster.namespaceLabels);
  const theirs = sharesOf(cluster.affinities.mayMatch(self.labels), ({ required, preferred }) => {
    const hard = hardPodAffinityWeight > 0 ? required : [];
    const weighted = hard.map((term) => ({ ...term, weight: hardPodAffinityWeight }));
    return [...weighted, ...preferred].filter((term) => isFor(term, self));
  });
  const tables: DomainTable[] = [];
  const counterOn: ((pods: Tally) => Counter)[] = [];
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    if (!hasDomains(key, context)) continue;
    const ofKey = ours.get(key) ?? [];
    const byAffinity = theirs.get(key) ?? new Map<string, Share>();
    const share = (pod: Self) => {
      const matching = ofKey.filter((term) => isFor(term, pod));
      const { amount, matches } = byAffinity.get(pod.affinity?.text ?? '') ?? NONE;
      return {
        amount: matching.reduce((sum, term) => sum + term.weight, amount),
        matches: matches + matching.length,
      };
    };
    const among = (buckets: PodBuckets) =>
      new Set([...withAffinities(buckets, byAffinity.keys()), ...bucketsMatching(buckets, ofKey, context)]);
    const { amount, matches } = share(self);
    tables.push({ ...domainsOf(key, context), self: amount, selfMatches: matches });
    counterOn.push((pods) => counterOf(pods, among, { terms: 1 + ofKey.length, share }));
  }
  if (tables.length === 0) return undefined;
  const scored = builder.domainScore({ normalizer: NORMALIZE_RANGE, tables, weight });
  scored.tallies.forEach((pods, n) => counters.push(counterOn[n]!(pods)));
  return scored;
}
