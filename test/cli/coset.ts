// The command as people run it: packages/cli/dist/coset.js as a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A generous limit: the machine may be busy, and no test says how fast anything is. */
const LIMIT_MS = 60_000;
vi.setConfig({ testTimeout: 2 * LIMIT_MS });

const bundle = join(import.meta.dirname, '../../packages/cli/dist/coset.js');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A process that has been started; it does not outlive the test. */
export class Coset {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: string[], { input, folder }: { input?: string; folder?: string } = {}) {
    const environment = {
      ...process.env,
      KUBECONFIG: undefined,
      KUBERNETES_SERVICE_HOST: undefined,
      HOME: folder,
    };
    this.child = spawn(process.execPath, [bundle, ...args], { cwd: folder, env: environment });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child.stdin!.end(input);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
    onTestFinished(async () => {
      this.child.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Waits until what was printed has the pattern, and returns what it matched. Throws when the process ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return vi.waitFor(
      () => {
        const match = pattern.exec(this.stdout);
        if (match === null) throw new Error(`no ${String(pattern)} in:\n${this.stdout}${this.stderr}`);
        return match;
      },
      { timeout: LIMIT_MS, interval: 20 },
    );
  }
}

/** Runs the command to its end. */
export function coset(args: string[], options?: { input?: string; folder?: string }): Promise<Ended> {
  return new Coset(args, options).ended;
}

/** A folder with these files, removed after the test. */
export function folderWith(files: Record<string, string | object>): string {
  const folder = mkdtempSync(join(tmpdir(), 'coset-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

/** A kubeconfig for a server that asks for no credentials, or with a token. */
export function kubeconfigFor(server: string, token?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
}

/** Whether a process of this id is there. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
