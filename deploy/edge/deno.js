// deno serve -P --config deploy/edge/deno.json deploy/edge/deno.js: keeps clusters in Deno KV. COSET_KV (a path, or Deno's own
// place), COSET_TOKEN, COSET_ORIGINS.
import { denoKvStore, edgeHandler } from '../../dist/edge/index.js';
import { optionsIn } from './options.js';

const { Deno } = globalThis;
const env = Deno.env.toObject();
const kv = await Deno.openKv(env.COSET_KV);
const { fetch } = edgeHandler({ ...optionsIn(env), store: denoKvStore(kv) });

export default { fetch };
