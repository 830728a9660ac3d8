// Every gate that needs no cluster: types, lint, format, tidiness. All of them run, so that one run shows all faults.
import { spawnSync } from 'node:child_process';

const gates: Record<string, string[]> = {
  types: ['node_modules/typescript/bin/tsc', '--noEmit'],
  'page types': ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'src/page/ui'],
  lint: ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  'what nobody uses': ['node_modules/knip/bin/knip.js', '--no-progress'],
  tidy: ['node_modules/vitest/vitest.mjs', 'run', '--reporter', 'dot', 'test/tidy'],
};

const failed: string[] = [];
for (const [gate, command] of Object.entries(gates)) {
  process.stderr.write(`check: ${gate}\n`);
  if (spawnSync(process.execPath, command, { stdio: 'inherit' }).status !== 0) failed.push(gate);
}
if (failed.length > 0) {
  process.stderr.write(`check: ${failed.join(', ')} failed\n`);
  process.exitCode = 1;
}
