// Builds what is missing or stale: the WASM kernels, dist/edge, the command (one file that holds all of coset, and its data),
// and the page in dist/page.
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import buildEdge from './edge-build.mjs';
import { bundleCommand } from './command.mjs';
import buildKernels from './kernels.mjs';
import buildPage from './page.mjs';
import { bundle, isStale, page, root } from './stale.mjs';

await buildKernels();
await buildEdge();
if (isStale(bundle)) {
  await bundleCommand(bundle.output);
  for (const name of ['data', 'LICENSE'])
    if (existsSync(join(root, name)))
      cpSync(join(root, name), join(root, 'packages/cli', name), { recursive: true });
}
if (isStale(page)) await buildPage();
