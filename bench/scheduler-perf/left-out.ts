// What is not run, and why.
import type { Workload } from './cases.ts';

const CASES: Readonly<Record<string, string>> = {
  CompatibilityGroups:
    'coset leaves out slices with compatibility groups (DRADeviceCompatibilityGroups, alpha)',
  GangPreemptionAffinity: 'coset evicts no pods for a whole group',
  GangPreemptionBasic: 'coset evicts no pods for a whole group',
  GangPreemptionPodGroups: 'coset evicts no pods for a whole group',
  NodeDeclaredFeaturesEnabled:
    "the features that are declared are compiled into Kubernetes' test and into no kube-scheduler",
  SchedulingWithResourceClaimTemplateListAttributes:
    'coset has no attributes that are lists (DRAListTypeAttributes, alpha)',
  SharedPodGroupResourceClaim:
    'coset has no claims of pod groups (DRAWorkloadResourceClaims, off by default)',
  SharedPodGroupResourceClaimTemplate:
    'coset has no claims of pod groups (DRAWorkloadResourceClaims, off by default)',
  TopologyAwareScheduling: 'coset has no topologies of pod groups (TopologyAwareWorkloadScheduling, alpha)',
};

/** The reason why a workload is not run. */
export function leftOut({ caseName, gates }: Workload): string | undefined {
  if (gates['NodeDeclaredFeatures'] === false) return 'NodeDeclaredFeatures is always on in this version';
  return CASES[caseName];
}

/** Each case of which nothing is run. */
export const CASES_LEFT_OUT: readonly (readonly [name: string, reason: string])[] = Object.entries(CASES);
