// npm run image:check
// Builds the Dockerfile and has coset schedule from inside its locked-down container on a real API server.
// The container has no route to anywhere but the API server: that one listens on the host's end of a veth pair whose
// other end is the container's only network (test/image/network.ts).
import assert from 'node:assert/strict';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../test/cluster/control-plane.ts';
import { createNodes, createPods, createService, waitBound } from '../test/cluster/fixtures.ts';
import { atExit } from '../test/cluster/processes.ts';
import { configurationFile } from '../test/cluster/scheduler.ts';
import { standInBase } from '../test/image/base.ts';
import { installPackages } from '../test/image/commands.ts';
import { createNetwork } from '../test/image/network.ts';
import { imageUser, Podman } from '../test/image/podman.ts';

/** The Debian packages that it needs, each with a file that shows it is there. */
const packages = {
  podman: '/usr/bin/podman',
  runc: '/usr/sbin/runc',
  mmdebstrap: '/usr/bin/mmdebstrap',
  iproute2: '/usr/sbin/ip',
  'ca-certificates': '/etc/ssl/certs/ca-certificates.crt',
};

const nodes = 50;
const pods = 500;
const boundSeconds = 60;

const cleanups: (() => void | Promise<void>)[] = [];

/** Has `close` run at the end of the check, or when the process ends before that. */
function own(close: () => void): void {
  const forget = atExit(close);
  cleanups.push(() => {
    forget();
    close();
  });
}

async function check(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('image:check needs root: it makes a network and a container');
  installPackages(packages, 'image:check needs');
  const base = standInBase();

  const podman = new Podman();
  own(() => podman.close());
  podman.build(join(import.meta.dirname, '..'), base);
  say(`the image is ${Math.round(podman.imageBytes() / 1e6)} MB`);

  const network = createNetwork();
  own(() => network.remove());
  const controlPlane = await startControlPlane({ address: network.hostAddress });
  cleanups.push(() => controlPlane.stop());
  const { client } = controlPlane;
  await createNodes(client, nodes);
  await createService(client, 'web', { app: 'web' });
  await createPods(client, pods, { app: 'web' });

  const inside = { kubeconfig: '/etc/coset/kubeconfig', configuration: '/etc/coset/scheduler.yaml' };
  const mounts = {
    [inside.kubeconfig]: controlPlane.cosetKubeconfigPath,
    [inside.configuration]: configurationFile(controlPlane, inside.kubeconfig),
  };
  for (const path of Object.values(mounts)) chownSync(path, imageUser, imageUser);
  podman.start(network.namespace, mounts, ['run', '--config', inside.configuration]);
  try {
    const bound = await waitBound(client, boundSeconds);
    assert.equal(bound.length, pods, 'every pod is bound');
    const used = new Set(bound.map(({ spec }) => spec?.nodeName));
    assert.equal(used.size, nodes, 'default spreading uses every node');
    say(`${pods} pods are bound to ${used.size} nodes`);

    assert.ok(podman.running(), 'coset goes on running');
    assert.equal(podman.evaluate('console.log(process.getuid())'), String(imageUser));
    const write = `try { fs.writeFileSync('/app/x', ''); console.log('written') } catch (error) { console.log(error.code) }`;
    assert.match(podman.evaluate(write), /EROFS|EACCES/, 'the image cannot be written');
    const status =
      `https.get('https://127.0.0.1:10259/readyz', { rejectUnauthorized: false }, ` +
      `(answer) => { console.log(answer.statusCode); answer.resume(); })`;
    assert.equal(podman.evaluate(status), '200', 'coset says that it is ready');
    say('it runs as a plain user on a read-only root, and says that it is ready');

    assert.equal(podman.stop(), 0, 'coset ends on SIGTERM with exit code 0');
  } catch (error) {
    process.stderr.write(`what coset wrote:\n${podman.logs().slice(-4000)}\n`);
    throw error;
  }
}

function say(sentence: string): void {
  process.stdout.write(`image:check: ${sentence}\n`);
}

try {
  await check();
  say('passed');
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
}
