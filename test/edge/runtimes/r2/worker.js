// A worker that keeps clusters in a bucket.
import { edgeHandler, instantiateKernel, r2Store } from '../../../../dist/edge/index.js';
import simd from '../../../../dist/edge/kernel.simd.wasm';

let handler;

export default {
  fetch(request, env) {
    handler ??= edgeHandler({
      token: env.COSET_TOKEN,
      kernel: () => instantiateKernel(simd),
      store: r2Store(env.CLUSTERS),
    });
    return handler.fetch(request);
  },
};
