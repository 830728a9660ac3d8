// node scripts/image-sbom.mjs OUTPUT LIBRARY...
// Writes what the image is made of: the command's bill of materials (scripts/sbom.mjs), with Node and what is in it, and the
// Debian packages of the libraries that stand beside it.
import { execFileSync } from 'node:child_process';
import { realpathSync, writeFileSync } from 'node:fs';
import { root } from './stale.mjs';

const [, , output, ...libraries] = process.argv;
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });

const inNode = Object.entries(process.versions)
  .filter(([name, version]) => version && !['node', 'modules', 'napi'].includes(name))
  .map(([name, version]) => ({ type: 'library', name, version, purl: `pkg:generic/${name}@${version}` }));
const node = {
  ...{ type: 'application', name: 'node', version: process.versions.node },
  ...{ purl: `pkg:generic/node@${process.versions.node}`, components: inNode },
};

/** The Debian package of a file; merged folders have it under either name. */
function owner(path) {
  for (const name of [path, realpathSync(path), path.replace(/^\/usr/, '')]) {
    try {
      return run('dpkg-query', '--search', name).split(': ', 1)[0].split(':', 1)[0];
    } catch {
      // asked by its other name
    }
  }
  throw new Error(`${path} belongs to no package`);
}
const format = '${Version} ${Architecture}';
const debian = [...new Set(libraries.map(owner))].sort().map((name) => {
  const [version, architecture] = run('dpkg-query', '--show', '--showformat', format, name).split(' ');
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', name, version, purl };
});

const bom = JSON.parse(run(process.execPath, 'scripts/sbom.mjs'));
const components = [...bom.components, node, ...debian];
writeFileSync(output, `${JSON.stringify({ ...bom, components }, undefined, 2)}\n`);
