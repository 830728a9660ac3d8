// Starts the service as it is deployed, on each runtime, by that runtime itself.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeFile, type PackagedRuntime } from '../../../scripts/edge-runtimes.ts';
import type { Send } from '../fixtures.ts';

export interface Running {
  send: Send;
  stop: () => Promise<void>;
}

export const TOKEN = 'the-token-of-the-tests';
const STARTING_MS = 60_000;

const deploy = join(import.meta.dirname, '../../../deploy/edge');

interface Command {
  /** What is installed for it. */
  runtime?: PackagedRuntime;
  /** It is there for another store, on a runtime that another one runs on. */
  isForStore?: true;
  /** What starts the service on a port, with a folder of its own for what it keeps. */
  command(port: number, folder: string): Call;
}

export interface Call {
  file: string;
  args: string[];
  env?: Record<string, string>;
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  'Node 20': { runtime: 'node20', command: (port) => onNode(runtimeFile('node20'), port) },
  'Node 22': { runtime: 'node22', command: (port) => onNode(runtimeFile('node22'), port) },
  'Node 24': { command: (port) => onNode(process.execPath, port) },
  Bun: {
    runtime: 'bun',
    command: (port) => ({
      file: runtimeFile('bun'),
      args: [join(deploy, 'bun.js')],
      env: { PORT: String(port) },
    }),
  },
  Deno: {
    runtime: 'deno',
    command: (port, folder) => ({
      file: runtimeFile('deno'),
      args: [
        ...['serve', '-P', '--config', join(deploy, 'deno.json'), '--host', '127.0.0.1'],
        ...['--port', String(port), join(deploy, 'deno.js')],
      ],
      env: { COSET_KV: join(folder, 'kv'), DENO_DIR: join(folder, 'deno'), DENO_NO_UPDATE_CHECK: '1' },
    }),
  },
  workerd: { runtime: 'workerd', command: onWorkerd(join(deploy, 'wrangler.toml')) },
  'workerd with R2': {
    isForStore: true,
    runtime: 'workerd',
    command: onWorkerd(join(import.meta.dirname, 'r2/wrangler.toml')),
  },
};

function onWorkerd(configuration: string): Command['command'] {
  return (port, folder) => ({
    file: process.execPath,
    args: [
      ...[runtimeFile('workerd'), 'dev', '--config', configuration],
      ...['--ip', '127.0.0.1', '--port', String(port), '--persist-to', folder],
      ...['--var', `COSET_TOKEN:${TOKEN}`, '--show-interactive-dev-session=false'],
    ],
    env: { WRANGLER_SEND_METRICS: 'false', CI: 'true', HOME: folder },
  });
}

function onNode(file: string, port: number): Call {
  return { file, args: [join(deploy, 'node.js')], env: { PORT: String(port) } };
}

/** Starts a service that listens; resolves when it answers. */
export async function startCommand(name: string, command = COMMANDS[name]!.command): Promise<Running> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'coset-edge-'));
  const { file, args, env } = command(port, folder);
  // in a group of its own, since some start others
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...process.env, COSET_TOKEN: TOKEN, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid!, 'SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + STARTING_MS;
  while (!(await answers(url))) {
    if (Date.now() < deadline && child.exitCode === null) continue;
    await stop();
    throw new Error(`${name} does not serve:\n${said}`);
  }
  return { send: sendTo(url), stop };
}

/** Sends by HTTP, with the token. */
function sendTo(url: string): Send {
  return async (method, path, body, headers = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      body: body === undefined || isRaw ? (body as string | undefined) : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
