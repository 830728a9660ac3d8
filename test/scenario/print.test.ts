import { expect, test } from 'vitest';
import type { Decision } from '../../src/model/types.ts';
import { printJson, printTable } from '../../src/scenario/print.ts';

const DECISIONS: Decision[] = [
  // Fields and names out of order: printing orders them.
  {
    scores: { b: { NodeResourcesFit: 96, ImageLocality: 0 }, a: { NodeResourcesFit: 90, ImageLocality: 0 } },
    best: ['b'],
    score: 396,
    feasible: 2,
    node: 'b',
    pod: 'default/web-1',
    rejected: {},
  },
  {
    pod: 'team-a/big',
    feasible: 0,
    message: '0/2 nodes are available: 2 Insufficient cpu.',
    best: [],
    rejected: {
      b: { reasons: ['Insufficient cpu'], code: 'UnschedulableAndUnresolvable', plugin: 'NodeResourcesFit' },
      a: { reasons: ['Insufficient cpu'], code: 'Unschedulable', plugin: 'NodeResourcesFit' },
    },
  },
  { pod: 'default/web-2', node: 'a', feasible: 2, score: 0, best: ['a', 'b'] },
  { pod: 'default/web-3', node: 'a', feasible: 12, score: 1200, best: ['a'] },
];

test('JSON is what Go prints: one line, ordered, without empty fields', () => {
  expect([...printJson({ name: 'one', decisions: DECISIONS })].join('')).toBe(
    '{"decisions":[' +
      '{"pod":"default/web-1","node":"b","feasible":2,"score":396,"best":["b"],"scores":' +
      '{"a":{"ImageLocality":0,"NodeResourcesFit":90},"b":{"ImageLocality":0,"NodeResourcesFit":96}}},' +
      '{"pod":"team-a/big","feasible":0,"message":"0/2 nodes are available: 2 Insufficient cpu.","rejected":' +
      '{"a":{"plugin":"NodeResourcesFit","code":"Unschedulable","reasons":["Insufficient cpu"]},' +
      '"b":{"plugin":"NodeResourcesFit","code":"UnschedulableAndUnresolvable","reasons":["Insufficient cpu"]}}},' +
      '{"pod":"default/web-2","node":"a","feasible":2,"best":["a","b"]},' +
      '{"pod":"default/web-3","node":"a","feasible":12,"score":1200,"best":["a"]}' +
      '],"name":"one"}\n',
  );
});

test('no decisions are a list all the same', () => {
  expect([...printJson({ name: '', decisions: [] })].join('')).toBe('{"decisions":[],"name":""}\n');
});

test('the table is aligned and sums up', () => {
  expect([...printTable({ name: '', decisions: DECISIONS })].join('')).toBe(
    `POD            NODE  SCORE  FEASIBLE  REASON
default/web-1  b       396         2
team-a/big     -         -         0  0/2 nodes are available: 2 Insufficient cpu.
default/web-2  a         0         2
default/web-3  a      1200        12

3 of 4 pods placed on 2 nodes, at most 2 on one
1 pod waiting:
  1  0/2 nodes are available: 2 Insufficient cpu.
`,
  );
});

test('without decisions the table says so', () => {
  expect([...printTable({ name: '', decisions: [] })].join('')).toBe('No pods to place\n');
});

test('reasons are summed up, the most frequent first, and the rest is counted', () => {
  const decisions = Array.from({ length: 12 }, (_, reason) =>
    Array.from({ length: reason + 1 }, (_, i): Decision => ({
      pod: `a/${reason}-${i}`,
      feasible: 0,
      message: `no ${reason}`,
    })),
  ).flat();
  const lines = [...printTable({ name: '', decisions })]
    .slice(decisions.length + 2)
    .join('')
    .split('\n');
  expect(lines.slice(0, 3)).toEqual(['0 of 78 pods placed on 0 nodes', '78 pods waiting:', '  12  no 11']);
  expect(lines.slice(-4)).toEqual(['   4  no 3', '   3  no 2', '  and 2 more reasons', '']);
});
