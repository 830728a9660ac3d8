// Replicas on a real API server: one schedules, the others take over, and kube-scheduler understands the same lease.
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { readFileSync, writeFileSync } from 'node:fs';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, waitBound } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset, startKubeScheduler, type Scheduler } from './scheduler.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/coset';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  await createNodes(controlPlane.client, 200);
});
afterAll(async () => {
  await controlPlane.stop();
});

/** A configuration whose leader election is this. */
function electing(leaderElection: object, kubeconfig?: string): string {
  const path = configurationFile(controlPlane, kubeconfig);
  const text = readFileSync(path, 'utf8');
  const electingText = JSON.stringify({ leaderElect: true, resourceName: 'coset', ...leaderElection });
  writeFileSync(
    path,
    text.replace('leaderElection:\n  leaderElect: false', `leaderElection: ${electingText}`),
  );
  return path;
}

async function holder(): Promise<string | undefined> {
  const lease = await controlPlane.client
    .json<{ spec: { holderIdentity?: string } }>('GET', LEASE)
    .catch(() => undefined);
  return lease?.spec.holderIdentity || undefined;
}

/** The replica of those that says it leads. */
function leaderOf(replicas: readonly Scheduler[]): Promise<Scheduler> {
  return until('a replica leads', 40, () =>
    replicas.find(({ daemon }) => daemon.running && daemon.output.includes('"msg":"leading"')),
  );
}

async function boundPods(): Promise<number> {
  const { items } = await controlPlane.client.json<{ items: { spec: { nodeName?: string } }[] }>(
    'GET',
    '/api/v1/namespaces/default/pods',
  );
  return items.filter(({ spec }) => spec.nodeName).length;
}

it('binds 2,000 pods though the leader is killed in the middle', async () => {
  const { client } = controlPlane;
  const configuration = electing({});
  const replicas = [startCoset(configuration), startCoset(configuration)];
  onTestFailed(() => {
    for (const { daemon } of replicas) process.stderr.write(daemon.output);
  });
  try {
    const leader = await leaderOf(replicas);
    const standby = replicas.find((one) => one !== leader)!;
    const created = createPods(client, 2000, { app: 'web' });
    await until('some are bound', 60, async () => ((await boundPods()) > 200 ? true : undefined));
    leader.daemon.kill();
    const killed = performance.now();
    await created;
    await leaderOf([standby]);
    // the lease lasts 15 s from the last renewal
    expect((performance.now() - killed) / 1000).toBeLessThan(20);
    const bound = await waitBound(client, 100, () => standby.daemon.check());
    expect(bound).toHaveLength(2000);
    expect(await standby.stop()).toBe(0);
    // given up, so that the next one need not wait
    expect(await holder()).toBeUndefined();
  } finally {
    await Promise.all(replicas.map((one) => one.stop()));
  }
});

it('takes turns with kube-scheduler over one lease', async () => {
  const quick = { leaseDuration: '4s', renewDeadline: '3s', retryPeriod: '1s' };
  // kube-scheduler writes events of the lease, which coset may not
  const configuration = electing(quick, controlPlane.kubeconfigPath);
  const coset = startCoset(configuration);
  let other: Scheduler | undefined;
  onTestFailed(() => {
    process.stderr.write(`${coset.daemon.output}\n${other?.daemon.output}`);
  });
  try {
    await leaderOf([coset]);
    const ours = await holder();
    other = await startKubeScheduler(configuration);
    // much longer than a lease that is not renewed
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(await holder()).toBe(ours);
    expect(await coset.stop()).toBe(0);
    const theirs = await until('kube-scheduler holds the lease', 20, async () => {
      const held = await holder();
      return held === ours ? undefined : held;
    });
    const again = startCoset(configuration);
    try {
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      expect(await holder()).toBe(theirs);
      expect(again.daemon.output).toContain('waiting for the lease');
      other.daemon.kill();
      await leaderOf([again]);
    } finally {
      await again.stop();
    }
  } finally {
    await coset.stop();
    await other?.stop();
  }
});
