// How a kubeconfig leads to a real API server, which is at an IPv6 address here, when what it holds does not last.
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, onTestFailed } from 'vitest';
import type { ApiObject } from '../../src/model/types.ts';
import { authority, signedBy, type Pair } from '../kube/authority.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, pod, waitBound } from './fixtures.ts';
import { removeFolder, until } from './processes.ts';
import { configurationFile, startCoset, type Scheduler } from './scheduler.ts';

const PODS = '/api/v1/namespaces/default/pods';
const SYSTEM = '/api/v1/namespaces/kube-system';
const TIMEOUT_SECONDS = 60;

let ca: Pair;
let folder: string;
let controlPlane: ControlPlane;
let coset: Scheduler | undefined;
beforeAll(async () => {
  ca = await authority('clients');
  folder = mkdtempSync(join(tmpdir(), 'coset-way-in-'));
  writeFileSync(join(folder, 'ca.crt'), ca.cert);
  controlPlane = await startControlPlane({
    address: '::1',
    apiserverArgs: [
      ...['--client-ca-file', join(folder, 'ca.crt')],
      ...['--service-cluster-ip-range', 'fd00::/112'],
    ],
  });
  await createNodes(controlPlane.client, 3);
});
afterEach(async () => {
  await coset?.stop();
});
afterAll(async () => {
  await controlPlane.stop();
  removeFolder(folder);
});

function kubeconfig(user: object, cluster: object = {}): string {
  const file = join(folder, 'kubeconfig');
  const { server } = controlPlane;
  const own = { server, 'certificate-authority-data': Buffer.from(controlPlane.ca).toString('base64') };
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { ...own, ...cluster } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    users: [{ name: 'a', user }],
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

function start(file: string): Scheduler {
  const started = startCoset(configurationFile(controlPlane, file));
  onTestFailed(() => void process.stderr.write(started.daemon.output));
  coset = started;
  return started;
}

async function bindsAnother(number: number): Promise<void> {
  await controlPlane.client.text('POST', PODS, pod(number, { app: 'a' }));
  await waitBound(controlPlane.client, TIMEOUT_SECONDS, () => coset!.daemon.check());
}

function write(name: string, { cert, key }: Pair): void {
  writeFileSync(join(folder, `${name}.crt`), cert);
  writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
}

/** The status that the API server answers to who has this client certificate. */
function statusWith({ cert, key }: Pair): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { cert, key, ca: controlPlane.ca, agent: false };
    request(`${controlPlane.server}/api/v1/nodes`, options, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

it('a client certificate that is replaced before it expires, to a server that has another name', async () => {
  const group = 'system:masters';
  const first = await signedBy(ca, { name: 'one', group, endsInMs: 15_000 });
  write('client', first);
  const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
  start(kubeconfig(user, { 'tls-server-name': 'kubernetes.default.svc' }));
  await bindsAnother(0);
  write('client', await signedBy(ca, { name: 'two', group }));
  await until('the first one has expired', TIMEOUT_SECONDS, async () =>
    (await statusWith(first)) === 401 ? true : undefined,
  );
  await bindsAnother(1);
});

it('a token of an exec plugin that is no longer valid: the plugin is asked once more', async () => {
  const { client } = controlPlane;
  const secret = await client.json<ApiObject>('POST', `${SYSTEM}/secrets`, { metadata: { name: 'bound' } });
  const tokenOf = async (spec: object): Promise<string> => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const path = `${SYSTEM}/serviceaccounts/coset/token`;
    return (await client.json<{ status: { token: string } }>('POST', path, body)).status.token;
  };
  const print = (token: string) =>
    writeFileSync(
      join(folder, 'printed'),
      JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token },
      }),
    );
  const plugin = join(folder, 'plugin');
  writeFileSync(plugin, `#!/bin/sh\necho x >> "${folder}/calls"\ncat "${folder}/printed"\n`);
  chmodSync(plugin, 0o755);
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name: 'bound', uid: secret.metadata?.uid };
  const first = await tokenOf({ boundObjectRef });
  print(first);
  const apiVersion = 'client.authentication.k8s.io/v1';
  const { daemon } = start(
    kubeconfig({ exec: { apiVersion, command: './plugin', interactiveMode: 'Never' } }),
  );
  await bindsAnother(2);
  print(await tokenOf({}));
  await client.text('DELETE', `${SYSTEM}/secrets/bound`);
  // the API server trusts a token for some seconds after it has checked it
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await bindsAnother(3);
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('x\nx\n');
  expect(daemon.output).not.toContain(first);
});

it('a certificate authority that has not signed the server’s certificate: one line says so, and it ends', async () => {
  const other = Buffer.from((await authority('other')).cert).toString('base64');
  const { daemon } = start(kubeconfig({ token: 'any' }, { 'certificate-authority-data': other }));
  await until('it has ended', TIMEOUT_SECONDS, () => (daemon.running ? undefined : true));
  expect(daemon.output.trim().split('\n')).toEqual([
    expect.stringMatching(
      /^coset: kubeconfig \S+: https:\/\/\[::1\]:\d+ is not trusted: its certificate is signed by nobody whom certificate-authority names: .+$/,
    ),
  ]);
});
