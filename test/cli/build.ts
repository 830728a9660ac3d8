import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the command where it is missing or stale: the tests of the command line run what people run. */
export default function setup(): void {
  const root = join(import.meta.dirname, '../..');
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the command cannot be built');
}
