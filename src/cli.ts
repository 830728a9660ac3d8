// The command line: run schedules a cluster, plan says where pods would go, snapshot writes what plan reads, doctor says what
// keeps run from scheduling, and embedded shows it all on a cluster in memory.
import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addActiveReplicas } from './cli/active-replicas.ts';
import { addCompletion } from './cli/completion.ts';
import { ConfigurationError } from './config/configuration.ts';
import { doctor, FAULTS_FOUND, type DoctorOptions } from './cli/doctor/doctor.ts';
import type { Account } from './cli/doctor/finding.ts';
import { embedded, type EmbeddedCommandOptions } from './cli/embedded.ts';
import { NOTHING_TO_PLAN, planCommand, type PlanCommandOptions } from './cli/plan.ts';
import { addLeaderElection } from './cli/leader-election.ts';
import { run } from './cli/run.ts';
import { addServing, port } from './cli/serving.ts';
import { snapshot, type SnapshotOptions } from './cli/snapshot.ts';
import { HTTP2_CLIENTS } from './kube/dial.ts';
import { ScenarioError } from './scenario/reader.ts';

const home = new URL('..', import.meta.url);

function http2Client(): Option {
  return new Option(
    '--http2-client <client>',
    "what speaks HTTP/2 to the API server: coset's own client, or Node's",
  )
    .choices(HTTP2_CLIENTS)
    .default('coset');
}

/** The form of what a command prints. */
function output(description: string, standard: 'json' | 'table'): Option {
  return new Option('--output <format>', description).choices(['json', 'yaml', 'table']).default(standard);
}

const EXAMPLES = `
Examples:
  coset run --config scheduler.yaml
  coset snapshot cluster.json && coset plan cluster.json deployment.yaml
  coset plan --output json --order strict scenario.json
  coset embedded`;

const PLAN_EXAMPLES = `
Exit codes: 0 when pods were planned, placed or not; ${NOTHING_TO_PLAN} when there was none to plan; 1 on input that cannot be used.

Examples:
  coset snapshot cluster.json
  coset plan cluster.json deployment.yaml
  helm template my-chart | coset plan cluster.json -
  coset plan --output json --order strict --detail scenario.json`;

const RUN_EXAMPLES = `
Examples:
  coset run
  coset run --output table
  coset run --kubeconfig ~/.kube/config --config scheduler.yaml
  coset run --secure-port 0 --control 127.0.0.1:10251
  coset run --active-replicas
  coset run --tls-cert-file tls.crt --tls-private-key-file tls.key`;

const EMBEDDED_EXAMPLES = `
Examples:
  coset embedded
  coset embedded --port 8001 --no-controllers
  coset embedded --once --output json`;

const SNAPSHOT_EXAMPLES = `
Examples:
  coset snapshot cluster.json
  coset snapshot --redact shared.json
  coset snapshot --output table
  coset snapshot | coset plan - deployment.yaml`;

const DOCTOR_EXAMPLES = `
Exit codes: 0 when nothing has to be mended; ${FAULTS_FOUND} when something has; 1 when nothing could be asked.

Examples:
  coset doctor --config scheduler.yaml
  coset doctor --service-account kube-system/coset
  coset doctor --output json`;

const COMPLETION_EXAMPLES = `
Examples:
  source <(coset completion bash)
  coset completion zsh > "\${fpath[1]}/_coset"
  coset completion fish > ~/.config/fish/completions/coset.fish
  coset completion bash --output json`;

const program = new Command('coset')
  .description('A Kubernetes scheduler that decides once per equivalence class of pods.')
  .version(manifest.version)
  .addHelpText('after', EXAMPLES)
  .showHelpAfterError('Run it with --help to see what it takes.');

const running = program
  .command('run')
  .description('schedule the pods of a cluster until Ctrl-C')
  .option('--config <file>', 'a KubeSchedulerConfiguration (default: the default profile)')
  .option(
    '--kubeconfig <file>',
    "how to reach the API server (default: what the configuration names, kubectl's own, or the service account of a pod)",
  )
  .addOption(http2Client())
  .addOption(output('the form of the log: a line of JSON or a document of YAML a record, or a table', 'json'))
  .option('--write-config-to <file>', 'write the configuration that is in effect to the file, and end')
  .addHelpText('after', RUN_EXAMPLES)
  .action(run);
