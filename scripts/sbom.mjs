// npm run --silent sbom > coset.cdx.json
// The bill of materials of the command, in CycloneDX: the packages whose code is in its bundle, as npm knows them from the lock
// file. It has no time and no number of its own, so that it is the same for the same lock file and sources.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages } from './bundled.mjs';
import { root } from './stale.mjs';

const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--loglevel', 'error'];
const { status, stdout, stderr } = spawnSync('npm', args, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (status !== 0) {
  process.stderr.write(stderr);
  process.exit(1);
}
const { $schema, bomFormat, specVersion, version: revision, ...made } = JSON.parse(stdout);
const { metadata, components, dependencies } = made;
const bundled = new Set(await bundledPackages());
const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const self = `${name}@${version}`;
const bom = {
  $schema,
  bomFormat,
  specVersion,
  version: revision,
  metadata: {
    lifecycles: metadata.lifecycles,
    component: {
      'bom-ref': self,
      type: 'application',
      name,
      version,
      purl: `pkg:npm/${self}`,
      licenses: [{ license: { id: license } }],
    },
  },
  // that npm takes them for development's alone is not so
  components: components
    .filter((component) => bundled.has(component['bom-ref']))
    .map(({ properties: _ignored, ...component }) => component),
  dependencies: dependencies
    .filter(({ ref }) => ref === self || bundled.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => bundled.has(one)) })),
};
process.stdout.write(`${JSON.stringify(bom, undefined, 2)}\n`);
