// A cheap text that is equal for pods of one template, so that their features are worked out once for all of them.
import type { Container, Pod, Volume } from '../api/types.ts';
import { neededFeaturesOf } from '../cluster/declared-features.ts';
import { hasResourceStatus } from '../cluster/pod-resources.ts';
import type { ConstraintContext } from '../constraints/constraint.ts';
import { isUnlikeItsTemplate } from '../constraints/index.ts';

/** How a field of a pod's spec is read; one that is not here is not known. */
type Reading = 'unread' | 'as it stands' | 'by container' | 'volumes';

const READINGS: ReadonlyMap<string, Reading> = new Map(
  Object.entries<Reading>({
    containers: 'by container',
    initContainers: 'by container',
    volumes: 'volumes',
    ...eachOf(
      'as it stands',
      'affinity nodeName nodeSelector overhead preemptionPolicy priority resources tolerations topologySpreadConstraints',
    ),
    // no constraint reads these, or only for the features that the pod needs
    ...eachOf(
      'unread',
      `activeDeadlineSeconds automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks ephemeralContainers
      hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets os
      priorityClassName readinessGates restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup
      securityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain
      terminationGracePeriodSeconds`,
    ),
  }),
);

function eachOf(reading: Reading, fields: string): Record<string, Reading> {
  return Object.fromEntries(fields.split(/\s+/).map((field) => [field, reading]));
}

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
  ];
  // a number among names of fields
  const needed = neededFeaturesOf(pod);
  if (needed !== 0) read.push(needed);
  for (const field in spec) {
    const reading = READINGS.get(field);
    if (reading === 'unread') continue;
    if (reading === 'by container') {
      const containers = spec[field as 'containers'];
      read.push(field, containers.length);
      for (const container of containers) addContainer(read, container);
    } else if (reading === 'as it stands') {
      read.push(field, spec[field as keyof typeof spec]);
    } else if (reading === undefined || !spec.volumes!.every(isPlain)) {
      return undefined;
    }
  }
  return JSON.stringify(read);
}

function addContainer(read: unknown[], { image, resources, ports, restartPolicy }: Container): void {
  read.push(image, resources?.requests, ports, restartPolicy);
}

function isPlain(volume: Volume): boolean {
  return PLAIN_VOLUMES.some((type) => volume[type]);
}
