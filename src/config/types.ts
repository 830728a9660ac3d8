// A KubeSchedulerConfiguration as the core sees it: defaulted, validated, with every list of plugins merged.
import type { NodeAffinity, TopologySpreadConstraint } from '../api/types.ts';

export interface ResourceSpec {
  name: string;
  weight: number;
}

export interface ScoringStrategy {
  type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  resources: ResourceSpec[];
  /** Only of RequestedToCapacityRatio: utilization 0 to 100, score 0 to 10. */
  shape: { utilization: number; score: number }[];
}

/** The arguments of coset's own plugin, EquivalenceClasses. */
export interface EquivalenceClassesArgs {
  /** grouped: within one priority a class's pods are taken together. strict: the queue's own order. */
  order: 'grouped' | 'strict';
  /** exact: rescored after each placement. static: the claims' walk down a list that was scored once. */
  scores: 'exact' | 'static';
  /** How long pods are collected before a cycle, in seconds; 0 takes what is there. */
  period: number;
  /** The feature data that forms the class index. */
  features: ('general' | 'resources' | 'rule')[];
  /** How many of the best nodes a correspondence keeps; undefined keeps all. */
  candidates?: number;
  ties: 'first' | 'random';
  seed: number;
}

export interface PluginArgs {
  NodeResourcesFit: {
    ignoredResources: string[];
    ignoredResourceGroups: string[];
    scoringStrategy: ScoringStrategy;
  };
  NodeResourcesBalancedAllocation: { resources: ResourceSpec[] };
  NodeAffinity: { addedAffinity?: NodeAffinity };
  PodTopologySpread: { defaultingType: 'System' | 'List'; defaultConstraints: TopologySpreadConstraint[] };
  VolumeBinding: {
    /** How long a pod's volumes may take to be bound. */
    bindTimeoutSeconds: number;
    /** Utilization 0 to 100, score 0 to 10. */
    shape: { utilization: number; score: number }[];
  };
  InterPodAffinity: { hardPodAffinityWeight: number; ignorePreferredTermsOfExistingPods: boolean };
  DefaultPreemption: {
    /** How many nodes are at least tried, of those where preemption may help: a percentage of them, and a number. */
    minCandidateNodesPercentage: number;
    minCandidateNodesAbsolute: number;
  };
  /** How long a pod waits until its devices are ready. */
  DynamicResources: { bindingTimeoutSeconds: number };
  EquivalenceClasses: EquivalenceClassesArgs;
}

export interface Profile {
  schedulerName: string;
  /** Names of the filter plugins, in the order in which they are asked. */
  filters: string[];
  /** Names of the plugins that are asked when no node passes the filters. */
  postFilters: string[];
  /** Names of the plugins that let pods be bound only with others. */
  permits: string[];
  /** Score plugins in order, with their weights. */
  scores: { name: string; weight: number }[];
  args: PluginArgs;
}

/** Files by their paths, data in base64. */
export interface ExtenderTls {
  insecure: boolean;
  serverName?: string;
  certFile?: string;
  keyFile?: string;
  caFile?: string;
  certData?: string;
  keyData?: string;
  caData?: string;
}

/** A service that is asked about pods over HTTP. A verb that is '' is not served. */
export interface Extender {
  urlPrefix: string;
  filterVerb: string;
  prioritizeVerb: string;
  bindVerb: string;
  /** Of its scores. */
  weight: number;
  timeoutSeconds: number;
  /** It is sent the names of nodes instead of the nodes. */
  nodeCacheCapable: boolean;
  /** It is asked only about pods that name one of these; about all when there are none. */
  managedResources: string[];
  /** Of these, those that only it checks. */
  ignoredResources: string[];
  /** It is passed over when it fails. */
  ignorable: boolean;
  tls: ExtenderTls;
}

export interface Configuration {
  profiles: Profile[];
  extenders: Extender[];
  /** The path of a kubeconfig. */
  kubeconfig?: string;
  podInitialBackoffSeconds: number;
  podMaxBackoffSeconds: number;
  /** Sentences for the operator: settings that were read but have no effect, or are unsound. */
  notices: string[];
}
