// workerd by itself, as Cloudflare runs it: wrangler, which bundles first, would be most of what is measured.
import { copyFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runtimeFile } from '../../scripts/edge-runtimes.ts';
import { TOKEN, type Call } from '../../test/edge/runtimes/running.ts';

const built = join(import.meta.dirname, '../../dist/edge');

const WORKER = `import { edgeHandler, instantiateKernel, memoryStore } from 'index.js';
import simd from 'kernel.simd.wasm';
let service;
export default {
  fetch(request) {
    const kernel = () => instantiateKernel(simd);
    service ??= edgeHandler({ token: '${TOKEN}', kernel, store: memoryStore() });
    return service.fetch(request);
  },
};`;

const configurationOn = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "index.js", esModule = embed "index.js"),
      (name = "kernel.simd.wasm", wasm = embed "kernel.simd.wasm"),
    ],
    compatibilityDate = "2026-07-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);`;

/** What starts it on a port; its files are put into the folder. */
export function workerdCommand(port: number, folder: string): Call {
  for (const file of ['index.js', 'kernel.simd.wasm']) copyFileSync(join(built, file), join(folder, file));
  writeFileSync(join(folder, 'worker.js'), WORKER);
  writeFileSync(join(folder, 'config.capnp'), configurationOn(port));
  const wrangler = createRequire(runtimeFile('workerd'));
  const file = createRequire(wrangler.resolve('workerd')).resolve('@cloudflare/workerd-linux-64/bin/workerd');
  return { file, args: ['serve', join(folder, 'config.capnp')] };
}
