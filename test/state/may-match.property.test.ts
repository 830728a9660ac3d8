// What is found by its labels, beside what asking everything finds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, NOTHING, selectorOf, type Labels, type Selector } from '../../src/model/labels.ts';
import type { LabelSelector, Service } from '../../src/model/types.ts';
import { Affinities } from '../../src/state/affinities.ts';
import { affinityOf, termMatches, type PodAffinityTerms } from '../../src/state/pod-affinity.ts';
import { PodBuckets, SelectorKeys, type PodBucket } from '../../src/state/pod-buckets.ts';
import { SelectingObjects } from '../../src/state/selecting-objects.ts';
import { pod } from '../cycle/fixtures.ts';

const RUNS = { numRuns: 500, seed: 5 };
const KEYS = ['app', 'tier', 'zone.example/cell'];
const VALUES = ['a', 'b', 'c', ''];

const anyLabels: fc.Arbitrary<Labels> = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES));
const anyNamespace = fc.constantFrom('ns', 'other', 'third');

const someValues = fc.array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 });
const anyExpression = fc.record({
  key: fc.constantFrom(...KEYS),
  operator: fc.constantFrom('In', 'In', 'NotIn', 'Exists', 'DoesNotExist'),
  values: someValues,
});
const anyLabelSelector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: anyLabels,
  matchExpressions: fc.array(anyExpression, { maxLength: 2 }),
});
const anySelector: fc.Arbitrary<Selector> = fc.oneof(
  fc.constant(NOTHING),
  anyLabelSelector.map((selector) => selectorOf(selector)),
);

const anyTerm = fc.record(
  {
    topologyKey: fc.constant('kubernetes.io/hostname'),
    labelSelector: anyLabelSelector,
    namespaces: fc.array(anyNamespace, { maxLength: 2 }),
    namespaceSelector: fc.constantFrom<LabelSelector>({}, { matchLabels: { app: 'a' } }),
  },
  { requiredKeys: ['topologyKey'] },
);
const terms = fc.array(anyTerm, { maxLength: 2 });
const anyAffinity = fc
  .record({ namespace: anyNamespace, attracts: terms, repels: terms })
  .map(({ namespace, attracts, repels }): PodAffinityTerms => {
    const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: attracts };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: repels };
    return affinityOf(pod('any', { namespace, spec: { affinity: { podAffinity, podAntiAffinity } } }))!;
  });

describe('buckets of pods', () => {
  const anyPod = fc.record(
    { namespace: anyNamespace, labels: anyLabels, affinity: anyAffinity, terminating: fc.boolean() },
    { requiredKeys: ['namespace', 'labels', 'terminating'] },
  );

  /** The buckets of these pods, all of whose labels are read. */
  function bucketsOf(pods: { namespace: string; labels: Labels; terminating: boolean }[]): PodBuckets {
    const keys = new SelectorKeys();
    keys.retain(selectorOf({ matchExpressions: KEYS.map((key) => ({ key, operator: 'Exists' })) }));
    const buckets = new PodBuckets(keys);
    for (const each of pods) buckets.of(each);
    return buckets;
  }

  test('those that a selector may match are all that it matches in these namespaces, each once', () => {
    const namespaces = fc.option(fc.uniqueArray(anyNamespace), { nil: undefined });
    fc.assert(
      fc.property(fc.array(anyPod), anySelector, namespaces, (pods, selector, among) => {
        const buckets = bucketsOf(pods);
        const found = [...buckets.mayMatch(selector, among)];
        const matched = (bucket: PodBucket) =>
          (among?.some((namespace) => namespace === bucket.namespace) ?? true) &&
          matches(selector, bucket.labels);
        expect(new Set(found).size).toBe(found.length);
        expect(new Set(found.filter(matched))).toEqual(new Set([...buckets.all()].filter(matched)));
      }),
      RUNS,
    );
  });

  test('with an affinity are all of the pods that have it', () => {
    fc.assert(
      fc.property(fc.array(anyPod, { minLength: 1 }), anyAffinity, (pods, other) => {
        const buckets = bucketsOf(pods);
        for (const affinity of [other, ...pods.flatMap((each) => each.affinity ?? [])]) {
          const expected = [...buckets.all()].filter((bucket) => bucket.affinity?.text === affinity.text);
          expect([...buckets.withAffinity(affinity)]).toEqual(expected);
        }
      }),
      RUNS,
    );
  });
});

test('the affinities that may match a pod are all that have a term which matches it', () => {
  fc.assert(
    fc.property(fc.array(anyAffinity), anyNamespace, anyLabels, (known, namespace, labels) => {
      const affinities = new Affinities();
      const learnt = known.filter((affinity) => affinities.retain(affinity));
      expect(affinities.size).toBe(new Set(known.map(({ text }) => text)).size);
      const found = affinities.mayMatch(labels);
      const isMatch = ({ required, antiRequired }: PodAffinityTerms) =>
        [...required, ...antiRequired].some((term) =>
          termMatches(term, { namespace, labels }, () => ({ app: 'a' })),
        );
      for (const affinity of learnt) if (isMatch(affinity)) expect(found).toContain(affinity);
    }),
    RUNS,
  );
});

test('services of a pod are those that select it, whatever came and went before', () => {
  const anyStep = fc.record(
    { name: fc.constantFrom('one', 'two', 'three'), namespace: anyNamespace, set: anyLabels },
    { requiredKeys: ['name', 'namespace'] },
  );
  const steps = fc.array(fc.tuple(anyStep, fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(steps, anyNamespace, anyLabels, (history, namespace, labels) => {
      const objects = new SelectingObjects();
      const present = new Map<string, { name: string; namespace: string; set?: Labels }>();
      for (const [step, isThere] of history) {
        const { name, set } = step;
        const metadata = { name, namespace: step.namespace };
        const service: Service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: set } };
        objects.set(service, isThere);
        if (isThere) present.set(`${step.namespace}/${name}`, step);
        else present.delete(`${step.namespace}/${name}`);
      }
      const selecting = [...present.values()].filter(
        (each) =>
          each.namespace === namespace &&
          each.set !== undefined &&
          matches(selectorOf({ matchLabels: each.set }), labels),
      );
      const found = objects.servicesOf(namespace, labels).map(({ name }) => name);
      expect(found.sort()).toEqual(selecting.map(({ name }) => name).sort());
    }),
    RUNS,
  );
});
