// coset on the API server of the oldest Kubernetes version that it schedules for: claims of devices, and what that server
// does not have. Volumes, preemption and the secure port are tested by the files of test/cluster, on this server too.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pod } from '../../../src/model/types.ts';
import type { ResourceClaim } from '../../../src/devices/types.ts';
import { startControlPlane, type ControlPlane } from '../control-plane.ts';
import { createNodes, listPods, node, pod } from '../fixtures.ts';
import { until } from '../processes.ts';
import { configurationFile, runCoset, startCoset } from '../scheduler.ts';

const TIMEOUT_SECONDS = 60;
const API = '/apis/resource.k8s.io/v1';
const CLAIMS = `${API}/namespaces/default/resourceclaims`;
const PODS = '/api/v1/namespaces/default/pods';
const DRIVER = 'gpu.example.com';
const devices = 3;

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
});
// throws when the account of deploy/ was refused anything
afterAll(() => controlPlane.stop());

/** A pod with a claim of its own for one device. */
async function createClaimant(number: number): Promise<void> {
  const name = `claim-${number}`;
  const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 };
  const { client } = controlPlane;
  await client.text('POST', CLAIMS, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name } },
    spec: { devices: { requests: [{ name: 'one', exactly }] } },
  });
  const { spec, ...rest } = pod(number, { app: 'devices' });
  await client.text('POST', PODS, {
    ...rest,
    spec: { ...spec, resourceClaims: [{ name: 'one', resourceClaimName: name }] },
  });
}

it('devices are allocated, and what the server does not have is not missed', async ({ onTestFailed }) => {
  const { client } = controlPlane;
  await createNodes(client, 3);
  const selectors = [{ cel: { expression: `device.driver == "${DRIVER}"` } }];
  await client.text('POST', `${API}/deviceclasses`, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'gpu' } },
    spec: { selectors },
  });
  const { name } = node(1).metadata!;
  await client.text('POST', `${API}/resourceslices`, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceSlice', metadata: { name: 'gpus' } },
    spec: {
      ...{ driver: DRIVER, nodeName: name, pool: { name, generation: 1, resourceSliceCount: 1 } },
      devices: Array.from({ length: devices }, (_, n) => ({ name: `device-${n}` })),
    },
  });
  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => void process.stderr.write(coset.daemon.output));
  try {
    for (let n = 0; n <= devices; n++) await createClaimant(n);
    for (let n = 100; n < 120; n++) await client.text('POST', PODS, pod(n, { app: 'web' }));
    const waiting = await until('all pods but one are bound, that one refused', TIMEOUT_SECONDS, async () => {
      coset.daemon.check();
      const open = (await listPods(client)).filter(({ spec }) => spec?.nodeName === undefined);
      return open.length === 1 && open[0]!.status?.conditions !== undefined ? open[0] : undefined;
    });
    expect(waiting.status!.conditions![0]!.message).toContain('cannot allocate all claims');
    const claimants = (await listPods(client)).filter(isClaimant);
    const { items } = await client.json<{ items: ResourceClaim[] }>('GET', CLAIMS);
    const taken = items.flatMap(({ status }) => status?.allocation?.devices?.results ?? []);
    expect(new Set(taken.map(({ device }) => device)).size).toBe(devices);
    expect(claimants.filter(({ spec }) => spec?.nodeName === name)).toHaveLength(devices);
    expect(complaintsIn(coset.daemon.output)).toEqual([]);
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});

it('the doctor knows the server, and has nothing against it', async () => {
  const { text } = await runCoset(['doctor', '--config', configurationFile(controlPlane)]);
  expect(text).toMatch(/v1\.34\.\d+; coset decides as v1\.\d+'s scheduler/);
  expect(text).not.toMatch(/does not serve/);
  expect(text).not.toMatch(/^fault/m);
});

function isClaimant({ metadata }: Pod): boolean {
  return metadata?.labels?.['app'] === 'devices';
}

/** Warnings and errors, but for settings of the file that have no effect. */
function complaintsIn(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"/.test(line) && !line.includes('no effect'));
}
