// Deployment: its pods are those of a replica set for its template.
import type { Deployment, LabelSelector, ReplicaSet } from '../model/types.ts';
import { templateHash } from './template-hash.ts';
import {
  activePodsOf,
  controllerRef,
  namespaceOf,
  nothing,
  podOf,
  tooMany,
  type WorkloadKind,
} from './workload.ts';

const HASH = 'pod-template-hash';

export const deployment: WorkloadKind = {
  kind: 'Deployment',
  groups: ['apps', 'extensions'],
  expand(object, surroundings) {
    const { spec } = object as Deployment;
    if (spec?.template === undefined) return nothing(0);
    const sets = surroundings.ownedBy<ReplicaSet>(object, 'ReplicaSet');
    const there = activePodsOf(object, surroundings).length;
    const wanted = spec.replicas ?? 1;
    // a paused deployment scales the replica sets that it has, but makes none
    if (spec.paused && sets.length === 0 && there === 0) return nothing(0, 'it is paused');
    if (wanted <= there) return nothing(there);
    if (wanted - there > surroundings.podsMax) return tooMany(wanted, there, surroundings);
    const set = sets.find((one) => isSameTemplate(one.spec?.template, spec.template));
    const made = set ?? replicaSetOf(object as Deployment);
    return {
      pods: [{ pod: podOf(made.spec.template!, made), count: wanted - there }],
      objects: set === undefined ? [made] : [],
      there,
    };
  },
};

/** The replica set that the controller makes for the template as it is now. */
export function replicaSetOf(owner: Deployment): ReplicaSet {
  const template = owner.spec.template;
  const hash = templateHash(template);
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  const { selector } = owner.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${owner.metadata?.name}-${hash}`,
      namespace: namespaceOf(owner),
      labels,
      ownerReferences: [controllerRef(owner)],
    },
    spec: {
      replicas: owner.spec.replicas ?? 1,
      selector: withLabel(selector, hash),
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

function withLabel(selector: LabelSelector | undefined, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector?.matchLabels, [HASH]: hash } };
}

function isSameTemplate(one: object | undefined, two: object): boolean {
  return one !== undefined && JSON.stringify(withoutHash(one)) === JSON.stringify(withoutHash(two));
}

function withoutHash(template: object): object {
  const { metadata, spec } = template as { metadata?: { labels?: Record<string, string> }; spec?: object };
  const labels = Object.entries(metadata?.labels ?? {}).filter(([name]) => name !== HASH);
  return { labels: labels.sort(), spec };
}
