// The packages whose code is in the command's bundle: all of them stand among the development dependencies, so that what npm
// takes for needed at run time says nothing of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCommand } from './command.mjs';
import { bundle, root } from './stale.mjs';

/** "name@version" of each, by name, with Node, which the command's package brings. */
export async function bundledPackages() {
  const { metafile } = await bundleCommand(bundle.output, { write: false });
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = new Set(['node_modules/node']);
  for (const path of Object.keys(metafile.inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  const names = [...folders].map(
    (folder) => `${folder.split('node_modules/').at(-1)}@${packages[folder].version}`,
  );
  return [...new Set(names)].sort();
}
