// The kernel that comes along with the code, for whoever has no other: the build for engines with SIMD, which all have by now.
import { simd } from '../../build/kernels.js';
import { instantiateKernel, type Kernel } from './kernel.ts';

let compiled: WebAssembly.Module | undefined;

/** A kernel of its own for whoever asks; compiled once. */
export function inlinedKernel(): Kernel {
  return instantiateKernel((compiled ??= new WebAssembly.Module(simd)));
}
