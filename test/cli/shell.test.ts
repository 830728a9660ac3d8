// The command in a shell: completion, help, and readers that have seen enough.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, it, onTestFinished } from 'vitest';
import { coset } from './coset.ts';

/** The commands that people call, as the help lists them. */
const commands = ['run', 'plan', 'embedded', 'snapshot', 'doctor', 'completion'];
const bundle = join(import.meta.dirname, '../../packages/cli/dist/coset.js');

it('suggests commands, options and their values', async () => {
  const told = async (...words: string[]) => (await coset(['complete', '--', ...words])).stdout;
  expect(await told('')).toMatch(
    /^run\t.+\nplan\t.+\nembedded\t.+\nsnapshot\t.+\ndoctor\t.+\ncompletion\t.+\nhelp\t.+\n$/,
  );
  expect(await told('plan', '--ord')).toMatch(/^--order\t.+\n$/);
  expect(await told('plan', '--order', '')).toBe('grouped\t\nstrict\t\n');
  expect(await told('plan', '--order=s')).toBe('--order=strict\t\n');
  expect(await told('plan', '--detail', 'plan', '--output', 'y')).toBe('yaml\t\n');
  expect(await told('completion', 'f')).toBe('fish\t\n');
  // names of files are the shell's to complete
  expect(await told('plan', 'clu')).toBe('');
  expect(await told('run', '--config', 'sch')).toBe('');
});

it.each([
  ['coset pl', ['plan']],
  ['coset plan --output = j', ['json']],
  ['coset plan --output =', ['json', 'yaml', 'table']],
  ['coset run --http2-client n', ['node']],
  ['coset plan no', []],
])('a bash without anything else completes %s', (line, expected) => {
  const script = `
    coset() { "$NODE" "$BUNDLE" "$@"; }
    eval "$(coset completion bash)"; eval "$(coset completion bash)"
    COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _coset && printf '%s\\n' "\${COMPREPLY[@]}"
    complete -p coset`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-c', script], {
    env: { PATH: process.env['PATH'], NODE: process.execPath, BUNDLE: bundle },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const lines = stdout.split('\n').filter(Boolean);
  expect(lines.slice(0, -1)).toEqual(expected);
  // where it has no suggestion, bash completes the names of files
  expect(lines.at(-1)).toBe('complete -o default -F _coset coset');
});

it.each(commands)('coset %s --help has examples', async (command) => {
  const { stdout } = await coset([command, '--help']);
  expect(stdout).toMatch(new RegExp(`Examples:[^]*coset ${command}`));
});

it('prints the script of a shell alone, or as data with its name', async () => {
  const { stdout: script } = await coset(['completion', 'bash']);
  expect(script).toContain('complete -o default -F _coset coset\n');
  const { stdout: json } = await coset(['completion', 'bash', '--output', 'json']);
  expect(JSON.parse(json)).toEqual({ shell: 'bash', script });
  const { stdout: yaml } = await coset(['completion', 'bash', '--output', 'yaml']);
  expect(load(yaml)).toEqual({ shell: 'bash', script });
});

it.each(commands)('coset %s prints json, yaml or a table', async (command) => {
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
