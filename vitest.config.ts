import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs neither a network nor a container. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    globalSetup: ['scripts/kernels.mjs', 'test/cli/build.ts'],
  },
});
