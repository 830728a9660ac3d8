// The command in a shell: completion, help, and readers that have seen enough.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { coset } from './coset.ts';

it.each(['bash', 'zsh', 'fish'])('coset completion %s prints a script that asks coset', async (shell) => {
  const { code, stdout } = await coset(['completion', shell]);
  expect(code).toBe(0);
  expect(stdout).toContain('coset complete --');
});

it('completes commands, options and their values', async () => {
  const told = async (...args: string[]) => (await coset(['complete', '--', ...args])).stdout;
  expect(await told('')).toMatch(/run[^]*plan[^]*embedded[^]*snapshot/);
  expect(await told('plan', '--')).toContain('--order');
  expect(await told('plan', '--order', '')).toMatch(/grouped[^]*strict/);
});

it.each(['run', 'plan', 'embedded', 'snapshot', 'completion'])(
  'coset %s --help has examples',
  async (command) => {
    const { stdout } = await coset([command, '--help']);
    expect(stdout).toMatch(new RegExp(`Examples:[^]*coset ${command}`));
  },
);

it.each(['run', 'plan', 'embedded', 'snapshot'])('coset %s prints json, yaml or a table', async (command) => {
  const { stdout } = await coset([command, '--help']);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/--output <format> .*\(choices: "json", "yaml", "table",/);
});

it.each([
  ['embedded', /^A Kubernetes API in memory: \S+\n$/],
  ['embedded --output json', /^\{\n$/],
  ['embedded --output yaml', /^pods:\n$/],
])('coset %s ends when nobody reads what it prints, and leaves nothing behind', async (line, first) => {
  const folder = mkdtempSync(join(tmpdir(), 'coset-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bundle = join(import.meta.dirname, '../../dist/coset.js');
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${bundle}" ${line} | head -1`], {
    env: { ...process.env, TMPDIR: folder },
  });
  onTestFinished(() => void shell.kill('SIGKILL'));
  let printed = '';
  shell.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  // The shell ends when the last process of its pipe has.
  await new Promise((resolve) => shell.once('close', resolve));
  expect(printed).toMatch(first);
  expect(readdirSync(folder)).toEqual([]);
});
