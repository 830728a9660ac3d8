import { defineConfig } from 'vitest/config';

/** `npm run test:poison`: what one user's pods may do to others at 5,000 nodes; nothing else takes the processor. */
export default defineConfig({
  test: {
    include: ['test/poison/five-thousand-nodes.test.ts'],
    globalSetup: ['scripts/kernels.mjs'],
    fileParallelism: false,
  },
});
