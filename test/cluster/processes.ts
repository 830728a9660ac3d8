import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';

/** How much of a program's output is kept, in characters. */
const outputMax = 16_384;

/** A program that runs beside a test; the end of what it printed is kept for the error if it dies. */
export class Daemon {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<void>;
  #output = '';
  #stopping = false;

  constructor(command: string, args: string[], env: NodeJS.ProcessEnv = process.env) {
    this.#name = command.split('/').at(-1) ?? command;
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-outputMax);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', (error) => {
        keep(Buffer.from(error.message));
        resolve();
      });
    });
  }

  /** What the program printed last, stdout and stderr together. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#name} did not start:\n${this.#output}`);
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Throws, with the program's last output, if it is no longer running. */
  check(): void {
    if (!this.running && !this.#stopping) throw new Error(`${this.#name} ended:\n${this.#output}`);
  }

  /** Ends the program at once, for a process that is about to end itself. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Asks the program to end, insists after five seconds, and gives its exit code, null after a signal. */
  async stop(): Promise<number | null> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#exited;
    clearTimeout(insist);
    return this.#child.exitCode;
  }
}

/** Calls `condition` until it gives a value, every 100 ms; throws after `timeoutSeconds`, naming what it waited for. */
export async function until<T>(
  what: string,
  timeoutSeconds: number,
  condition: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const value = await condition();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Has `clean` run when this process ends in any way that it can notice, Ctrl-C included.
 * Returns the function that takes this back, for when all is cleaned already.
 */
export function atExit(clean: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => process.exit(signal === 'SIGINT' ? 130 : 143);
  process.on('exit', clean);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('exit', clean);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
