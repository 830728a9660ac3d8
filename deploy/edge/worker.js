// A worker that plans by itself, and one Durable Object that keeps the clusters: one request after another changes them.
import { durableObjectStore, edgeHandler, instantiateKernel } from '../../dist/edge/index.js';
// compiled when the worker is deployed, since a worker may compile nothing
import simd from '../../dist/edge/kernel.simd.wasm';
import { optionsIn } from './options.js';

/** A worker has 128 MiB. */
const limits = { bodyBytes: 16 * 2 ** 20, clusterBytes: 4 * 2 ** 20, memoryBytes: 48 * 2 ** 20 };

function optionsFor(env) {
  return { ...optionsIn(env), limits, kernel: () => instantiateKernel(simd) };
}

export class Clusters {
  #handler;

  constructor({ storage }, env) {
    this.#handler = edgeHandler({ ...optionsFor(env), store: durableObjectStore(storage) });
  }

  fetch(request) {
    return this.#handler.fetch(request);
  }
}

let handler;

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname.startsWith('/v1/clusters'))
      return env.CLUSTERS.get(env.CLUSTERS.idFromName('clusters')).fetch(request);
    handler ??= edgeHandler(optionsFor(env));
    return handler.fetch(request);
  },
};
