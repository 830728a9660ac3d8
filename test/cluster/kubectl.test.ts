// kubectl 1.37 on the embedded API and on a real one: the same commands, in the same order, to the same effect.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';
import { binary } from './binaries.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { node } from './fixtures.ts';
import { KUBECTL_STEPS, type Step } from './kubectl-steps.ts';

let controlPlane: ControlPlane;
let embedded: Embedded;
let home: string;
let kubectl: string;

beforeAll(async () => {
  kubectl = await binary('kubectl');
  home = mkdtempSync(join(tmpdir(), 'coset-kubectl-'));
  embedded = await serveEmbedded();
  controlPlane = await startControlPlane({ apiserverArgs: ['--feature-gates=GenericWorkload=true'] });
  for (const number of [0, 1]) {
    embedded.store.load([node(number)]);
    await controlPlane.client.text('POST', '/api/v1/nodes', node(number));
  }
});
afterAll(async () => {
  await embedded?.close();
  await controlPlane?.stop();
  rmSync(home, { recursive: true, force: true });
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

const LIMIT_MS = 60_000;

/** Runs kubectl to its end, with a home of its own, so that nothing that one server said is kept for the other. */
function run(server: string, flags: string[], { args, input, env }: Step): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(kubectl, [...flags, ...args], {
      env: { PATH: process.env['PATH'], HOME: join(home, server), ...env },
    });
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.stdout.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ ...outcome, code });
    });
    child.stdin.end(input);
  });
}

/** The columns of each table in an output: its lines of capitals. */
function columnsOf(stdout: string): string[] {
  const heads = stdout.split('\n').filter((line) => /^[A-Z][A-Z0-9() /-]+$/.test(line.trim()));
  return heads.map((line) => line.trim().replace(/\s{2,}/g, ' | '));
}

/** What is told of an outcome: always the code, and as much of the text as must be the same. */
function told({ code, stdout }: Outcome, { compare = 'text' }: Step): object {
  if (compare === 'code') return { code };
  return compare === 'columns' ? { code, columns: columnsOf(stdout) } : { code, stdout };
}

it.each(KUBECTL_STEPS.map((step) => [step.args.join(' '), step] as const))(
  'kubectl %s',
  async (_title, step) => {
    const real = await run('real', ['--kubeconfig', controlPlane.kubeconfigPath], step);
    const ours = await run('embedded', ['--server', embedded.url], step);
    const said = `real: ${real.stdout}${real.stderr}\nembedded: ${ours.stdout}${ours.stderr}`;
    expect(told(ours, step), said).toEqual(told(real, step));
    if (step.compare === 'columns') expect(columnsOf(real.stdout), said).not.toEqual([]);
    if (step.code !== undefined) expect(real.code, said).toBe(step.code);
  },
);
