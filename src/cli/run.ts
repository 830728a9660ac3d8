// coset run: schedules the pods of a cluster until it is told to end.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { writeConfiguration } from '../config/write.ts';
import { controlApi } from '../control/api.ts';
import type { Http2Client } from '../kube/dial.ts';
import { systemClock } from '../kube/clock.ts';
import { loadCredentials } from '../kube/credentials.ts';
import { Membership } from '../kube/fleet/membership.ts';
import { LeaderElection } from '../kube/leader-election.ts';
import { serverVersion, Transport } from '../kube/transport.ts';
import type { LeaseSettings } from '../model/lease.ts';
import { Scheduler } from '../run/scheduler.ts';
import { serve } from '../run/serve.ts';
import { checkActiveReplicas, type ActiveReplicasOptions } from './active-replicas.ts';
import { readConfiguration } from './files.ts';
import { withLeaderElection, type LeaderElectionOptions } from './leader-election.ts';
import { logOf, type LogForm } from './log.ts';
import { checkServing, serveControlApi, type ServingOptions } from './serving.ts';
import { Reminder } from './reminder.ts';
import { toldToEnd } from './signals.ts';

export interface RunOptions extends ActiveReplicasOptions, LeaderElectionOptions, ServingOptions {
  config?: string;
  kubeconfig?: string;
  http2Client: Http2Client;
  writeConfigTo?: string;
  output: LogForm;
}

/**
 * Runs until it is told to end, or only writes the configuration that is in effect. Throws when it cannot begin: the
 * configuration, the credentials, the server.
 */
export async function run({
  config,
  kubeconfig,
  http2Client,
  writeConfigTo,
  output,
  ...options
}: RunOptions): Promise<void> {
  const configuration = withLeaderElection(await readConfiguration(config), options);
  if (writeConfigTo !== undefined) {
    writeFileSync(writeConfigTo, writeConfiguration(configuration));
    for (const notice of configuration.notices) process.stderr.write(`coset: ${notice}\n`);
    return;
  }
  checkServing(options);
  const isActive = options.activeReplicas ?? false;
  if (isActive) checkActiveReplicas(configuration);
  const log = logOf(output);
  const credentials = await loadCredentials(kubeconfig ?? configuration.kubeconfig);
  const transport = new Transport(credentials, { http2Client });
  try {
    const version = await serverVersion(transport).catch((error: unknown) => {
      throw new Error(`${credentials.source}: ${(error as Error).message}`, { cause: error });
    });
    const settings = configuration.leaderElection;
    const lease = settings && tenureFor(settings, isActive, { transport, log });
    const scheduler = new Scheduler({ transport, configuration, leadership: lease, log });
    const servers = await serveControlApi(controlApi(scheduler), options, { transport, log });
    // only now: who cannot begin leaves nothing on standard output
    for (const notice of configuration.notices) log.warn(notice);
    log.info({ server: transport.server, version }, 'connected');
    for (const { url } of servers) log.info({ url }, 'control');
    const ending = toldToEnd({ whenUnread: true });
    ending.addEventListener('abort', () => log.info({ reason: ending.reason as string }, 'ending'));
    try {
      await serve(scheduler, lease, ending);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  } finally {
    await transport.close();
  }
}

/** What lets this process decide: its leadership, or its part among replicas that are all active. */
function tenureFor(
  settings: LeaseSettings,
  isActive: boolean,
  { transport, log }: { transport: Transport; log: Logger },
): LeaderElection | Membership {
  const identity = `${hostname()}_${randomUUID()}`;
  const { namespace, name } = settings;
  const lease = `${namespace}/${name}`;
  const failures = new Reminder(systemClock, (error, times) =>
    log.warn({ lease, error, times }, 'the lease could not be had'),
  );
  const options = {
    ...{ transport, settings, identity },
    onHolder: (holder: string) => {
      failures.reset();
      if (holder === identity && isActive) log.info({ lease, identity }, 'active');
      else if (holder === identity) log.info({ lease, identity }, 'leading');
      else if (holder === '') log.info({ lease }, 'the lease is free');
      else log.info({ lease, holder }, 'waiting for the lease');
    },
    onError: ({ message }: Error) => failures.happened(message),
  };
  if (!isActive) return new LeaderElection(options);
  const onMembers = (members: readonly string[]) => log.info({ lease, members }, 'the active replicas');
  return new Membership({ ...options, onMembers });
}
