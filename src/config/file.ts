// The fields of a KubeSchedulerConfiguration file (kubescheduler.config.k8s.io/v1) and their types.
import { anything, bool, exactly, int32, int64, list, number, text, type Shape } from '../api/shape.ts';
import type { ExtenderTls } from './types.ts';

export const API_VERSION = 'kubescheduler.config.k8s.io/v1';
export const KIND = 'KubeSchedulerConfiguration';

/** The extension points of which a profile may set the plugins. */
export const EXTENSION_POINTS = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
  'placementGenerate',
  'placementScore',
  'podGroupPostFilter',
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

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

/** A duration as Go writes it: "1m30s", "500ms". */
export const duration: Shape = (value, path, problems) => {
  if (typeof value !== 'string' || parseDuration(value) === undefined) {
    problems.add(path, `must be a duration like "15s", not ${JSON.stringify(value)}`);
  }
};

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration as Go writes it, or undefined if it is not one. */
export function parseDuration(value: string): number | undefined {
  if (/^[+-]?0$/.test(value)) return 0;
  if (!/^[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$/.test(value)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    seconds += Number(amount) * SECONDS_OF_UNIT[unit!]!;
  }
  return value.startsWith('-') ? -seconds : seconds;
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