addServing(running);
addLeaderElection(running);
addActiveReplicas(running);

program
  .command('plan')
  .description('say where the pending pods of a scenario, or of what kubectl prints, would go')
  .argument(
    '<file...>',
    'what a cluster holds and what is to come: JSON or YAML as kubectl prints it, manifests, scenarios; - is standard input',
  )
  .option(
    '--config <file>',
    "a KubeSchedulerConfiguration (default: the scenario's own, or the default profile)",
  )
  .addOption(output('json or yaml for programs, table for people', 'table'))
  .addOption(
    new Option(
      '--order <order>',
      'the pods of a class together, or one by one as they stand in the queue (default: what the configuration says)',
    ).choices(['grouped', 'strict']),
  )
  .option('--detail', "add every plugin's score and every rejection; needs --output json or yaml")
  .addHelpText('after', PLAN_EXAMPLES)
  .action(async (files: string[], options: PlanCommandOptions, command: Command) => {
    if (options.detail && options.output === 'table')
      command.error('error: --detail needs --output json or yaml');
    process.exitCode = await planCommand(files, options);
  });

program
  .command('embedded')
  .description('schedule the openb trace in a cluster in memory, and serve it until Ctrl-C')
  .option('--port <port>', 'where the Kubernetes API listens; 0 takes a free one', port, 0)
  .option('--once', 'end after the summary')
  .option('--no-controllers', 'leave Deployments and the like without pods, and bound pods without a status')
  .addOption(output('how the summary is printed: json or yaml for programs, table for people', 'table'))
  .addHelpText('after', EMBEDDED_EXAMPLES)
  .action((options: Omit<EmbeddedCommandOptions, 'home'>) => embedded({ ...options, home }));

program
  .command('snapshot')
  .description('write everything of a cluster that decides where pods go into one file, for plan to read')
  .argument('[file]', 'where it is written; - is standard output', '-')
  .option(
    '--kubeconfig <file>',
    "how to reach the API server (default: kubectl's own, or the service account of a pod)",
  )
  .addOption(http2Client())
  .option('--redact', 'rename everything that somebody has named, to the same decisions')
  .addOption(output('the form of the file, or a table of what would be in it', 'json'))
  .addHelpText('after', SNAPSHOT_EXAMPLES)
  .action(async (file: string, options: SnapshotOptions, command: Command) => {
    if (options.output === 'table' && file !== '-')
      command.error('error: --output table is for people, and no plan can read it: leave the file out');
    await snapshot(file, options);
  });

program
  .command('doctor')
  .description('say what keeps coset from scheduling a cluster, and what to do about it')
  .option(
    '--config <file>',
    'the KubeSchedulerConfiguration that it runs with (default: the default profile)',
  )
  .option(
    '--kubeconfig <file>',
    "how to reach the API server (default: what the configuration names, kubectl's own, or the service account of a pod)",
  )
  .addOption(http2Client())
  .addOption(
    new Option(
      '--service-account <namespace/name>',
      'whose rights are asked for (default: those of the credentials)',
    ).argParser(account),
  )
  .addOption(output('json or yaml for programs, table for people', 'table'))
  .addHelpText('after', DOCTOR_EXAMPLES)
  .action(async (options: DoctorOptions) => {
    process.exitCode = await doctor(options);
  });

addCompletion(
  program,
  output(
    'table is the script alone, as a shell reads it; json and yaml have it with the name of the shell',
    'table',
  ),
  COMPLETION_EXAMPLES,
);

// a reader that has seen enough, such as head, is no fault; what has something to clean up listens to the signal
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!process.emit('SIGPIPE', 'SIGPIPE')) process.exit();
});

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

function account(text: string): Account {
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0) throw new InvalidArgumentError('It must be NAMESPACE/NAME.');
  return { namespace, name };
}

/** Errors of files, sockets and servers. */
function isOperational(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.constructor === Error || 'code' in error || ['TransportError', 'PluginError'].includes(error.name))
  );
}
