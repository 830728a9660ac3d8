// The kernels that every suite runs on.
import { loadKernel } from '../../src/kernel/builds.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { referenceKernel } from '../reference/kernel.ts';

export interface NamedKernel {
  name: string;
  /** A kernel with a memory of its own. */
  load(): Kernel;
}

export const KERNELS: readonly NamedKernel[] = [
  { name: 'reference', load: referenceKernel },
  { name: 'scalar', load: () => loadKernel('scalar') },
  { name: 'simd', load: () => loadKernel('simd') },
];
