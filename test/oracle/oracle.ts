import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, goBuild } from '../cluster/go-build.ts';

const sources = readdirSync(import.meta.dirname).filter((name) => /^go\.(mod|sum)$|\.go$/.test(name));

/**
 * The path of kube-oracle, which asks kube-scheduler's own framework what it decides on a scenario; built into the
 * user's cache folder, under a name that changes with its sources.
 */
export async function oracle(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of sources.sort()) hash.update(readFileSync(join(import.meta.dirname, name)));
  const output = join(cacheFolder('coset-oracle'), `kube-oracle-${hash.digest('hex').slice(0, 12)}`);
  return goBuild({ output, module: import.meta.dirname, package: '.' });
}
