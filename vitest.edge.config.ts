import { defineConfig } from 'vitest/config';

/** `npm run test:edge`: the service on every runtime, which are installed first; one after another. */
export default defineConfig({
  test: {
    include: ['test/edge/runtimes/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
