import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { node, pod } from '../cycle/fixtures.ts';
import { coset, folderWith, kubeconfigFor } from './coset.ts';

const scenario = (nodes: object[], pending: object[] = [pod('one')]) => ({ name: 'test', nodes, pending });
const good = scenario([node('a')]);

/** Runs the command, which must fail with nothing on standard output, and returns its message. */
async function refused(args: string[], options?: { input?: string; folder?: string }): Promise<string> {
  const { code, stdout, stderr } = await coset(args, options);
  expect(stdout).toBe('');
  expect(code).toBe(1);
  // a message and not a stack
  expect(stderr).not.toMatch(/^ +at /m);
  return stderr;
}

describe('coset plan refuses', () => {
  it('standard input that is named twice', async () => {
    const message = await refused(['plan', '-', '-'], { input: JSON.stringify(good) });
    expect(message).toBe('coset: standard input is named twice, and can be read once\n');
  });

  it.each([
    [
      'a malformed quantity',
      scenario([node('a', { cpu: '4 cores' })]),
      'file.json: node a: status.allocatable.cpu: "4 cores" is not a quantity',
    ],
    ['a scenario without nodes', scenario([]), 'file.json: nodes: there is none to place a pod on'],
    ['what is not JSON', '{"nodes": [', 'file.json: is not JSON'],
    ['an empty file', '', 'file.json: is empty'],
    [
      'a configuration in the scenario with an unknown field',
      {
        ...good,
        configuration: {
          apiVersion: 'kubescheduler.config.k8s.io/v1',
          kind: 'KubeSchedulerConfiguration',
          profile: [],
        },
      },
      'file.json: configuration: unknown field "profile"',
    ],
  ])('%s', async (_, content, message) => {
    const folder = folderWith({ 'file.json': content });
    expect(await refused(['plan', 'file.json'], { folder })).toContain(`coset: ${message}`);
  });

  it('a configuration with an unknown field', async () => {
    const lines = [
      'apiVersion: kubescheduler.config.k8s.io/v1',
      'kind: KubeSchedulerConfiguration',
      'paralelism: 3',
    ];
    const folder = folderWith({ 'file.json': good, 'scheduler.yaml': lines.join('\n') });
    expect(await refused(['plan', '--config', 'scheduler.yaml', 'file.json'], { folder })).toBe(
      'coset: scheduler.yaml: unknown field "paralelism"\n',
    );
  });

  it('a missing file', async () => {
    expect(await refused(['plan', 'missing.json'])).toBe(
      'coset: missing.json: cannot be read: ENOENT: no such file or directory\n',
    );
  });

  it('a folder', async () => {
    const folder = folderWith({ 'file.json': good });
    expect(await refused(['plan', folder])).toBe(
      `coset: ${folder}: is a directory: name the files that are in it\n`,
    );
  });

  it('nothing on standard input', async () => {
    expect(await refused(['plan', '-'])).toBe('coset: standard input: is empty\n');
  });

  it('details without a form that has room for them', async () => {
    const folder = folderWith({ 'file.json': good });
    expect(await refused(['plan', '--detail', 'file.json'], { folder })).toContain(
      '--detail needs --output json',
    );
  });
});

describe('the command line refuses', () => {
  it.each([
    [['plan', '--fast', 'x'], "unknown option '--fast'"],
    [['plan'], "missing required argument 'file'"],
    [['plan', '--order', 'fast', 'x'], "'fast' is invalid. Allowed choices are grouped, strict."],
    [['schedule'], "unknown command 'schedule'"],
    [['run', '--leader-elect=maybe'], "'maybe' is invalid. It must be true or false."],
    [['run', '--leader-elect-lease-duration', '15'], '\'15\' is invalid. It must be a duration like "15s".'],
    [['run', '--control', 'nowhere'], "'nowhere' is invalid. It must be HOST:PORT."],
    [['embedded', '--port', 'http'], "'http' is invalid. It must be a number from 0 to 65535."],
  ])('%j', async (args, message) => {
    expect(await refused(args)).toContain(message);
  });
});

describe('coset run refuses', () => {
  it('a configuration with an unknown field, before it looks for a server', async () => {
    const folder = folderWith({
      'scheduler.yaml':
        'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nx: 1\n',
    });
    expect(await refused(['run', '--config', 'scheduler.yaml'], { folder })).toBe(
      'coset: scheduler.yaml: unknown field "x"\n',
    );
  });

  it.each([
    [['--control', '0.0.0.0:8080'], 'control API: 0.0.0.0 is not this machine alone'],
    [['--tls-cert-file', 'tls.crt'], '--tls-cert-file and --tls-private-key-file are needed together'],
    [
      ['--tls-cert-file', 'missing.crt', '--tls-private-key-file', 'missing.key'],
      '--tls-cert-file: ENOENT: no such file',
    ],
    [
      ['--tls-cert-file', 'kubeconfig', '--tls-private-key-file', 'kubeconfig'],
      'kubeconfig and kubeconfig are no certificate and its key',
    ],
  ])('%j, before it asks the server', async (args, message) => {
    const server = `http://127.0.0.1:${await freePort()}`;
    const folder = folderWith({ kubeconfig: kubeconfigFor(server) });
    expect(await refused(['run', '--kubeconfig', 'kubeconfig', ...args], { folder })).toContain(
      `coset: ${message}`,
    );
  });

  it('to run without a cluster', async () => {
    const folder = folderWith({});
    expect(await refused(['run'], { folder })).toContain('coset: no kubeconfig: name one with --kubeconfig');
  });

  it('a kubeconfig whose server does not answer, without telling its token', async () => {
    const server = `http://127.0.0.1:${await freePort()}`;
    const folder = folderWith({ kubeconfig: kubeconfigFor(server, 'a-secret-token') });
    const message = await refused(['run', '--kubeconfig', 'kubeconfig'], { folder });
    expect(message).toContain(
      `coset: kubeconfig kubeconfig: ${server} does not answer: connect ECONNREFUSED`,
    );
    expect(message).not.toContain('a-secret-token');
  });

  it('a kubeconfig whose server refuses it', async () => {
    const server = await serveEmbedded({ faults: () => ({ status: 403 }) });
    onTestFinished(() => server.close());
    const folder = folderWith({ kubeconfig: kubeconfigFor(server.url) });
    expect(await refused(['run', '--kubeconfig', 'kubeconfig'], { folder })).toBe(
      `coset: kubeconfig kubeconfig: ${server.url}: GET /version: 403: a fault of status 403\n`,
    );
  });

  it('a control port that is taken', async () => {
    const server = await serveEmbedded();
    onTestFinished(() => server.close());
    const folder = folderWith({ kubeconfig: kubeconfigFor(server.url) });
    const taken = new URL(server.url).host;
    expect(
      await refused(['run', '--kubeconfig', 'kubeconfig', '--secure-port', '0', '--control', taken], {
        folder,
      }),
    ).toContain(`coset: control API: cannot listen on ${taken}: listen EADDRINUSE`);
  });
});

it('coset embedded refuses a port that is taken', async () => {
  const server = await serveEmbedded();
  onTestFinished(() => server.close());
  const { port } = new URL(server.url);
  expect(await refused(['embedded', '--port', port])).toContain(
    `EADDRINUSE: address already in use 127.0.0.1:${port}`,
  );
});

/** A port on which nothing listens, as far as can be known. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
