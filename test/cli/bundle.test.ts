// The command's one file: the same for the same sources, and what is said of what is in it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledPackages } from '../../scripts/bundled.mjs';
import { bundleCommand } from '../../scripts/command.mjs';

const root = join(import.meta.dirname, '../..');
const OUTPUT = 'packages/cli/dist/coset.js';
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it(
  'is built to the same bytes again, which are those of the file that is there',
  { timeout: 180_000 },
  async () => {
    const builds = [
      await bundleCommand(OUTPUT, { write: false }),
      await bundleCommand(OUTPUT, { write: false }),
    ];
    const [one, other] = builds.map(({ outputFiles = [] }) =>
      outputFiles.map(({ path, contents }) => `${path} ${hashOf(contents)}`),
    );
    expect(one).toHaveLength(2);
    expect(other).toEqual(one);
    expect(one).toContain(`${join(root, OUTPUT)} ${hashOf(readFileSync(join(root, OUTPUT)))}`);
    // nor does it say where it was built
    expect(readFileSync(join(root, OUTPUT), 'utf8')).not.toContain(root);
  },
);

it(
  'has a bill of materials that names each package in it, and nothing of when it was made',
  { timeout: 180_000 },
  async () => {
    const made = spawnSync(process.execPath, ['scripts/sbom.mjs'], { cwd: root, encoding: 'utf8' });
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(made.stdout).not.toMatch(/timestamp|serialNumber/);
    const { components } = JSON.parse(made.stdout) as {
      components: { 'bom-ref': string; hashes?: object[]; licenses?: object[] }[];
    };
    const named = components.map((component) => component['bom-ref']);
    expect(named.toSorted()).toEqual(await bundledPackages());
    expect(named.map((each) => each.slice(0, each.lastIndexOf('@')))).toEqual(
      expect.arrayContaining(['undici', 'hono', 'pino', '@kubernetes/client-node', 'node']),
    );
    // what only makes or tests it is not in it
    expect(named.filter((each) => /^(?:vitest|esbuild|typescript)@/.test(each))).toEqual([]);
    expect(
      components.every(({ hashes = [], licenses = [] }) => hashes.length > 0 && licenses.length > 0),
    ).toBe(true);
  },
);
