import { defineConfig } from 'vitest/config';

// what builds the programs runs in this process, the tests in others
process.env['OLDEST_API_SERVER'] = '1';

/** `npm run test:oldest`: against a real API server of the oldest version that coset schedules for. */
export default defineConfig({
  test: {
    include: ['test/cluster/oldest/**/*.test.ts', 'test/cluster/{preemption,secure-port,volumes}.test.ts'],
    globalSetup: ['scripts/kernels.mjs', 'test/cluster/oldest/global-setup.ts'],
    env: { OLDEST_API_SERVER: '1' },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
