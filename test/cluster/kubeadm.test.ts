// deploy/kubeadm: coset in kube-scheduler's place, with its credentials, its rights and its lease.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { kubectl, printed } from './chart.ts';
import { freePorts, startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, waitBound } from './fixtures.ts';
import { startCosetWith } from './scheduler.ts';

const MANIFEST = join(import.meta.dirname, '../../deploy/kubeadm/coset.yaml');
const text = readFileSync(MANIFEST, 'utf8');
const { spec } = load(text) as { spec: { containers: { args: string[] }[] } };

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane.stop());

it('a real API server takes the pod, each field of it', async () => {
  const options = ['--dry-run=server', '--validate=strict', '-f', '-'];
  await printed(kubectl(controlPlane, ['create', ...options], text));
});

it('its arguments bind pods that name no scheduler, by the rights of kube-scheduler', async () => {
  const { client, schedulerKubeconfigPath } = controlPlane;
  await createNodes(client, 10);
  await createPods(client, 50, { app: 'web' });
  const [port] = await freePorts('127.0.0.1', 1);
  const args = spec.containers[0]!.args.map((arg) =>
    arg.replace('/etc/kubernetes/scheduler.conf', schedulerKubeconfigPath),
  );
  const coset = startCosetWith([...args, `--secure-port=${port}`]);
  onTestFailed(() => void process.stderr.write(coset.daemon.output));
  try {
    expect(await waitBound(client, 60, () => coset.daemon.check())).toHaveLength(50);
    const lease = await client.json<{ spec: { holderIdentity: string } }>(
      'GET',
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler',
    );
    expect(coset.daemon.output).toContain(lease.spec.holderIdentity);
    expect(coset.daemon.output).not.toMatch(/forbidden|cannot/);
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});
