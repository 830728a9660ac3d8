import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

const MANIFEST = 'deploy/coset.yaml';
const PATHS: Record<string, string> = {
  ServiceAccount: '/api/v1/namespaces/kube-system/serviceaccounts',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  ConfigMap: '/api/v1/namespaces/kube-system/configmaps',
  Deployment: '/apis/apps/v1/namespaces/kube-system/deployments',
};

type ManifestObject = ApiObject & { data?: Record<string, string> };

const objects = loadAll(readFileSync(MANIFEST, 'utf8')) as ManifestObject[];
let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('a real API server takes every object of the manifest, each field of it', async () => {
  const { client } = controlPlane;
  expect(objects.map(({ kind }) => kind)).toContain('Deployment');
  for (const object of objects) {
    await client.text('POST', `${PATHS[object.kind!]!}?fieldValidation=Strict`, object);
  }
});

it('coset takes the configuration in the manifest', () => {
  const text = objects.find(({ kind }) => kind === 'ConfigMap')!.data!['scheduler.yaml']!;
  expect(loadConfiguration(text, MANIFEST).profiles.map(({ schedulerName }) => schedulerName)).toEqual([
    'coset',
  ]);
});
