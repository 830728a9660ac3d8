// Reads a KubeSchedulerConfiguration as kube-scheduler 1.37 does: strictly, with its defaults and its rules.
import { DEFAULT_SCHEDULER } from '../model/types.ts';
import { dropNulls, Problems, shown } from '../model/shape.ts';
import { judge } from './judge.ts';
import { askExtenders, readExtenders } from './extenders.ts';
import { readLeaderElection } from './leader-election.ts';
import { API_VERSION } from '../plugins/common/args-shape.ts';
import { configurationShape, KIND } from './file.ts';
import type { ConfigurationFile, ProfileFile } from './file.ts';
import { readPluginArgs } from './plugin-args.ts';
import { mergePlugins } from './plugins.ts';
import { inTree } from '../plugins/in-tree.ts';
import type { Registry } from '../plugins/registry.ts';
import type { Framework } from '../plugins/framework.ts';
import type { Configuration } from './types.ts';

const JSON_ALONE = /^application\/json\b/;

/** What kube-scheduler takes where a file does not say, as far as coset has nothing for it. */
const BY_DEFAULT = {
  parallelism: 16,
  qps: 50,
  burst: 100,
  contentType: 'application/vnd.kubernetes.protobuf',
};

/** A configuration that cannot be used; the message has a line for each problem, with file name and field. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/**
 * Reads a configuration from a value that was parsed before, for instance the one inside a scenario; fields of it
 * that are null are removed.
 * @throws ConfigurationError
 */
export function configurationOf(value: unknown, fileName: string, registry = inTree): Configuration {
  dropNulls(value);
  // what it is comes first: of another kind, no field could be right
  const judged = judge(value);
  if ('refusal' in judged) throw new ConfigurationError(`${fileName}: ${judged.refusal}`);
  if ('held' in judged)
    throw new ConfigurationError(`${fileName}: is a ConfigMap: take out its data[${judged.held.key}]`);
  const problems = new Problems(fileName);
  configurationShape(value, '', problems);
  if (problems.count > 0) throw new ConfigurationError(problems.toString());
  const configuration = build(value as ConfigurationFile, registry, problems);
  if (problems.count > 0) throw new ConfigurationError(problems.toString());
  return configuration;
}

/** The configuration without a file: one profile, default-scheduler, and nothing to notice. */
export function defaultConfiguration(registry = inTree): Configuration {
  return {
    ...configurationOf({ apiVersion: API_VERSION, kind: KIND }, 'default configuration', registry),
    notices: [],
  };
}

function build(file: ConfigurationFile, registry: Registry, problems: Problems): Configuration {
  const notices: string[] = [];
  const initialBackoff = file.podInitialBackoffSeconds ?? 1;
  const maxBackoff = file.podMaxBackoffSeconds ?? 10;
  if (initialBackoff <= 0)
    problems.add('podInitialBackoffSeconds', `must be greater than 0, not ${initialBackoff}`);
  if (maxBackoff < initialBackoff) {
    problems.add('podMaxBackoffSeconds', `must not be less than podInitialBackoffSeconds, not ${maxBackoff}`);
  }
  checkWithoutEffect(file, problems, notices);
  const leaderElection = readLeaderElection(file.leaderElection ?? {}, problems);
  const connection = file.clientConnection ?? {};
  checkConnection(connection, problems, notices);
  const extenders = readExtenders(file.extenders ?? [], problems);
  const profiles = readProfiles(file.profiles ?? [], registry, problems, notices);
  for (const profile of profiles) askExtenders(profile, extenders);
  return {
    registry,
    profiles,
    extenders,
    leaderElection,
    kubeconfig: connection.kubeconfig || undefined,
    podInitialBackoffSeconds: initialBackoff,
    podMaxBackoffSeconds: maxBackoff,
    notices,
  };
}

function readProfiles(
  files: ProfileFile[],
  registry: Registry,
  problems: Problems,
  notices: string[],
): Framework[] {
  const given = files.length > 0 ? files : [{}];
  const names = given.map(
    ({ schedulerName }) => schedulerName ?? (given.length === 1 ? DEFAULT_SCHEDULER : ''),
  );
  const queueSort = ({ plugins }: ProfileFile) =>
    JSON.stringify([plugins?.queueSort?.enabled ?? [], plugins?.queueSort?.disabled ?? []]);
  return given.map((profile, i) => {
    const path = `profiles[${i}]`;
    const schedulerName = names[i]!;
    if (schedulerName === '') problems.add(`${path}.schedulerName`, 'must not be empty');
    else if (names.indexOf(schedulerName) < i) {
      problems.add(`${path}.schedulerName`, `${shown(schedulerName)} is the name of another profile`);
    }
    if (queueSort(profile) !== queueSort(given[0]!)) {
      problems.add(`${path}.plugins.queueSort`, 'must be the same for all profiles');
    }
    checkPercentage(profile.percentageOfNodesToScore, `${path}.percentageOfNodesToScore`, problems, notices);
    const args = readPluginArgs(
      registry,
      profile.pluginConfig ?? [],
      `${path}.pluginConfig`,
      problems,
      notices,
    );
    return {
      schedulerName,
      ...mergePlugins(registry, profile.plugins ?? {}, `${path}.plugins`, problems, notices),
      args,
      deviceTotals: registry.having('deviceTotals')[0]?.deviceTotals,
      registry,
    };
  });
}

/**
 * Settings that coset has nothing for. Of one that has kube-scheduler's default, or says what coset does anyway, there is
 * nothing to tell: the profiling endpoints are on by default, and coset has none to turn off.
 */
function checkWithoutEffect(file: ConfigurationFile, problems: Problems, notices: string[]): void {
  checkPercentage(file.percentageOfNodesToScore, 'percentageOfNodesToScore', problems, notices);
  if (file.parallelism !== undefined) {
    if (file.parallelism <= 0) problems.add('parallelism', `must be greater than 0, not ${file.parallelism}`);
    if (file.parallelism !== BY_DEFAULT.parallelism)
      notices.push('parallelism: no effect, coset decides in one thread');
  }
  if (file.delayCacheUntilActive) notices.push('delayCacheUntilActive: no effect, coset does not have it');
}

/** Of the connection, coset takes the kubeconfig. */
function checkConnection(
  { burst = 0, qps, acceptContentTypes, contentType }: NonNullable<ConfigurationFile['clientConnection']>,
  problems: Problems,
  notices: string[],
): void {
  if (burst < 0) problems.add('clientConnection.burst', `must not be negative, not ${burst}`);
  if (qps && qps !== BY_DEFAULT.qps)
    notices.push('clientConnection.qps: no effect, coset sends as fast as the API server answers');
  if (burst > 0 && burst !== BY_DEFAULT.burst)
    notices.push('clientConnection.burst: no effect, coset sends as fast as the API server answers');
  for (const [field, type] of Object.entries({ acceptContentTypes, contentType })) {
    const isDefault = field === 'contentType' && type === BY_DEFAULT.contentType;
    if (type && !isDefault && !JSON_ALONE.test(type))
      notices.push(`clientConnection.${field}: no effect, coset speaks JSON`);
  }
}

function checkPercentage(
  percentage: number | undefined,
  path: string,
  problems: Problems,
  notices: string[],
): void {
  if (percentage === undefined) return;
  if (percentage < 0 || percentage > 100) problems.add(path, `must be from 0 to 100, not ${percentage}`);
  // 0 leaves it to the scheduler, and 100 is what coset does
  if (percentage !== 0 && percentage !== 100) notices.push(`${path}: no effect, coset looks at all nodes`);
}
