// The feature data of a pod: what scheduling reads of it, in three parts. Pods with equal features are equivalent.
import type { Pod } from '../api/types.ts';
import { CONSTRAINTS } from '../constraints/index.ts';
import type { ConstraintContext, Features } from '../constraints/constraint.ts';

export const FEATURE_PARTS = ['general', 'resources', 'rule'] as const;

/** The fields of a pod's spec whose meaning for scheduling is known, be it none. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  `activeDeadlineSeconds affinity automountServiceAccountToken containers dnsConfig dnsPolicy enableServiceLinks
  ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride imagePullSecrets
  initContainers nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates
  resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates schedulingGroup securityContext
  serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds
  tolerations topologySpreadConstraints volumes`.split(/\s+/),
);

/** A pod with a field that is not understood is alike to no other: slower, never wrong. */
function unknownPart(pod: Pod): string {
  for (const field in pod.spec) {
    if (!KNOWN_FIELDS.has(field)) return `unknown ${field} of ${pod.metadata?.uid ?? pod.metadata?.name}`;
  }
  return '';
}

/** The features of a pod under a profile. */
export function featuresOf(pod: Pod, context: ConstraintContext): Features {
  const features: Features = {
    general: context.profile.schedulerName,
    resources: '',
    rule: unknownPart(pod),
  };
  for (const constraint of CONSTRAINTS) {
    const parts = constraint.key?.(pod, context);
    for (const part in parts) {
      const text = parts[part as keyof Features];
      // the length keeps one constraint's text from running into the next one's
      if (text) features[part as keyof Features] += `\n${constraint.name} ${text.length}:${text}`;
    }
  }
  return features;
}
