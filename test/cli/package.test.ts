// The command as others install it: what its package holds is all that it needs, but for a Node.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'coset-package-'));

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
}

const manifestOf = (path: string) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
const coset = (...args: string[]) =>
  execFileSync(process.execPath, [join(folder, 'package/bin/coset.mjs'), ...args], { encoding: 'utf8' });

beforeAll(() => {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', args, { cwd: join(ROOT, 'packages/cli'), encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder]);
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('is of one version with the library, and depends on a Node only', () => {
  const { version, dependencies } = manifestOf(join(folder, 'package'));
  expect(version).toBe(manifestOf(ROOT).version);
  expect(Object.keys(dependencies)).toEqual(['node']);
  expect(coset('--version').trim()).toBe(version);
});

it('plans, and has the cluster in memory with its data', { timeout: 60_000 }, () => {
  const node = { kind: 'Node', metadata: { name: 'a' }, status: { allocatable: { pods: '10' } } };
  const pod = { kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'main' }] } };
  const file = join(folder, 'cluster.json');
  writeFileSync(file, JSON.stringify([node, pod]));
  expect(coset('plan', '--output', 'json', file)).toContain('"node":"a"');
  expect(coset('embedded', '--once', '--port', '0')).toContain('1213 nodes');
});
