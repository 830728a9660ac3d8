// A KubeSchedulerConfiguration as the core sees it: defaulted, validated, with every list of plugins merged.
import type { Framework } from '../plugins/framework.ts';
import type { Registry } from '../plugins/registry.ts';
import type { LeaseSettings } from '../model/lease.ts';

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
  /** The plugins that its profiles could name. */
  registry: Registry;
  profiles: Framework[];
  extenders: Extender[];
  /** The lease without which nothing is scheduled; undefined for a scheduler that is alone. */
  leaderElection?: LeaseSettings;
  /** The path of a kubeconfig. */
  kubeconfig?: string;
  podInitialBackoffSeconds: number;
  podMaxBackoffSeconds: number;
  /** Sentences for the operator: settings that were read but have no effect, or are unsound. */
  notices: string[];
}
