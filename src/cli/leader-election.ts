// kube-scheduler's flags for leader election.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { overrideLeaderElection } from '../config/leader-election.ts';
import type { Configuration } from '../config/types.ts';
import { parseDuration } from '../model/duration.ts';
import { DEFAULT_LEASE } from '../model/lease.ts';

export interface LeaderElectionOptions {
  leaderElect?: boolean;
  leaderElectLeaseDuration?: string;
  leaderElectRenewDeadline?: string;
  leaderElectRetryPeriod?: string;
  leaderElectResourceName?: string;
  leaderElectResourceNamespace?: string;
}

export function addLeaderElection(command: Command): void {
  const { namespace, name, leaseDurationSeconds, renewDeadlineSeconds, retryPeriodSeconds } = DEFAULT_LEASE;
  const standard = (value: unknown) => `(default: what the configuration says, or ${String(value)})`;
  command
    .addOption(
      new Option(
        '--leader-elect [boolean]',
        `schedule only while holding a lease, so that others may stand by ${standard(true)}`,
      )
        .argParser(boolean)
        .preset('true'),
    )
    .option(
      '--leader-elect-lease-duration <duration>',
      `how long the others wait for the leader ${standard(`${leaseDurationSeconds}s`)}`,
      oneDuration,
    )
    .option(
      '--leader-elect-renew-deadline <duration>',
      `when the leader gives up that cannot renew ${standard(`${renewDeadlineSeconds}s`)}`,
      oneDuration,
    )
    .option(
      '--leader-elect-retry-period <duration>',
      `between two attempts ${standard(`${retryPeriodSeconds}s`)}`,
      oneDuration,
    )
    .option('--leader-elect-resource-name <name>', `of the lease ${standard(name)}`)
    .option('--leader-elect-resource-namespace <namespace>', `of the lease ${standard(namespace)}`);
}

/** The configuration with what the command line says of the lease. */
export function withLeaderElection(
  configuration: Configuration,
  options: LeaderElectionOptions,
): Configuration {
  const given = {
    leaderElect: options.leaderElect,
    leaseDuration: options.leaderElectLeaseDuration,
    renewDeadline: options.leaderElectRenewDeadline,
    retryPeriod: options.leaderElectRetryPeriod,
    resourceName: options.leaderElectResourceName,
    resourceNamespace: options.leaderElectResourceNamespace,
  };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (Object.keys(named).length === 0) return configuration;
  const leaderElection = overrideLeaderElection(configuration.leaderElection, named, 'the command line');
  return { ...configuration, leaderElection };
}

function boolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It must be true or false.');
}

function oneDuration(text: string): string {
  if (parseDuration(text) === undefined) throw new InvalidArgumentError('It must be a duration like "15s".');
  return text;
}
