// Exec plugins, as client-go runs them: what they are told, and what becomes of what they print.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { Transport } from '../../src/kube/transport.ts';
import { selfSigned } from './certificate.ts';

const V1 = 'client.authentication.k8s.io/v1';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coset-plugin-'));
  mkdirSync(join(folder, 'bin'));
  vi.stubEnv('KUBERNETES_EXEC_INFO', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** A plugin that writes down what it is told and how often, and prints what is in the file `printed`. */
function plugin(lines = 'cat "$FOLDER/printed"'): void {
  const told = 'echo "$KUBERNETES_EXEC_INFO" >> "$FOLDER/told"; echo "$1 $EXTRA $(cat)" >> "$FOLDER/calls"';
  writeFileSync(join(folder, 'bin/plugin'), `#!/bin/sh\n${told}\n${lines}\n`);
  chmodSync(join(folder, 'bin/plugin'), 0o755);
}

function prints(status: object, apiVersion = V1): void {
  writeFileSync(
    join(folder, 'printed'),
    JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { ...status } }),
  );
}

function kubeconfig(exec: object = {}, user: object = {}, cluster: object = {}): string {
  const file = join(folder, 'config');
  const env = [
    { name: 'FOLDER', value: folder },
    { name: 'EXTRA', value: 'of the kubeconfig' },
  ];
  const own = { apiVersion: V1, command: './bin/plugin', args: ['one'], interactiveMode: 'Never', env };
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { server: 'https://example.com', ...cluster } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    users: [{ name: 'a', user: { exec: { ...own, ...exec }, ...user } }],
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

const lines = (name: string) =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim().split('\n') : [];

it('is run once for many requests, with its arguments and variables and an input that is at its end', async () => {
  plugin();
  prints({ token: 'from-plugin' });
  const credentials = await loadCredentials(kubeconfig());
  const headers = await Promise.all(Array.from({ length: 20 }, () => credentials.headers()));
  expect(headers).toEqual(Array(20).fill({ authorization: 'Bearer from-plugin' }));
  expect(lines('calls')).toEqual(['one of the kubeconfig']);
  expect(JSON.parse(lines('told')[0]!)).toEqual({
    kind: 'ExecCredential',
    apiVersion: V1,
    spec: { interactive: false },
  });
});

it('is told of the cluster where it asks for that, with what the kubeconfig has for it', async () => {
  const { cert } = selfSigned();
  const ca = Buffer.from(cert).toString('base64');
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  plugin();
  prints({ token: 'a' }, apiVersion);
  const extension = { audience: 'somebody' };
  await loadCredentials(
    kubeconfig(
      { apiVersion, interactiveMode: undefined, provideClusterInfo: true },
      {},
      {
        'certificate-authority-data': ca,
        'tls-server-name': 'api',
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension }],
      },
    ),
  );
  expect(JSON.parse(lines('told')[0]!)).toEqual({
    kind: 'ExecCredential',
    apiVersion,
    spec: {
      interactive: false,
      cluster: {
        server: 'https://example.com',
        'tls-server-name': 'api',
        'certificate-authority-data': ca,
        config: extension,
      },
    },
  });
});

it('is asked again when what it printed has expired, and not before', async () => {
  plugin();
  const now = Date.now();
  vi.useFakeTimers({ now, toFake: ['Date'] });
  prints({ token: 'first', expirationTimestamp: new Date(now + 30_000).toISOString() });
  const credentials = await loadCredentials(kubeconfig());
  prints({ token: 'second' });
  vi.setSystemTime(now + 29_000);
  expect(await credentials.headers()).toEqual({ authorization: 'Bearer first' });
  vi.setSystemTime(now + 31_000);
  expect(await credentials.headers()).toEqual({ authorization: 'Bearer second' });
  vi.setSystemTime(now + 24 * 3_600_000);
  expect(await credentials.headers()).toEqual({ authorization: 'Bearer second' });
  expect(lines('calls')).toHaveLength(2);
});

it('is asked at most every second while it prints what has expired', async () => {
  plugin();
  const now = Date.now();
  vi.useFakeTimers({ now, toFake: ['Date'] });
  prints({ token: 'old', expirationTimestamp: new Date(now - 1000).toISOString() });
  const credentials = await loadCredentials(kubeconfig());
  for (let ms = 0; ms < 900; ms += 100) {
    vi.setSystemTime(now + ms);
    await credentials.headers();
  }
  expect(lines('calls')).toHaveLength(1);
});

