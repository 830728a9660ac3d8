import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { printSummary, summaryOf } from '../../src/cli/summary.ts';
import { Store } from '../../src/dev/embedded/store/store.ts';

it('a summary is sentences, or the same as data', () => {
  const store = new Store(10);
  const allocatable = { cpu: '2', memory: '1Gi', 'nvidia.com/gpu': '1' };
  const conditions = [{ type: 'PodScheduled', status: 'False', message: 'no room' }];
  store.load([
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' }, status: { allocatable } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bound' },
      spec: { nodeName: 'node-a', containers: [{ name: 'main', resources: { requests: { cpu: '1' } } }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'waiting' },
      spec: { containers: [{ name: 'main' }] },
      status: { conditions },
    },
  ] as object[]);
  const summary = summaryOf(store, [], 2);
  expect(JSON.parse(printSummary(summary, 'json'))).toMatchObject({
    pods: { all: 2, bound: 1, waiting: 1 },
    requestedPercent: { cpu: 50 },
    reasons: [{ message: 'no room', pods: 1 }],
  });
  expect(load(printSummary(summary, 'yaml'))).toEqual(JSON.parse(printSummary(summary, 'json')));
  expect(printSummary(summary, 'table')).toMatch(/1 of 2 pods in 2\.0 s[^]*1 {2}no room/);
});
