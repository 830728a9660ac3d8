import { defineConfig } from 'vitest/config';

/** `npm run test:page`: the page in Chromium, which is installed where it is missing. */
export default defineConfig({
  test: {
    include: ['test/page/browser/**/*.test.ts'],
    globalSetup: ['scripts/kernels.mjs', 'test/cli/build.ts', 'scripts/chromium.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