it('is asked once more when the server refuses its token, however many requests are under way', async () => {
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization === 'Bearer second';
    setTimeout(() => response.writeHead(isKnown ? 200 : 401).end(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  plugin();
  prints({ token: 'first' });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = new Transport(await loadCredentials(kubeconfig({}, {}, { server: url })));
  onTestFinished(async () => {
    await transport.close();
    server.close();
  });
  prints({ token: 'second' });
  const sent = Array.from({ length: 50 }, () => transport.request('POST', '/', {}));
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(lines('calls')).toHaveLength(2);
});

it('gives a client certificate', async () => {
  const { cert, key } = selfSigned();
  plugin();
  prints({ clientCertificateData: cert, clientKeyData: key });
  const credentials = await loadCredentials(kubeconfig());
  expect(await credentials.headers()).toEqual({});
  expect(credentials.tls).toMatchObject({ cert, key });
});

it('is not run where the user has a token of his own', async () => {
  plugin();
  const credentials = await loadCredentials(kubeconfig({}, { token: 'own' }));
  expect(await credentials.headers()).toEqual({ authorization: 'Bearer own' });
  expect(lines('calls')).toEqual([]);
});

it('that does not end keeps nobody from giving a request up', async () => {
  plugin('cat "$FOLDER/printed"; test -e "$FOLDER/slow" && exec sleep 2; exit 0');
  prints({ token: 'first' });
  const credentials = await loadCredentials(kubeconfig());
  const transport = new Transport(credentials);
  onTestFinished(() => transport.close());
  writeFileSync(join(folder, 'slow'), '');
  credentials.renew(await credentials.headers());
  const request = transport.request('GET', '/', undefined, { signal: AbortSignal.timeout(50) });
  await expect(request).rejects.toThrow('https://example.com: the request was cancelled');
});

const printing = (text: string) => ({ command: 'echo', args: [text], env: undefined });

it.each([
  ['no command', { command: '' }, 'user "a": exec: command is missing'],
  ['no version', { apiVersion: undefined }, 'user "a": exec: apiVersion must be one of'],
  [
    'a version of the past',
    { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
    'apiVersion must be one of',
  ],
  ['no mode', { interactiveMode: undefined }, 'interactiveMode must be one of Never, IfAvailable'],
  ['a person to ask', { interactiveMode: 'Always' }, 'interactiveMode Always is not supported'],
  ['arguments of another kind', { args: [1] }, 'args must be a list of texts'],
  ['variables without names', { env: [{ value: 'a' }] }, 'env must be a list of name and value'],
  ['a failure', { command: 'false' }, 'credentials of user "a": its exec plugin false ended with 1'],
  [
    'a program that is not there',
    { command: 'no-such-plugin', installHint: 'install it\n' },
    'its exec plugin: spawn no-such-plugin ENOENT: install it',
  ],
  ['no JSON', printing('secret'), 'did not print an ExecCredential'],
  ['no list', printing('["secret"]'), 'did not print an ExecCredential'],
  ['null', printing('null'), 'did not print an ExecCredential'],
  [
    'another version',
    printing('{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}'),
    `did not print an ExecCredential of ${V1}`,
  ],
  [
    'no status',
    printing(`{"kind":"ExecCredential","apiVersion":"${V1}"}`),
    'printed neither a token nor a client certificate',
  ],
  [
    'half a pair',
    printing(`{"kind":"ExecCredential","apiVersion":"${V1}","status":{"clientKeyData":"secret"}}`),
    'without its key, or a key alone',
  ],
  [
    'no time',
    printing(
      `{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"secret","expirationTimestamp":"x"}}`,
    ),
    'expirationTimestamp that is no time',
  ],
  [
    'a certificate that is none',
    printing(
      `{"kind":"ExecCredential","apiVersion":"${V1}","status":{"clientKeyData":"secret","clientCertificateData":"a"}}`,
    ),
    'the client certificate of context "a"',
  ],
])('with %s is refused by name, and no secret is repeated', async (_, exec, message) => {
  const error = await loadCredentials(kubeconfig(exec)).then(
    () => new Error('loaded'),
    (reason: unknown) => reason as Error,
  );
  expect(error.message).toContain(message);
  expect(error.message).toContain(`kubeconfig ${join(folder, 'config')}: `);
  expect(error.message).not.toContain('secret');
});
