// leaderElection of a KubeSchedulerConfiguration, with kube-scheduler's defaults and checks.
import { parseDuration } from '../model/duration.ts';
import { DEFAULT_LEASE, RETRY_JITTER, type LeaseSettings } from '../model/lease.ts';
import { Problems, shown } from '../model/shape.ts';
import type { ConfigurationFile } from './file.ts';

type LeaderElectionFile = NonNullable<ConfigurationFile['leaderElection']>;

/** undefined where it is off. */
export function readLeaderElection(file: LeaderElectionFile, problems: Problems): LeaseSettings | undefined {
  if (file.leaderElect === false) return undefined;
  const seconds = (field: 'leaseDuration' | 'renewDeadline' | 'retryPeriod', standard: number) => {
    const value = parseDuration(file[field] ?? '0') || standard;
    if (value < 0)
      problems.add(`leaderElection.${field}`, `must be greater than 0, not ${shown(file[field])}`);
    return value;
  };
  const settings: LeaseSettings = {
    namespace: file.resourceNamespace || DEFAULT_LEASE.namespace,
    name: file.resourceName || DEFAULT_LEASE.name,
    leaseDurationSeconds: seconds('leaseDuration', DEFAULT_LEASE.leaseDurationSeconds),
    renewDeadlineSeconds: seconds('renewDeadline', DEFAULT_LEASE.renewDeadlineSeconds),
    retryPeriodSeconds: seconds('retryPeriod', DEFAULT_LEASE.retryPeriodSeconds),
  };
  const { leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = settings;
  if (leaseDurationSeconds <= renewDeadlineSeconds) {
    const most = `${renewDeadlineSeconds}s`;
    problems.add('leaderElection.leaseDuration', `must be greater than renewDeadline, ${most}`);
  }
  if (leaseDurationSeconds < 1) problems.add('leaderElection.leaseDuration', 'must be at least 1s');
  if (renewDeadlineSeconds <= RETRY_JITTER * retryPeriodSeconds) {
    const least = `${RETRY_JITTER} times retryPeriod, ${retryPeriodSeconds}s`;
    problems.add('leaderElection.renewDeadline', `must be greater than ${least}`);
  }
  if ((file.resourceLock || 'leases') !== 'leases') {
    problems.add('leaderElection.resourceLock', `must be leases, not ${shown(file.resourceLock)}`);
  }
  return settings;
}

/** As a file has it, with nothing left to defaults. */
export function writeLeaderElection(settings: LeaseSettings | undefined): LeaderElectionFile {
  if (settings === undefined) return { leaderElect: false };
  const { namespace, name, leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = settings;
  return {
    leaderElect: true,
    leaseDuration: `${leaseDurationSeconds}s`,
    renewDeadline: `${renewDeadlineSeconds}s`,
    retryPeriod: `${retryPeriodSeconds}s`,
    resourceLock: 'leases',
    resourceName: name,
    resourceNamespace: namespace,
  };
}

/** What is given on the command line goes before what the file says. Throws an error about `source`. */
export function overrideLeaderElection(
  settings: LeaseSettings | undefined,
  given: LeaderElectionFile,
  source: string,
): LeaseSettings | undefined {
  const problems = new Problems(source);
  const read = readLeaderElection({ ...writeLeaderElection(settings), ...given }, problems);
  if (problems.count > 0) throw new Error(problems.toString());
  return read;
}
