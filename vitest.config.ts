import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs neither a network nor a container, nor the whole machine. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    exclude: [
      'test/cluster/**',
      'test/edge/runtimes/**',
      'test/page/browser/**',
      'test/poison/five-thousand-nodes.test.ts',
    ],
    globalSetup: ['scripts/kernels.mjs', 'test/cli/build.ts'],
  },
});
