// The builds of the kernel, and the choice between them.
import { scalar, simd } from '../../build/kernels.js';
import { instantiateKernel, type Kernel } from './kernel.ts';

export type KernelBuild = 'scalar' | 'simd';

/** Instantiates a build; without a name the fastest that this engine runs. */
export function loadKernel(build: KernelBuild = WebAssembly.validate(simd) ? 'simd' : 'scalar'): Kernel {
  return instantiateKernel(build === 'simd' ? simd : scalar);
}
