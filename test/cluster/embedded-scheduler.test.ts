// kube-scheduler itself on the embedded API, as it is: with protobuf, and watches that begin with lists.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Event, Pod } from '../../src/model/types.ts';
import { amountsOf, requestsOf } from '../../src/model/pod-resources.ts';
import { GPU, readOpenb } from '../../src/dev/embedded/openb.ts';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { kubeconfigFor } from '../cli/coset.ts';
import { until } from './processes.ts';
import { startKubeScheduler } from './scheduler.ts';

const SECONDS = 300;

it('kube-scheduler schedules the openb trace', { timeout: 2 * SECONDS * 1000 }, async ({ onTestFailed }) => {
  const embedded = await serveEmbedded();
  const { nodes, pods } = readOpenb(new URL('../../data/openb/', import.meta.url));
  embedded.store.load(nodes);
  embedded.store.load(pods);
  const folder = mkdtempSync(join(tmpdir(), 'coset-embedded-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const configuration = join(folder, 'scheduler.yaml');
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigFor(embedded.url)));
  writeFileSync(
    configuration,
    JSON.stringify({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      clientConnection: { kubeconfig, qps: 10_000, burst: 10_000 },
      leaderElection: { leaderElect: false },
    }),
  );
  const scheduler = await startKubeScheduler(configuration);
  onTestFailed(() => {
    process.stderr.write(scheduler.daemon.output);
  });
  try {
    const decided = await until('every pod is bound or known not to fit', SECONDS, () => {
      scheduler.daemon.check();
      const all = embedded.store.list<Pod>('pods');
      const isDecided = ({ spec, status }: Pod) =>
        spec?.nodeName || status?.conditions?.some(({ reason }) => reason === 'Unschedulable');
      return all.every(isDecided) ? all : undefined;
    });
    const bound = decided.filter(({ spec }) => spec?.nodeName);
    expect(decided).toHaveLength(pods.length);
    expect(bound.length).toBeGreaterThan(pods.length / 2);
    for (const { metadata, status } of nodes) {
      const own = bound.filter(({ spec }) => spec!.nodeName === metadata!.name);
      for (const resource of ['cpu', 'memory', GPU]) {
        const used = own.reduce((sum, pod) => sum + (requestsOf(pod).get(resource) ?? 0), 0);
        expect(used).toBeLessThanOrEqual(amountsOf(status?.allocatable).get(resource) ?? 0);
      }
    }
    const reasons = new Set(embedded.store.list<Event>('events').map(({ reason }) => reason));
    expect(reasons).toContain('Scheduled');
  } finally {
    await scheduler.stop();
    await embedded.close();
    rmSync(folder, { recursive: true });
  }
});
