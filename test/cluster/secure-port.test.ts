// The secure port on a real API server, with the rights in deploy/: who may ask it for what.
import { request } from 'node:https';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { freePorts, startControlPlane, type ControlPlane } from './control-plane.ts';
import { until } from './processes.ts';
import { configurationFile, startCoset, type Scheduler } from './scheduler.ts';
import { createBoundAccount, requestsIn } from './service-account.ts';
import { readFileSync } from 'node:fs';

let controlPlane: ControlPlane;
let coset: Scheduler;
let port: number;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  [port] = (await freePorts('127.0.0.1', 1)) as [number];
  coset = startCoset(configurationFile(controlPlane, controlPlane.cosetKubeconfigPath), [
    ...['--bind-address', '127.0.0.1', '--secure-port', String(port)],
  ]);
  await until('it answers', 30, () => statusOf('/livez').catch(() => undefined));
});
afterAll(async () => {
  await coset.stop();
  // throws when the account was refused anything
  await controlPlane.stop();
});

function statusOf(path: string, token?: string, method = 'GET'): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers, rejectUnauthorized: false };
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('error', reject).end();
  });
}

it('RBAC says who may read, and who may steer', async () => {
  onTestFailed(() => void process.stderr.write(coset.daemon.output));
  const { client } = controlPlane;
  const viewer = await createBoundAccount(client, 'viewer', 'coset-viewer');
  const operator = await createBoundAccount(client, 'operator', 'coset-operator');
  const nobody = await createBoundAccount(client, 'nobody', 'system:discovery');
  // what reviews say is known to the API server's authorizer a moment later
  await until(
    'the roles are bound',
    20,
    async () => (await statusOf('/metrics', viewer)) === 200 || undefined,
  );
  expect(await statusOf('/livez')).toBe(200);
  for (const path of ['/metrics', '/configz', '/coset/v1/state']) {
    expect(await statusOf(path)).toBe(401);
    expect(await statusOf(path, 'made.up.token')).toBe(401);
    expect(await statusOf(path, nobody)).toBe(403);
    expect(await statusOf(path, viewer)).toBe(200);
  }
  expect(await statusOf('/coset/v1/pause', viewer, 'POST')).toBe(403);
  expect(await statusOf('/coset/v1/pause', operator, 'POST')).toBe(200);
  expect(await statusOf('/coset/v1/resume', operator, 'POST')).toBe(200);
  // each was asked about once, for as long as answers are kept
  const reviews = requestsIn(readFileSync(controlPlane.auditPath, 'utf8')).filter(({ requestURI }) =>
    requestURI.endsWith('/tokenreviews'),
  );
  expect(reviews.length).toBeGreaterThanOrEqual(4);
  expect(coset.daemon.output).not.toContain(viewer);
});
