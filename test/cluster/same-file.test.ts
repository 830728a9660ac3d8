import { afterAll, beforeAll, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, waitBound } from './fixtures.ts';
import { configurationFile, startKubeScheduler } from './scheduler.ts';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('kube-scheduler starts with the file that coset reads, and schedules', async ({ onTestFailed }) => {
  await createNodes(controlPlane.client, 3);
  await createPods(controlPlane.client, 6, { app: 'web' });
  const scheduler = await startKubeScheduler(
    configurationFile(controlPlane, controlPlane.schedulerKubeconfigPath),
  );
  onTestFailed(() => {
    process.stderr.write(scheduler.daemon.output);
  });
  try {
    const pods = await waitBound(controlPlane.client, 60, () => scheduler.daemon.check());
    expect(pods).toHaveLength(6);
    expect(pods.map(({ spec }) => spec?.nodeName)).not.toContain(undefined);
    expect(scheduler.daemon.running).toBe(true);
  } finally {
    await scheduler.stop();
  }
});
