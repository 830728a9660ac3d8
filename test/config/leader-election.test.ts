import { describe, expect, test } from 'vitest';
import { overrideLeaderElection, writeLeaderElection } from '../../src/config/leader-election.ts';
import { loadConfiguration } from '../../src/config/load.ts';

const HEADER = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const load = (fields: string) =>
  loadConfiguration(`${HEADER}leaderElection: ${fields}`, 'file.yaml').leaderElection;

const DEFAULT = {
  namespace: 'kube-system',
  name: 'coset',
  leaseDurationSeconds: 15,
  renewDeadlineSeconds: 10,
  retryPeriodSeconds: 2,
};

describe('leader election', () => {
  test.each([
    ['{}', DEFAULT],
    ['{leaderElect: true}', DEFAULT],
    // an empty field is none, as for kube-scheduler
    ['{leaseDuration: 0s, resourceName: "", resourceNamespace: "", resourceLock: ""}', DEFAULT],
    ['{leaderElect: false, leaseDuration: 1s}', undefined],
    [
      '{leaseDuration: 1m, renewDeadline: 40s, retryPeriod: 500ms, resourceName: a, resourceNamespace: b}',
      {
        namespace: 'b',
        name: 'a',
        leaseDurationSeconds: 60,
        renewDeadlineSeconds: 40,
        retryPeriodSeconds: 0.5,
      },
    ],
  ])('%s', (text, settings) => {
    expect(load(text)).toEqual(settings);
  });

  test.each([
    ['{leaseDuration: 5s}', 'leaderElection.leaseDuration: must be greater than renewDeadline, 10s'],
    ['{retryPeriod: 9s}', 'leaderElection.renewDeadline: must be greater than 1.2 times retryPeriod, 9s'],
    ['{retryPeriod: -1s}', 'leaderElection.retryPeriod: must be greater than 0, not "-1s"'],
    [
      '{leaseDuration: 900ms, renewDeadline: 500ms, retryPeriod: 100ms}',
      'leaderElection.leaseDuration: must be at least 1s',
    ],
    ['{resourceLock: endpoints}', 'leaderElection.resourceLock: must be leases, not "endpoints"'],
    [
      '{leaderElect: false, retryPeriod: abc}',
      'leaderElection.retryPeriod: must be a duration like "15s", not "abc"',
    ],
  ])('%s is refused', (text, message) => {
    expect(() => load(text)).toThrow(`file.yaml: ${message}`);
  });

  test('is read as it was written', () => {
    for (const text of ['{}', '{leaderElect: false}', '{leaseDuration: 1m1s, resourceName: a}'])
      expect(load(JSON.stringify(writeLeaderElection(load(text))))).toEqual(load(text));
  });
});

describe('what the command line says of the lease', () => {
  test('goes before the file, field by field', () => {
    const file = load('{resourceName: a, resourceNamespace: b}');
    expect(overrideLeaderElection(file, { resourceName: 'c' }, 'flags')).toEqual({ ...file, name: 'c' });
    expect(overrideLeaderElection(file, { leaderElect: false }, 'flags')).toBeUndefined();
    expect(overrideLeaderElection(undefined, { leaderElect: true }, 'flags')).toEqual(DEFAULT);
    // where the file turns it off, a name alone does not turn it on
    expect(overrideLeaderElection(undefined, { resourceName: 'c' }, 'flags')).toBeUndefined();
  });

  test('is refused where it does not go with the file', () => {
    expect(() => overrideLeaderElection(load('{}'), { leaseDuration: '9s' }, 'flags')).toThrow(
      'flags: leaderElection.leaseDuration: must be greater than renewDeadline, 10s',
    );
  });
});
