// An exec plugin of a kubeconfig: a program that prints a token or a client certificate, run as client-go runs it.
// client-node runs one too, but tells it nothing of what is asked for, and takes whatever it prints.
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** What a plugin printed. */
export interface ExecCredential {
  token?: string;
  cert?: string;
  key?: string;
  /** When it ends, in milliseconds since 1970; Infinity when the plugin does not say. */
  expires: number;
}

interface ExecConfig {
  apiVersion?: unknown;
  command?: unknown;
  args?: unknown;
  env?: unknown;
  interactiveMode?: unknown;
  provideClusterInfo?: unknown;
  installHint?: unknown;
}

const V1 = 'client.authentication.k8s.io/v1';
const VERSIONS: readonly unknown[] = [V1, 'client.authentication.k8s.io/v1beta1'];
const INTERACTIVE_MODES: readonly unknown[] = ['Never', 'IfAvailable'];
/** Of what it prints. */
const OUTPUT_BYTES_MAX = 1 << 20;

export class ExecPlugin {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  readonly #apiVersion: string;
  readonly #installHint: string;
  #credential: ExecCredential | undefined;
  #hasPrinted = false;

  /**
   * `cluster` is what a plugin that asks for it is told of the server, in the form of ExecCredential.
   * @throws Error with what is wrong with the configuration
   */
  constructor(config: ExecConfig, cluster: object) {
    const { apiVersion, command, args, interactiveMode, provideClusterInfo, installHint } = config;
    if (typeof command !== 'string' || command === '') throw new Error('command is missing');
    if (!VERSIONS.includes(apiVersion)) throw new Error(`apiVersion must be one of ${VERSIONS.join(', ')}`);
    if (interactiveMode === 'Always')
      throw new Error('interactiveMode Always is not supported: a scheduler has nobody to ask');
    const mayBeAbsent = apiVersion !== V1;
    if (!INTERACTIVE_MODES.includes(interactiveMode) && !(mayBeAbsent && !interactiveMode))
      throw new Error(`interactiveMode must be one of ${INTERACTIVE_MODES.join(', ')}`);
    this.#command = command;
    this.#args = stringsIn(args);
    this.#apiVersion = apiVersion as string;
    this.#installHint = typeof installHint === 'string' ? `: ${installHint.trim()}` : '';
    const spec = { interactive: false, ...(provideClusterInfo === true && { cluster }) };
    const info = { kind: 'ExecCredential', apiVersion, spec };
    this.#env = { ...environmentIn(config.env), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  }

  /** What it printed last, unless that has expired or was forgotten. Rejects with a reason that repeats nothing of it. */
  async credential(): Promise<ExecCredential> {
    if (this.#credential === undefined || this.#credential.expires <= Date.now())
      this.#credential = this.#read(await this.#run());
    this.#hasPrinted = true;
    return this.#credential;
  }

  /** The server refuses what it printed. */
  forget(): void {
    this.#credential = undefined;
  }

  #run(): Promise<string> {
    return new Promise((resolve, reject) => {
      // what it has to say to people goes where it would in kubectl
      const child = spawn(this.#command, this.#args, {
        env: { ...process.env, ...this.#env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      // who begins waits for it; who ends does not
      if (this.#hasPrinted) for (const held of [child, child.stdout as Unref]) held.unref();
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.length > OUTPUT_BYTES_MAX) child.kill();
      });
      child.on('error', ({ message, code }: NodeJS.ErrnoException) =>
        reject(new Error(`its exec plugin: ${message}${code === 'ENOENT' ? this.#installHint : ''}`)),
      );
      child.on('close', (code, signal) => {
        if (code === 0) resolve(output);
        else reject(new Error(`its exec plugin ${this.#command} ended with ${code ?? signal}`));
      });
    });
  }

  #read(output: string): ExecCredential {
    const printed = parsed(output);
    if (printed?.kind !== 'ExecCredential')
      throw new Error('its exec plugin did not print an ExecCredential');
    if (printed.apiVersion !== this.#apiVersion)
      throw new Error(`its exec plugin did not print an ExecCredential of ${this.#apiVersion}`);
    const { token, clientCertificateData, clientKeyData, expirationTimestamp } = printed.status ?? {};
    const [cert, key] = [textIn(clientCertificateData), textIn(clientKeyData)];
    if ((cert === undefined) !== (key === undefined))
      throw new Error('its exec plugin printed a client certificate without its key, or a key alone');
    if (textIn(token) === undefined && cert === undefined)
      throw new Error('its exec plugin printed neither a token nor a client certificate');
    const expires =
      expirationTimestamp === undefined ? Infinity : Date.parse(textIn(expirationTimestamp) ?? '');
    if (Number.isNaN(expires))
      throw new Error('its exec plugin printed an expirationTimestamp that is no time');
    return { token: textIn(token), cert, key, expires };
  }
}

/** What is piped from another process is a socket. */
type Unref = Readable & { unref(): void };

interface Printed {
  kind?: unknown;
  apiVersion?: unknown;
  status?: Record<string, unknown>;
}

function parsed(output: string): Printed | undefined {
  try {
    return JSON.parse(output) as Printed;
  } catch {
    return undefined;
  }
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function stringsIn(args: unknown): string[] {
  if (args === undefined || args === null) return [];
  if (Array.isArray(args) && args.every((arg) => typeof arg === 'string')) return args;
  throw new Error('args must be a list of texts');
}

function environmentIn(env: unknown): NodeJS.ProcessEnv {
  if (env === undefined || env === null) return {};
  const entries = (Array.isArray(env) ? env : [undefined]) as ({ name?: unknown; value?: unknown } | null)[];
  const isVariable = (entry: (typeof entries)[number] | undefined) =>
    textIn(entry?.name) !== undefined && typeof (entry?.value ?? '') === 'string';
  if (!entries.every(isVariable)) throw new Error('env must be a list of name and value');
  return Object.fromEntries(entries.map((entry) => [entry!.name, entry!.value ?? ''])) as NodeJS.ProcessEnv;
}
