import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** `npm test`: everything that needs neither a network nor a container. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**'],
    globalSetup: existsSync('assembly/index.ts') ? 'scripts/kernels.mjs' : [],
  },
});
