// An API server that stands still and closes nothing: its process is stopped.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, createPods, listPods, pod, waitBound } from './fixtures.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset } from './scheduler.ts';

const PODS = '/api/v1/namespaces/default/pods';
const TIMEOUT_SECONDS = 60;

let controlPlane: ControlPlane;
let signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  const { pid } = controlPlane.daemons[1]!;
  signal = (name) => process.kill(pid, name);
  await createNodes(controlPlane.client, 10);
});
afterEach(() => signal('SIGCONT'));
afterAll(() => controlPlane.stop());

it('is noticed within a minute, by what is watched, and watched again when it goes on', async ({
  onTestFailed,
}) => {
  const { client } = controlPlane;
  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    await client.text('POST', PODS, pod(5000, { app: 'early' }));
    await waitBound(client, TIMEOUT_SECONDS, () => coset.daemon.check());
    signal('SIGSTOP');
    await until('the silence is noticed', TIMEOUT_SECONDS, () => {
      coset.daemon.check();
      return /"error":"watch \/api[^"]*: [^"]*no sign of life[^"]*","msg":"a watch failed"/.exec(
        coset.daemon.output,
      )?.[0];
    });
    signal('SIGCONT');
    await client.text('POST', PODS, pod(5001, { app: 'late' }));
    await waitBound(client, TIMEOUT_SECONDS, () => coset.daemon.check());
    expect(await coset.stop()).toBe(0);
  } finally {
    await coset.stop();
  }
});

it('does not keep a scheduler from ending within ten seconds, while bindings are under way', async ({
  onTestFailed,
}) => {
  const { client } = controlPlane;
  await createPods(client, 1000, { app: 'many' });
  const coset = startCoset(configurationFile(controlPlane));
  onTestFailed(() => {
    process.stderr.write(coset.daemon.output);
  });
  try {
    const bound = async () => (await listPods(client)).filter(({ spec }) => spec?.nodeName).length;
    const before = await bound();
    await until('some pods are bound', TIMEOUT_SECONDS, async () =>
      (await bound()) > before ? true : undefined,
    );
    signal('SIGSTOP');
    process.kill(coset.daemon.pid, 'SIGTERM');
    await until('coset has ended', 10, () => (coset.daemon.running ? undefined : true));
  } finally {
    signal('SIGCONT');
    await coset.stop();
  }
});
