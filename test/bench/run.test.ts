import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../bench/run.ts');

async function bench(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args]);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, stdout, stderr };
}

/** Benches that are quick and need no network, each with some of its figures. */
const benches: [name: string, figures: string[]][] = [
  ['kernel', ['kernel/uniform/pass-to-sum', 'kernel/mixed/tenfold-nodes']],
  [
    'plan',
    [
      'plan/none/uniform/decisions',
      'plan/default-spreading/mixed/assignment',
      'plan/zone-spreading-hard/uniform/determination',
      'plan/six-classes/mixed/decisions',
      'plan/own-class/uniform/class-key',
      'plan/unschedulable/mixed/read',
    ],
  ],
  ['parts', ['parts/nodes/time', 'parts/decode-pods/time']],
  ['h2', ['h2/requests/coset/cpu', 'h2/requests/node/cpu']],
  ['ratios/pass', ['ratios/pass']],
  ['ratios/mixed', ['ratios/mixed/class-key', 'ratios/mixed/assignment']],
];

// what a process uses is read from /proc
if (process.platform === 'linux') {
  benches.push(
    ['cycle/mixed', ['cycle/mixed/pods-per-second', 'cycle/mixed/cpu-to-none', 'cycle/mixed/share/pods']],
    ['churn', ['churn/names/memory', 'churn/names/end-to-middle']],
    ['cycle/unschedulable', ['cycle/unschedulable/cpu-per-pod', 'cycle/unschedulable/peak-memory']],
  );
}

describe('the bench', () => {
  it.each(benches)(
    'prints every figure of %s at the smoke size, a line of JSON each',
    async (name, expected) => {
      const { code, stdout, stderr } = await bench('--smoke', '--json', '--only', name);
      expect(code, stderr).toBe(0);
      const figures = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      for (const figure of figures) {
        expect(Object.keys(figure)).toEqual(['name', 'value', 'unit']);
        expect(figure.value, figure.name).toBeGreaterThan(0);
        expect(figure.unit, figure.name).not.toBe('');
      }
      const names = figures.map((figure) => figure.name);
      expect(new Set(names).size).toBe(names.length);
      expect(names).toEqual(expect.arrayContaining(expected));
    },
    240_000,
  );

  it('prints a table of one bench when it is asked for only that', async () => {
    const { code, stdout } = await bench('--smoke', '--only', 'parts/nodes');
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toContain('smoke size');
    expect(lines[2]).toMatch(/^figure +value +unit +spread +asked$/);
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^parts\/nodes\/time +[\d.,]+ +ns\/node +±\d+ %$/),
    ]);
  }, 60_000);

  it('names the benches there are when it is asked for another', async () => {
    const { code, stdout, stderr } = await bench('--only', 'plan/nothing');
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('no bench is named plan/nothing; there are ratios/pass, ');
  }, 60_000);
});
