import { expect, it } from 'vitest';
import type { PodRecord } from '../../src/state/pod-record.ts';
import { best } from '../../src/cycle/preemption/choice.ts';
import { importanceOf, type Candidate } from '../../src/cycle/preemption/victims.ts';
import { on, pod, newHarness } from '../cycle/fixtures.ts';

/** "priority@second" of each victim, "-" in place of the second of one that has not started. */
function candidate(node: string, victims: string, violations = 0): Candidate {
  const pods = victims.split(' ').map((text, n) => {
    const [priority, second] = text.split('@');
    const { metadata, spec } = pod(`${node}-${n}`);
    const startTime = second === '-' ? undefined : `2026-01-01T00:00:${second!.padStart(2, '0')}Z`;
    return on(node, {
      metadata,
      spec: { ...spec!, priority: Number(priority) },
      status: startTime === undefined ? {} : { startTime },
    });
  });
  const { cluster } = newHarness({ pods });
  const records: PodRecord[] = pods.map(({ metadata }) => cluster.pod(`ns/${metadata!.name}`)!);
  return { row: 0, node, victims: records, violations, importance: importanceOf(records) };
}

const nodes = (candidates: Candidate[]) =>
  best(candidates, Date.parse('2026-01-01T00:00:50Z')).map(({ node }) => node);

it.each([
  [
    'fewest broken budgets, whatever else',
    [candidate('a', '1@1', 1), candidate('b', '9@1 9@1'), candidate('c', '9@1 9@1')],
    ['b', 'c'],
  ],
  ['the least important victim on top', [candidate('a', '5@1'), candidate('b', '4@1 4@1 4@1')], ['b']],
  ['the least sum of priorities', [candidate('a', '5@1 4@1'), candidate('b', '5@1 3@1')], ['b']],
  [
    'fewer victims of negative priority have the less sum',
    [candidate('a', '-5@1 -5@1'), candidate('b', '-5@1')],
    ['b'],
  ],
  [
    'the latest start of the most important victims, of which the oldest counts',
    [candidate('a', '5@10 5@30 1@1'), candidate('b', '5@20 5@20 1@1'), candidate('c', '5@15 5@40 1@50')],
    ['b'],
  ],
  [
    'a victim that has not started is younger than all that have',
    [candidate('a', '5@49'), candidate('b', '5@-'), candidate('c', '5@-')],
    ['b', 'c'],
  ],
  [
    'it counts as started now, which is before what the clock of another machine says',
    [candidate('a', '5@59'), candidate('b', '5@-')],
    ['a'],
  ],
  ['all that are left, by name', [candidate('z', '5@1'), candidate('y', '5@1')], ['y', 'z']],
])('%s', (_, candidates, expected) => {
  expect(nodes(candidates)).toEqual(expected);
});

it('the least number of victims decides between equal sums', () => {
  // a sum of priorities is equal for different numbers only when priorities are as low as they can be
  const lowest = -(2 ** 31);
  const some = candidate('a', `5@1 ${lowest}@1`);
  expect(nodes([some, candidate('b', '5@1')])).toEqual(['b']);
});
