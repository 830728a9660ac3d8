// The configuration that is in effect, as a KubeSchedulerConfiguration file with nothing left to defaults.
import { dump } from 'js-yaml';
import { EXTENDER } from '../plugins/extender/answer.ts';
import { writeLeaderElection } from './leader-election.ts';
import { API_VERSION } from '../plugins/common/args-shape.ts';
import {
  KIND,
  type ConfigurationFile,
  type ExtenderFile,
  type PluginConfig,
  type ProfileFile,
} from './file.ts';
import type { Framework } from '../plugins/framework.ts';
import type { Configuration, Extender } from './types.ts';

/** The file's text, in YAML. Read again, it is the same configuration. */
export function writeConfiguration(configuration: Configuration): string {
  const { profiles, extenders, kubeconfig, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration;
  const file: ConfigurationFile = {
    apiVersion: API_VERSION,
    kind: KIND,
    leaderElection: writeLeaderElection(configuration.leaderElection),
    clientConnection: kubeconfig === undefined ? undefined : { kubeconfig },
    podInitialBackoffSeconds,
    podMaxBackoffSeconds,
    profiles: profiles.map(profileOf),
    extenders: extenders.length > 0 ? extenders.map(extenderOf) : undefined,
  };
  // through JSON, so that what is undefined is not there
  return dump(JSON.parse(JSON.stringify(file)), { lineWidth: -1, noRefs: true });
}

/** Each point names its plugins itself, in order; what the points that are fixed do is left as it is. */
function profileOf(profile: Framework): ProfileFile {
  const { schedulerName, filters, postFilters, permits, scores } = profile;
  const only = (enabled: { name: string; weight?: number }[]) => ({ enabled, disabled: [{ name: '*' }] });
  const named = (names: readonly string[]) => only(names.map((name) => ({ name })).filter(isPlugin));
  return {
    schedulerName,
    plugins: {
      filter: named(filters),
      postFilter: named(postFilters),
      score: only(scores.filter(isPlugin)),
      permit: named(permits),
    },
    pluginConfig: argsOf(profile),
  };
}

/** Extenders are asked as if they were one plugin more, which no file names. */
function isPlugin({ name }: { name: string }): boolean {
  return name !== EXTENDER;
}

/** The arguments in the form of the file. */
function argsOf({ registry, args }: Framework): PluginConfig[] {
  return registry.having('args').map(({ name, args: reader }) => ({
    name,
    args: reader.write === undefined ? args[name] : reader.write(args[name]),
  }));
}

function extenderOf(extender: Extender): ExtenderFile {
  const { timeoutSeconds, managedResources, ignoredResources, tls, ...rest } = extender;
  const isSecure = Object.values(tls).some(Boolean);
  return {
    ...rest,
    httpTimeout: `${timeoutSeconds}s`,
    managedResources: managedResources.map((name) => ({
      name,
      ignoredByScheduler: ignoredResources.includes(name),
    })),
    enableHTTPS: isSecure || undefined,
    tlsConfig: isSecure ? tls : undefined,
  };
}
