// Reads a KubeSchedulerConfiguration file as kube-scheduler 1.37 does: strictly, with its defaults and its rules.
import { dropNulls, Problems, shown } from '../api/shape.ts';
import { parseYaml } from '../api/yaml.ts';
import { askExtenders, readExtenders } from './extenders.ts';
import { API_VERSION, configurationShape, KIND, parseDuration } from './file.ts';
import type { ConfigurationFile, ProfileFile } from './file.ts';
import { readPluginArgs } from './plugin-args.ts';
import { mergePlugins } from './plugins.ts';
import type { Configuration, Profile } from './types.ts';

/** A configuration that cannot be used; the message has a line for each problem, with file name and field. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/**
 * Reads a configuration from YAML or JSON text.
 * @param fileName how messages name the text
 * @throws ConfigurationError
 */
export function loadConfiguration(text: string, fileName: string): Configuration {
  const problems = new Problems(fileName);
  const documents = parseYaml(text, problems);
  if (problems.count > 0) throw new ConfigurationError(problems.toString());
  if (documents.length !== 1) {
    throw new ConfigurationError(`${fileName}: must hold one ${KIND}, not ${documents.length} documents`);
  }
  return configurationOf(documents[0], fileName);
}

/**
 * Reads a configuration from a value that was parsed before, for instance the one inside a scenario; fields of it
 * that are null are removed.
 * @throws ConfigurationError
 */
export function configurationOf(value: unknown, fileName: string): Configuration {
  const problems = new Problems(fileName);
  dropNulls(value);
  configurationShape(value, '', problems);
  if (problems.count > 0) throw new ConfigurationError(problems.toString());
  const file = value as ConfigurationFile;
  if (file.apiVersion !== API_VERSION || file.kind !== KIND) {
    problems.add(
      '',
      `must be a ${KIND} of ${API_VERSION}, not ${shown(file.kind)} of ${shown(file.apiVersion)}`,
    );
    throw new ConfigurationError(problems.toString());
  }
  const configuration = build(file, problems);
  if (problems.count > 0) throw new ConfigurationError(problems.toString());
  return configuration;
}

/** The configuration without a file: one profile, default-scheduler, and nothing to notice. */
export function defaultConfiguration(): Configuration {
  return {
    ...configurationOf({ apiVersion: API_VERSION, kind: KIND }, 'default configuration'),
    notices: [],
  };
}

function build(file: ConfigurationFile, problems: Problems): Configuration {
  const notices: string[] = [];
  const initialBackoff = file.podInitialBackoffSeconds ?? 1;
  const maxBackoff = file.podMaxBackoffSeconds ?? 10;
  if (initialBackoff <= 0)
    problems.add('podInitialBackoffSeconds', `must be greater than 0, not ${initialBackoff}`);
  if (maxBackoff < initialBackoff) {
    problems.add('podMaxBackoffSeconds', `must not be less than podInitialBackoffSeconds, not ${maxBackoff}`);
  }
  checkWithoutEffect(file, problems, notices);
  checkLeaderElection(file.leaderElection ?? {}, problems, notices);
  const connection = file.clientConnection ?? {};
  if ((connection.burst ?? 0) < 0)
    problems.add('clientConnection.burst', `must not be negative, not ${connection.burst}`);
  const extenders = readExtenders(file.extenders ?? [], problems);
  const profiles = readProfiles(file.profiles ?? [], problems, notices);
  for (const profile of profiles) askExtenders(profile, extenders);
  return {
    profiles,
    extenders,
    clientConnection: {
      // Empty and zero stand for "not set": the client then decides.
      kubeconfig: connection.kubeconfig || undefined,
      acceptContentTypes: connection.acceptContentTypes || undefined,
      contentType: connection.contentType || undefined,
      qps: connection.qps || undefined,
      burst: connection.burst || undefined,
    },
    podInitialBackoffSeconds: initialBackoff,
    podMaxBackoffSeconds: maxBackoff,
    notices,
  };
}

function readProfiles(files: ProfileFile[], problems: Problems, notices: string[]): Profile[] {
  const given = files.length > 0 ? files : [{}];
  const names = given.map(
    ({ schedulerName }) => schedulerName ?? (given.length === 1 ? 'default-scheduler' : ''),
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
    const args = readPluginArgs(profile.pluginConfig ?? [], `${path}.pluginConfig`, problems, notices);
    return {
      schedulerName,
      ...mergePlugins(profile.plugins ?? {}, `${path}.plugins`, problems, notices),
      args,
    };
  });
}

function checkWithoutEffect(file: ConfigurationFile, problems: Problems, notices: string[]): void {
  checkPercentage(file.percentageOfNodesToScore, 'percentageOfNodesToScore', problems, notices);
  if (file.parallelism !== undefined) {
    if (file.parallelism <= 0) problems.add('parallelism', `must be greater than 0, not ${file.parallelism}`);
    notices.push('parallelism: no effect, coset decides in one thread');
  }
  for (const field of ['enableProfiling', 'enableContentionProfiling', 'delayCacheUntilActive'] as const) {
    if (file[field]) notices.push(`${field}: no effect, coset does not have it`);
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
  notices.push(`${path}: no effect, coset looks at all nodes`);
}

function checkLeaderElection(
  file: NonNullable<ConfigurationFile['leaderElection']>,
  problems: Problems,
  notices: string[],
): void {
  if (file.leaderElect === false) return;
  notices.push(
    'leaderElection: not built yet, run one coset only (leaderElect: false leaves this notice out)',
  );
  const seconds = (field: 'leaseDuration' | 'renewDeadline' | 'retryPeriod', standard: number) => {
    const value = parseDuration(file[field] ?? '0') || standard;
    if (value < 0)
      problems.add(`leaderElection.${field}`, `must be greater than 0, not ${shown(file[field])}`);
    return value;
  };
  const renewDeadline = seconds('renewDeadline', 10);
  seconds('retryPeriod', 2);
  if (seconds('leaseDuration', 15) <= renewDeadline) {
    problems.add('leaderElection.leaseDuration', `must be greater than renewDeadline, ${renewDeadline}s`);
  }
  if ((file.resourceLock || 'leases') !== 'leases') {
    problems.add('leaderElection.resourceLock', `must be leases, not ${shown(file.resourceLock)}`);
  }
}
