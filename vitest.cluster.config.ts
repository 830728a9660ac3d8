import { defineConfig } from 'vitest/config';

/** `npm run test:cluster`: the tests against a real API server, one file after another. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    exclude: ['test/cluster/oldest/**'],
    globalSetup: ['scripts/kernels.mjs', 'test/cluster/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
