// npm run image:check
// Builds the Dockerfile and has coset schedule from inside its locked-down container on a real API server.
// The container has no route to anywhere but the API server: that one listens on the host's end of a veth pair whose
// other end is the container's only network (test/image/network.ts).
import assert from 'node:assert/strict';
import { chmodSync, chownSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../test/cluster/control-plane.ts';
import { createNodes, createPods, createService, waitBound } from '../test/cluster/fixtures.ts';
import { atExit } from '../test/cluster/processes.ts';
import { configurationFile } from '../test/cluster/scheduler.ts';
import { standInBase } from '../test/image/base.ts';
import { installPackages } from '../test/image/commands.ts';
import { createNetwork } from '../test/image/network.ts';
import { imageUser, Podman, type ImageDescription } from '../test/image/podman.ts';

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
const megabytesMax = 140;

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
  const description = checkBuild(podman, base);

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
    checkParts(podman, description);

    const open = `${controlPlane.cosetKubeconfigPath}.open`;
    copyFileSync(controlPlane.cosetKubeconfigPath, open);
    chmodSync(open, 0o444);
    const doctor = ['doctor', '--kubeconfig', inside.kubeconfig];
    const findings = podman.runOnce(network.namespace, '1000650000:0', { [inside.kubeconfig]: open }, doctor);
    assert.match(findings, /^ok +rights /m, 'any other user will do');
    say('it runs as any user');

    assert.equal(podman.stop(), 0, 'coset ends on SIGTERM with exit code 0');
  } catch (error) {
    process.stderr.write(`what coset wrote:\n${podman.logs().slice(-4000)}\n`);
    throw error;
  }
}

/** Asks the running container's health check, and its SBOM. */
function checkParts(podman: Podman, description: ImageDescription): void {
  const [kind, ...health] = description.Healthcheck.Test;
  assert.equal(kind, 'CMD', 'there is no shell');
  podman.execute(health);
  const bom = JSON.parse(
    podman.evaluate("console.log(fs.readFileSync('/app/sbom.cdx.json', 'utf8'))"),
  ) as Bom;
  const told = new Map(bom.components.map(({ name, version }) => [name, version]));
  assert.equal(
    `v${told.get('node')}`,
    podman.evaluate('console.log(process.version)'),
    'the SBOM has its Node',
  );
  for (const name of ['commander', 'hono', 'pino', 'libc6'])
    assert.ok(told.has(name), `the SBOM has ${name}`);
  say(`its health check passes, and its SBOM tells of ${told.size} parts`);
}

interface Bom {
  components: { name: string; version: string }[];
}

/** Builds the image twice, and looks at what it says of itself. */
function checkBuild(podman: Podman, base: string): ImageDescription {
  const root = join(import.meta.dirname, '..');
  podman.build(root, base);
  const description = podman.inspect();
  const megabytes = description.Size / 1e6;
  assert.ok(megabytes <= megabytesMax, `${megabytes} MB are at most ${megabytesMax}`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  assert.equal(description.Labels['org.opencontainers.image.version'], version);
  assert.equal(description.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
  podman.build(root, base);
  // podman writes into an image's history what its own name for the first stage was, and so the digests differ
  const { Config, RootFS } = podman.inspect();
  const { Config: config, RootFS: rootFs } = description;
  assert.deepEqual({ Config, RootFS }, { Config: config, RootFS: rootFs }, 'a second build makes the same');
  say(`the image is ${Math.round(megabytes)} MB, and a second build has the same layers and settings`);
  return description;
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
