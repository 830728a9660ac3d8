// StatefulSet: pods with names and claims of their own.
import type { PersistentVolumeClaim, Pod, StatefulSet, Volume } from '../model/types.ts';
import { templateHash } from './template-hash.ts';
import { activePodsOf, namespaceOf, nothing, podOf, tooMany, type WorkloadKind } from './workload.ts';

export const statefulSet: WorkloadKind = {
  kind: 'StatefulSet',
  groups: ['apps'],
  expand(object, surroundings) {
    const set = object as StatefulSet;
    const there = activePodsOf(set, surroundings).length;
    if (set.spec?.template === undefined) return nothing(there);
    const wanted = set.spec.replicas ?? 1;
    if (wanted - there > surroundings.podsMax) return tooMany(wanted, there, surroundings);
    const namespace = namespaceOf(set);
    const first = set.spec.ordinals?.start ?? 0;
    const ordinals = Array.from({ length: wanted }, (_, n) => first + n).filter(
      (ordinal) => !surroundings.has('Pod', namespace, `${set.metadata?.name}-${ordinal}`),
    );
    const revision = `${set.metadata?.name}-${templateHash(set.spec.template)}`;
    const claims = ordinals.flatMap((ordinal) => claimsOf(set, ordinal));
    return {
      pods: ordinals.map((ordinal) => ({ pod: podOfOrdinal(set, ordinal, revision), count: 1 })),
      objects: claims.filter(
        ({ metadata }) => !surroundings.has('PersistentVolumeClaim', namespace, metadata!.name!),
      ),
      there,
    };
  },
};

function podOfOrdinal(set: StatefulSet, ordinal: number, revision: string): Pod {
  const pod = podOf(set.spec.template, set);
  const name = `${set.metadata?.name}-${ordinal}`;
  const volumes: Volume[] = templatesOf(set).map(({ metadata }) => ({
    name: metadata?.name ?? '',
    persistentVolumeClaim: { claimName: `${metadata?.name}-${name}` },
  }));
  const claimed = new Set(volumes.map((volume) => volume.name));
  Object.assign(pod.metadata!, { name });
  Object.assign(pod.metadata!.labels!, {
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
    'controller-revision-hash': revision,
  });
  Object.assign(pod.spec!, {
    hostname: name,
    subdomain: set.spec.serviceName,
    volumes: [...volumes, ...(pod.spec!.volumes ?? []).filter((volume) => !claimed.has(volume.name))],
  });
  return pod;
}

function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return templatesOf(set).map(({ metadata, spec }) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${metadata?.name}-${set.metadata?.name}-${ordinal}`,
      namespace: namespaceOf(set),
      labels: { ...metadata?.labels, ...set.spec.selector?.matchLabels },
      ...(metadata?.annotations && { annotations: { ...metadata.annotations } }),
    },
    spec: JSON.parse(JSON.stringify(spec ?? {})) as PersistentVolumeClaim['spec'],
    status: { phase: 'Pending' },
  }));
}

function templatesOf(set: StatefulSet): PersistentVolumeClaim[] {
  return set.spec?.volumeClaimTemplates ?? [];
}
