import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createObjects, isOfAccount, manifestObjects } from './service-account.ts';

const objects = manifestObjects();
let controlPlane: ControlPlane;
beforeAll(async () => {
  // it has what is of the account already
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('a real API server takes every object of the manifest, each field of it', async () => {
  const others = objects.filter((object) => !isOfAccount(object));
  expect(others.map(({ kind }) => kind)).toContain('Deployment');
  await createObjects(controlPlane.client, others);
});

it('coset takes the configuration in the manifest', () => {
  const text = objects.find(({ kind }) => kind === 'ConfigMap')!.data!['scheduler.yaml']!;
  expect(loadConfiguration(text, 'deploy/').profiles.map(({ schedulerName }) => schedulerName)).toEqual([
    'coset',
  ]);
});
