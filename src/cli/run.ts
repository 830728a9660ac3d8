// coset run: schedules the pods of a cluster until it is told to end.
import { pino } from 'pino';
import { controlApi } from '../control/api.ts';
import { serveControl } from '../control/serve.ts';
import { loadCredentials } from '../kube/credentials.ts';
import { serverVersion, Transport } from '../kube/transport.ts';
import { Scheduler } from '../run/scheduler.ts';
import { readConfiguration } from './files.ts';

export interface RunOptions {
  config?: string;
  kubeconfig?: string;
  control: { host: string; port: number };
}

/** Runs until SIGINT or SIGTERM. Throws when it cannot begin: the configuration, the credentials, the server. */
export async function run({ config, kubeconfig, control }: RunOptions): Promise<void> {
  const configuration = readConfiguration(config);
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });
  for (const notice of configuration.notices) log.warn(notice);
  const credentials = await loadCredentials(kubeconfig ?? configuration.clientConnection.kubeconfig);
  const transport = new Transport(credentials);
  const serves = await serverVersion(transport);
  log.info({ server: transport.server, version: serves }, 'connected');
  const scheduler = new Scheduler({ transport, configuration, log });
  const api = await serveControl(controlApi(scheduler), control);
  log.info({ url: api.url }, 'control');
  const ended = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  await scheduler.start();
  log.info({ signal: await ended }, 'ending');
  await scheduler.stop();
  await api.close();
  await transport.close();
}
