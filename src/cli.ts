// The command line: run schedules a cluster, plan says where pods would go, embedded shows both on a cluster in memory.
import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { ConfigurationError } from './config/load.ts';
import { embedded } from './cli/embedded.ts';
import { planCommand } from './cli/plan.ts';
import { run } from './cli/run.ts';
import { ScenarioError } from './scenario/read.ts';

const home = new URL('..', import.meta.url);

/** HOST:PORT; port 0 takes a free one. */
function address(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new InvalidArgumentError('It must be HOST:PORT.');
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port };
}

const program = new Command('coset')
  .description('A Kubernetes scheduler that decides once per equivalence class of pods.')
  .version(manifest.version)
  .showHelpAfterError();

program
  .command('run')
  .description('schedule the pods of a cluster')
  .option('--config <file>', 'a KubeSchedulerConfiguration; the default profile without it')
  .option(
    '--kubeconfig <file>',
    'how to reach the API server; as kubectl does without it, or from inside a cluster',
  )
  .option('--control <host:port>', 'where the control API listens', address, {
    host: '127.0.0.1',
    port: 10_259,
  })
  .action(run);

program
  .command('plan')
  .description('say where the pending pods of a scenario, or of what kubectl prints, would go')
  .argument(
    '<file...>',
    'scenarios, or the output of kubectl get nodes,pods,services,replicasets -A -o json|yaml; - is standard input',
  )
  .option('--config <file>', 'a KubeSchedulerConfiguration; the scenario may have one')
  .addOption(
    new Option('--format <format>', 'for programs or for people').choices(['json', 'table']).default('table'),
  )
  .addOption(
    new Option('--order <order>', 'by class, or in the order of the queue').choices(['grouped', 'strict']),
  )
  .option('--detail', "add every plugin's score and every rejection (json)")
  .action(planCommand);

program
  .command('embedded')
  .description('schedule the openb trace in a cluster in memory, and keep serving it')
  .option('--port <port>', 'where the Kubernetes API listens; 0 takes a free one', Number, 0)
  .option('--once', 'end after the summary')
  .action((options: { port: number; once?: boolean }) => embedded({ ...options, home }));

try {
  await program.parseAsync();
} catch (error) {
  const { message } = error as Error;
  // what a person can mend gets its message alone; a fault of coset's own keeps its stack
  const isInput =
    error instanceof ConfigurationError || error instanceof ScenarioError || isOperational(error);
  process.stderr.write(`coset: ${isInput ? message : ((error as Error).stack ?? message)}\n`);
  process.exitCode = 1;
}

/** Errors of files, sockets and servers. */
function isOperational(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.constructor === Error || 'code' in error || error.name === 'TransportError')
  );
}
