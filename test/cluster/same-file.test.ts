import { afterAll, beforeAll, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, waitBound } from './fixtures.ts';
import { configurationFile, startKubeScheduler } from './scheduler.ts';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('kube-scheduler starts with the file that coset reads, and schedules', async () => {
  await createNodes(controlPlane.client, 3);
  await createPods(controlPlane.client, 6, { app: 'web' });
  const scheduler = await startKubeScheduler(configurationFile(controlPlane));
  try {
    const pods = await waitBound(controlPlane.client, 6, 60).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${scheduler.daemon.output}`);
    });
    expect(pods.map(({ spec }) => spec?.nodeName)).not.toContain(undefined);
    expect(scheduler.daemon.running).toBe(true);
  } finally {
    await scheduler.stop();
  }
});
