import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportFiles } from '../../bench/report/index.ts';
import { replaceBetweenMarkers } from '../../bench/report/markdown.ts';
import { svg } from '../../bench/report/plot.ts';
import { clusterPlot } from '../../bench/report/plots.ts';
import { section, summary } from '../../bench/report/section.ts';
import type { Results } from '../../bench/results.ts';

const root = join(import.meta.dirname, '../..');

const cluster: Results = {
  run: {
    command: 'npm run bench -- --only cluster --save',
    date: '2026-01-02',
    node: '24.0.0',
    machine: '2 x X',
  },
  figures: new Map([
    ['cluster/none/coset/pods-per-second', 1003.4],
    ['cluster/none/coset/cpu-per-pod-with-events', 0.31],
    ['cluster/none/coset/peak-memory', 120.2],
    ['cluster/none/kube-scheduler/pods-per-second', 427],
    ['cluster/none/kube-scheduler/cpu-per-pod-with-events', 2.34],
    ['cluster/none/kube-scheduler/peak-memory', 171],
    ['cluster/none/bare-client/pods-per-second', 1180],
    ['cluster/none/bare-client/cpu-per-pod-with-events', 0.28],
    ['cluster/none/bare-client/peak-memory', 144],
    ['cluster/none/coset-to-kube-scheduler/rate', 2.35],
    ['cluster/none/coset-to-bare-client/rate', 0.853],
    ['cluster/none/coset/from-start', 900],
    ['cluster/none/kube-scheduler/from-start', 400.4],
    ['cluster/none/bare-client/from-start', 1000],
    ['cluster/none/coset-to-kube-scheduler/from-start', 2.25],
    ['cluster/none/coset-to-bare-client/from-start', 0.9],
    ['cluster/none/coset/with-events', 700],
    ['cluster/none/kube-scheduler/with-events', 399.6],
    ['cluster/none/bare-client/with-events', 800],
    ['cluster/none/coset-to-kube-scheduler/with-events', 1.75],
    ['cluster/none/coset-to-bare-client/with-events', 0.875],
    ['cluster/pending-memory', 321.5],
    ['cluster/start-up/synced', 4.83],
    ['cluster/start-up/peak-memory', 182.3],
  ]),
};

const edge: Results = {
  run: { ...cluster.run, command: 'npm run bench -- --only edge --save' },
  figures: new Map([
    ...['node-20', 'node-24', 'deno', 'bun', 'workerd', 'chromium'].flatMap((host, n): [string, number][] => [
      [`edge/${host}/first-plan`, 100 + n],
      [`edge/${host}/plan`, 20 + n],
      [`edge/${host}/decide`, 40 + 20 * n],
    ]),
    ['edge/capacity/10-ms', 1000],
    ['edge/capacity/50-ms', 5000],
    ['edge/capacity/300-ms', 30_000],
  ]),
};

describe('the report', () => {
  it('has a line for each runtime, beside Node 24', () => {
    const text = section({ edge });
    expect(text).toMatch(/^\| workerd +\| 104 +\| 24 +\| 120 +\| 2\.00 +\|$/m);
    expect(text).toContain('1,000 are read and planned on within 10 ms of the processor');
  });

  it('says in the README and in docs, and draws, what the saved figures say', () => {
    const files = reportFiles();
    expect([...files.keys()].slice(0, 2)).toEqual(['README.md', 'docs/benchmarks.md']);
    for (const [path, text] of files) {
      expect(readFileSync(join(root, path), 'utf8'), `npm run bench -- report writes ${path}`).toBe(text);
    }
  });

  it('has a line for each workload that was measured, and says how', () => {
    const text = section({ cluster });
    const lines = text.split('\n').filter((line) => line.startsWith('| '));
    expect(lines.slice(2).map((line) => line.split('|').map((cell) => cell.trim()))).toEqual([
      [
        '',
        'no constraints',
        ...['1,003 / 427 / 1,180', '2.35', '85 %'],
        ...['900 / 400 / 1,000', '2.25', '90 %'],
        ...['700 / 400 / 800', '1.75', '88 %'],
        '0.31 / 2.34 / 0.28',
        '120 / 171 / 144',
        '',
      ],
    ]);
    expect(text).toContain('coset has 322 MiB at the most');
    expect(text).toContain('4.83 s after its process has begun, with 182 MiB at the most');
    expect(text).toContain('`npm run bench -- --only cluster --save`, 2026-01-02, 2 x X, Node 24.0.0');
  });

  it('has the client that only binds beside, where it was measured', () => {
    const figures = new Map([...cluster.figures, ['cluster/none/coset-to-binding-client/rate', 0.91]]);
    const text = section({ cluster: { ...cluster, figures } });
    expect(text).toMatch(/^\| pods .*\| of the bare client \| of one that only binds \| from start/m);
    expect(text).toMatch(/^\| no constraints .*\| 85 % +\| 91 % +\| 900/m);
    expect(section({ cluster })).not.toContain('only binds');
  });

  it('has the same figures in short for the README', () => {
    const plan = { run: cluster.run, figures: new Map([['plan/none/mixed/decisions-to-oracle-100', 6537]]) };
    const lines = summary({ cluster, plan })
      .split('\n')
      .filter((line) => line.startsWith('| '));
    expect(lines.slice(2).map((line) => line.split('|').map((cell) => cell.trim()))).toEqual([
      ['', 'no constraints', '1,003 / 427', '2.4 times', '6,537 times', ''],
    ]);
  });

  it('draws a bar with its value for each contestant', () => {
    const text = svg(clusterPlot(cluster));
    for (const label of ['no constraints', 'kube-scheduler', '1,003', '427', '1,180']) {
      expect(text).toContain(`>${label}</text>`);
    }
  });

  it('refuses a text without its markers', () => {
    expect(() => replaceBetweenMarkers('# coset\n', 'x')).toThrow('do not both stand in the text');
  });
});
