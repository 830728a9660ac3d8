// The fields of a KubeSchedulerConfiguration file (kubescheduler.config.k8s.io/v1) and their types.
import { duration } from '../model/duration.ts';
import { anything, bool, exactly, int32, int64, list, number, text } from '../model/shape.ts';
import { EXTENSION_POINTS, type ExtensionPoint } from '../plugins/plugin.ts';
import type { ExtenderTls } from './types.ts';

export const KIND = 'KubeSchedulerConfiguration';

export interface PluginEntry {
  name?: string;
  weight?: number;
}

export interface PluginSet {
  enabled?: PluginEntry[];
  disabled?: PluginEntry[];
}

export type PluginSets = { [point in ExtensionPoint | 'multiPoint']?: PluginSet };

export interface PluginConfig {
  name?: string;
  args?: unknown;
}

export interface ProfileFile {
  schedulerName?: string;
  percentageOfNodesToScore?: number;
  plugins?: PluginSets;
  pluginConfig?: PluginConfig[];
}

export interface ExtenderFile {
  urlPrefix?: string;
  filterVerb?: string;
  preemptVerb?: string;
  prioritizeVerb?: string;
  weight?: number;
  bindVerb?: string;
  enableHTTPS?: boolean;
  tlsConfig?: Partial<ExtenderTls>;
  httpTimeout?: string;
  nodeCacheCapable?: boolean;
  managedResources?: { name?: string; ignoredByScheduler?: boolean }[];
  ignorable?: boolean;
}

export interface ConfigurationFile {
  apiVersion?: string;
  kind?: string;
  parallelism?: number;
  leaderElection?: {
    leaderElect?: boolean;
    leaseDuration?: string;
    renewDeadline?: string;
    retryPeriod?: string;
    resourceLock?: string;
    resourceName?: string;
    resourceNamespace?: string;
  };
  clientConnection?: {
    kubeconfig?: string;
    acceptContentTypes?: string;
    contentType?: string;
    qps?: number;
    burst?: number;
  };
  enableProfiling?: boolean;
  enableContentionProfiling?: boolean;
  percentageOfNodesToScore?: number;
  podInitialBackoffSeconds?: number;
  podMaxBackoffSeconds?: number;
  profiles?: ProfileFile[];
  extenders?: ExtenderFile[];
  delayCacheUntilActive?: boolean;
}

const pluginEntries = list(exactly({ name: text, weight: int32 }));
const pluginSet = exactly({ enabled: pluginEntries, disabled: pluginEntries });
const pluginSets = exactly(
  Object.fromEntries([...EXTENSION_POINTS, 'multiPoint'].map((point) => [point, pluginSet])),
);

const extendersShape = list(
  exactly({
    urlPrefix: text,
    filterVerb: text,
    preemptVerb: text,
    prioritizeVerb: text,
    weight: int64,
    bindVerb: text,
    enableHTTPS: bool,
    tlsConfig: exactly({
      insecure: bool,
      serverName: text,
      certFile: text,
      keyFile: text,
      caFile: text,
      certData: text,
      keyData: text,
      caData: text,
    }),
    httpTimeout: duration,
    nodeCacheCapable: bool,
    managedResources: list(exactly({ name: text, ignoredByScheduler: bool })),
    ignorable: bool,
  }),
);

export const configurationShape = exactly({
  apiVersion: text,
  kind: text,
  parallelism: int32,
  leaderElection: exactly({
    leaderElect: bool,
    leaseDuration: duration,
    renewDeadline: duration,
    retryPeriod: duration,
    resourceLock: text,
    resourceName: text,
    resourceNamespace: text,
  }),
  clientConnection: exactly({
    kubeconfig: text,
    acceptContentTypes: text,
    contentType: text,
    qps: number,
    burst: int32,
  }),
  enableProfiling: bool,
  enableContentionProfiling: bool,
  percentageOfNodesToScore: int32,
  podInitialBackoffSeconds: int64,
  podMaxBackoffSeconds: int64,
  profiles: list(
    exactly({
      schedulerName: text,
      percentageOfNodesToScore: int32,
      plugins: pluginSets,
      pluginConfig: list(exactly({ name: text, args: anything })),
    }),
  ),
  extenders: extendersShape,
  delayCacheUntilActive: bool,
});
