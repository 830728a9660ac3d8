// The fields of pods and nodes that plugins may say to read.

/** The fields of a pod's spec in Kubernetes 1.37. A pod with any other one is alike to no other pod. */
export const SPEC_FIELDS = [
  'activeDeadlineSeconds',
  'affinity',
  'automountServiceAccountToken',
  'containers',
  'dnsConfig',
  'dnsPolicy',
  'enableServiceLinks',
  'ephemeralContainers',
  'hostAliases',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostUsers',
  'hostname',
  'hostnameOverride',
  'imagePullSecrets',
  'initContainers',
  'nodeName',
  'nodeSelector',
  'os',
  'overhead',
  'preemptionPolicy',
  'priority',
  'priorityClassName',
  'readinessGates',
  'resourceClaims',
  'resources',
  'restartPolicy',
  'runtimeClassName',
  'schedulerName',
  'schedulingGates',
  'schedulingGroup',
  'securityContext',
  'serviceAccount',
  'serviceAccountName',
  'setHostnameAsFQDN',
  'shareProcessNamespace',
  'subdomain',
  'terminationGracePeriodSeconds',
  'tolerations',
  'topologySpreadConstraints',
  'volumes',
] as const;

export type SpecField = (typeof SPEC_FIELDS)[number];

export type ContainerField = 'image' | 'requests' | 'ports' | 'restartPolicy';

/** What is kept of a node for the plugins that say which events help. */
export type NodeField =
  'labels' | 'annotations' | 'taints' | 'unschedulable' | 'allocatable' | 'declaredFeatures';
