// A cheap text that is equal for pods of one template, so that their features are worked out once for all of them.
import type { Container, Pod } from '../api/types.ts';
import { neededFeaturesOf } from '../cluster/declared-features.ts';
import { hasResourceStatus } from '../cluster/pod-resources.ts';
import type { ConstraintContext } from '../constraints/constraint.ts';
import { isUnlikeItsTemplate } from '../constraints/index.ts';

/** Fields of a pod's spec that no constraint reads, or only for the features that it needs. */
const UNREAD_FIELDS: ReadonlySet<string> = new Set(
  `activeDeadlineSeconds automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks ephemeralContainers
  hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets os
  priorityClassName readinessGates restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup securityContext
  serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
  terminationGracePeriodSeconds`.split(/\s+/),
);

/** Fields that constraints read as they stand. */
const READ_FIELDS: ReadonlySet<string> = new Set(
  'affinity nodeName nodeSelector overhead preemptionPolicy priority resources tolerations topologySpreadConstraints'.split(
    ' ',
  ),
);

const PLAIN_VOLUMES = ['configMap', 'downwardAPI', 'emptyDir', 'hostPath', 'projected', 'secret'] as const;

/**
 * The text of all that constraints read of a pod, or undefined for a pod that is told apart by its name: one with claims,
 * with a field that is not known, with resources in its status, or that extenders are asked about.
 */
export function fingerprintOf(pod: Pod, context: ConstraintContext): string | undefined {
  const { cluster, profile, extenders } = context;
  if (extenders?.concerns(pod) || hasResourceStatus(pod) || isUnlikeItsTemplate(pod, context))
    return undefined;
  const { metadata, spec } = pod;
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
  const read: unknown[] = [
    profile.schedulerName,
    metadata?.namespace ?? 'default',
    cluster.keys.project(metadata?.labels),
    owner && [owner.apiVersion, owner.kind, owner.name],
    neededFeaturesOf(pod),
  ];
  for (const field in spec) {
    if (field === 'containers' || field === 'initContainers') {
      read.push(field, spec[field]!.map(readOfContainer));
    } else if (field === 'volumes') {
      if (!spec.volumes!.every((volume) => PLAIN_VOLUMES.some((type) => volume[type]))) return undefined;
    } else if (READ_FIELDS.has(field)) {
      read.push(field, spec[field as keyof typeof spec]);
    } else if (!UNREAD_FIELDS.has(field)) {
      return undefined;
    }
  }
  return JSON.stringify(read);
}

function readOfContainer({ image, resources, ports, restartPolicy }: Container): unknown[] {
  return [image, resources?.requests, ports, restartPolicy];
}
