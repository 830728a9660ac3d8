// AppPerZone: a zone takes so many pods of an app as the pods' annotation says. A filter over the pods in a domain.
import { LIMIT_FIXED } from '../../../assembly/layout.ts';
import { matches, selectorOfSet, type Selector } from '../../../src/model/labels.ts';
import type { Pod } from '../../../src/model/types.ts';
import { definePlugin, unschedulable, type Counter } from '../../../src/plugins/plugin.ts';

const ZONE = 'topology.kubernetes.io/zone';
const ANNOTATION = 'example.com/most-per-zone';

const FULL = unschedulable('zone(s) had enough pods of the app');

export const appPerZone = definePlugin({
  name: 'AppPerZone',
  points: ['filter'],
  reads: { labels: ['app'], annotations: [ANNOTATION], node: ['labels'] },
  selectors: (pod) => (mostOf(pod) === undefined ? [] : [appOf(pod)]),

  key(pod) {
    const most = mostOf(pod);
    return most === undefined
      ? {}
      : { rule: JSON.stringify([pod.metadata?.namespace, pod.metadata?.labels?.['app'], most]) };
  },

  pack(pod, { builder, cluster, code }) {
    const most = mostOf(pod);
    if (code === 0 || most === undefined) return undefined;
    const { column: domain, values } = cluster.nodes.label(ZONE);
    const tally = builder.domainFilter({
      ...{ domain, domains: values.length, self: 1, code, absentCode: 0 },
      ...{ limit: LIMIT_FIXED, most: most - 1 },
    });
    const [selector, namespace] = [appOf(pod), pod.metadata?.namespace ?? 'default'];
    const counter: Counter = {
      terms: 1,
      among: (buckets) => buckets.mayMatch(selector, [namespace]),
      counts: (bucket) => bucket.namespace === namespace && matches(selector, bucket.labels),
      add: (_, row, by) => tally.add(row, by),
    };
    return { explain: () => FULL, counters: [counter] };
  },

  helps: (event) => event.kind === 'Node' || (event.kind === 'AssignedPod' && event.after === undefined),
});

function appOf({ metadata }: Pod): Selector {
  return selectorOfSet({ app: metadata?.labels?.['app'] ?? '' });
}

function mostOf({ metadata }: Pod): number | undefined {
  return Number(metadata?.annotations?.[ANNOTATION]) || undefined;
}
