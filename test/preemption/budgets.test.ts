import { expect, it } from 'vitest';
import type { PodDisruptionBudget } from '../../src/model/types.ts';
import type { PodRecord } from '../../src/state/pod-record.ts';
import { Budgets } from '../../src/cycle/preemption/budgets.ts';
import { on, pod, newHarness } from '../cycle/fixtures.ts';

type Spec = PodDisruptionBudget['spec'];

function budget(name: string, selector: object | undefined, allowed: number, disrupted: string[] = []) {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'ns' },
    spec: { selector } as Spec,
    status: {
      disruptionsAllowed: allowed,
      disruptedPods: Object.fromEntries(disrupted.map((key) => [key, '2026-01-01T00:00:00Z'])),
    },
  };
}

const db = { matchLabels: { app: 'db' } };
const PODS = [
  pod('a', { labels: { app: 'db', tier: 'back' } }),
  pod('b', { labels: { app: 'db' } }),
  pod('c', { labels: { app: 'db' } }),
  pod('d', { labels: { app: 'web' } }),
  pod('e'),
  pod('f', { namespace: 'other', labels: { app: 'db' } }),
].map((each) => on('n', each));

it.each([
  ['no budget', [], ''],
  ['a budget that allows one pod', [budget('x', db, 1)], 'b c'],
  ['a budget that allows all', [budget('x', db, 3)], ''],
  ['pods whose disruption is counted already', [budget('x', db, 0, ['a', 'c'])], 'b'],
  ['an empty selector, which selects no pod', [budget('x', {}, 0)], ''],
  ['no selector', [budget('x', undefined, 0)], ''],
  [
    'a selector that cannot be understood',
    [budget('x', { matchExpressions: [{ key: 'app', operator: 'Near' }] }, 0)],
    '',
  ],
  [
    'a selector that holds of pods without the label, but not of those without any',
    [budget('x', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, 0)],
    'b c d',
  ],
  [
    'two budgets: the first that is overdrawn stops a pod before it draws on the second',
    [budget('x', { matchLabels: { tier: 'back' } }, 0), budget('y', db, 1)],
    'a c',
  ],
])('%s', (_, objects, expected) => {
  const { cluster } = newHarness({ pods: PODS, objects });
  const records = PODS.map(({ metadata }) => cluster.pod(`${metadata!.namespace}/${metadata!.name}`)!);
  const names = (list: PodRecord[]) => list.map(({ key }) => key.split('/')[1]).join(' ');
  const { violating, others } = new Budgets(cluster).split(records);
  expect(names(violating)).toBe(expected);
  expect(violating.length + others.length).toBe(records.length);
});
