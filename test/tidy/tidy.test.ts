import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseRules, chartRules, derivedRules } from '../../scripts/deploy-role.ts';
import {
  acrossPackage,
  circlesAmong,
  importsOf,
  outwards,
  pastTheList,
  wrongDirection,
  type Import,
  type SourceFile,
} from './imports.ts';
import { bannedText, longFunctions, notLiteral, pastTheClock, privateWords, tooLong } from './text.ts';

const root = join(import.meta.dirname, '../..');

// What git tracks and what it would take in next, so that a fault shows before its commit.
const paths = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const files = paths
  .filter((path) => !/\.(gz|wasm|png|csv)$|^LICENSE$/.test(path))
  .map((path): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const code = files.filter(({ path }) => /\.(tsx?|mjs|js)$/.test(path));
const imports = code.filter(({ path }) => path.startsWith('src/')).flatMap(importsOf);

/** This may only become shorter. */
const LONG_FUNCTIONS: string[] = [];

const importOf = (path: string, text: string): Import => {
  const [found] = importsOf({ path, text });
  if (!found) throw new Error(`no import in ${text}`);
  return found;
};

describe('the repository', () => {
  it('imports in one direction: the core runs nothing of Node and knows nothing of what surrounds it', () => {
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.flatMap((found) => wrongDirection(found) ?? [])).toEqual([]);
  });

  it('has layers, each of which imports those before it only, types included', () => {
    expect(imports.flatMap((found) => outwards(found) ?? [])).toEqual([]);
  });

  it('has no circle of imports, types included', () => {
    const within = code.filter(({ path }) => /^(src|assembly|packages)\//.test(path)).flatMap(importsOf);
    expect(circlesAmong(within)).toEqual([]);
  });

  it('reaches plugins through the registry', () => {
    expect(imports.flatMap((found) => pastTheList(found) ?? [])).toEqual([]);
  });

  it('keeps packages apart, and reaches them through their index', () => {
    expect(code.flatMap(importsOf).flatMap((found) => acrossPackage(found) ?? [])).toEqual([]);
  });

  it('gives Node the same heap in the image as in the command', () => {
    const text = (path: string) => files.find((file) => file.path === path)!.text;
    const [, command] = /^#!.* node (.+)$/m.exec(text('packages/cli/bin/coset.mjs'))!;
    const [, image] = /^ENTRYPOINT (.+)$/m.exec(text('Dockerfile'))!;
    const optimizing = '--invocation-count-for-turbofan=30000';
    expect(JSON.parse(image!)).toEqual([
      ...['/usr/local/bin/node', ...command!.split(' '), optimizing],
      '/app/coset.js',
    ]);
  });

  it('has the time from the clock that is handed in, but in what speaks to the outside', () => {
    expect(code.flatMap(pastTheClock)).toEqual([]);
  });

  it('grants in deploy/ what the scheduler and its plugins say they need: else `npm run deploy:build`', () => {
    expect(chartRules()).toEqual(derivedRules());
    expect(baseRules()).toEqual(derivedRules());
  });

  it('has files of one subject each', () => {
    expect(code.flatMap(tooLong)).toEqual([]);
  });

  it('has functions that can be seen at once', () => {
    const ours = code.filter(({ path }) => /^(src|assembly|packages|scripts|bench)\//.test(path));
    expect(ours.flatMap(longFunctions)).toEqual(LONG_FUNCTIONS);
  });

  it('names no registry host, no path of a machine, no key and no unfinished work', () => {
    expect(files.flatMap(bannedText)).toEqual([]);
  });

  it('has one word for one thing', () => {
    const read = files.filter(({ path }) => /\.(ts|mjs|md|go)$/.test(path) && !path.startsWith('test/tidy/'));
    expect(read.flatMap(privateWords)).toEqual([]);
  });

  it('shares literals only between its two compilers', () => {
    const layout = files.filter(({ path }) => path === 'assembly/layout.ts');
    expect(layout).toHaveLength(1);
    expect(layout.flatMap(notLiteral)).toEqual([]);
  });

  it('names in its documents only files and commands that are there', () => {
    const scripts = Object.keys(
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
    );
    const documents = files.filter(({ path }) => /^(README|CONTRIBUTING|docs\/[^/]+)\.?m?d?$/.test(path));
    expect(documents.length).toBeGreaterThan(3);
    const folder = /`((?:src|test|docs|assembly|bench|examples|packages|deploy|data)\/[\w./-]+)`/g;
    for (const { path, text } of documents) {
      const missing = [...text.matchAll(folder)]
        .map(([, name]) => name!)
        .filter((name) => !existsSync(join(root, name)));
      expect(
        missing.filter((name) => !name.includes('NAME')),
        path,
      ).toEqual([]);
      const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
      expect(
        commands.filter((name) => !scripts.includes(name)),
        path,
      ).toEqual([]);
    }
  });

  it('locks packages without saying where they came from', () => {
    const lock = files.find(({ path }) => path === 'package-lock.json');
    expect(lock?.text).not.toMatch(/"resolved": "(?!packages\/)/);
  });
});

describe('the checks', () => {
  it.each([
    ['src/queue/a.ts', "import { readFileSync } from 'node:fs';"],
    ['src/queue/a.ts', "import { load } from 'js-yaml';"],
    ['src/cycle/a.ts', "import { serve } from '../kube/b.ts';"],
    ['src/cycle/a.ts', "export * from '../cli.ts';"],
    ['src/planner/a.ts', "import type { Server } from '../dev/embedded/b.ts';"],
    ['src/planner/a.ts', "const b = await import('../control/b.ts');"],
    ['src/classes/a.ts', "import { run } from '../b.ts';"],
    ['src/plugins/a.ts', "import { dynamicResources } from '../devices/plugin.ts';"],
  ])('refuse in %s: %s', (path, text) => {
    expect(wrongDirection(importOf(path, text))).toContain(path);
  });

  it.each([
    ['src/model/a.ts', "import { load } from 'js-yaml';"],
    ['src/devices/a.ts', "import { parse } from './cel/parser.ts';"],
    ['src/queue/a.ts', "import type { Readable } from 'node:stream';"],
    ['src/kernel/a.ts', "import { ABI_VERSION } from '../../assembly/layout.ts';"],
    ['src/run/a.ts', "import { plan } from '../cycle/cycle.ts';"],
    ['src/kube/a.ts', "import { request } from 'undici';"],
  ])('accept in %s: %s', (path, text) => {
    expect(wrongDirection(importOf(path, text))).toBeUndefined();
  });

  it.each([
    ['src/state/a.ts', "import type { Plugin } from '../plugins/plugin.ts';"],
    ['src/plugins/a.ts', "import { Correspondence } from '../determination/b.ts';"],
    ['src/queue/a.ts', "import type { Cluster } from '../state/cluster.ts';"],
  ])('refuse an import outwards, in %s: %s', (path, text) => {
    expect(outwards(importOf(path, text))).toContain(path);
  });

  it('find a circle, and no other', () => {
    const from = (path: string, target: string) => importOf(path, `import type { A } from './${target}.ts';`);
    const found = circlesAmong([from('src/a.ts', 'b'), from('src/b.ts', 'a'), from('src/c.ts', 'a')]);
    expect(found).toEqual([['src/a.ts', 'src/b.ts']]);
  });

  it('refuse a plugin that is imported past the registry, and accept its types', () => {
    const concrete = "from '../plugins/node-ports/plugin.ts';";
    expect(pastTheList(importOf('src/queue/a.ts', `import { NodePorts } ${concrete}`))).toContain(
      'node-ports/plugin.ts',
    );
    expect(pastTheList(importOf('src/queue/a.ts', `import type { NodePorts } ${concrete}`))).toBeUndefined();
    expect(
      pastTheList(importOf('src/queue/a.ts', "import { inTree } from '../plugins/in-tree.ts';")),
    ).toContain('registry');
    expect(
      pastTheList(importOf('src/config/a.ts', "import { inTree } from '../plugins/in-tree.ts';")),
    ).toBeUndefined();
  });

  it.each([
    ['packages/h2/src/a.ts', "import { UnsentError } from '../../../src/kube/carrier.ts';"],
    ['packages/h2/test/a.ts', "import type { Pod } from '../../../src/api/types.ts';"],
    ['packages/h2/src/a.ts', "import { request } from 'undici';"],
    ['src/kube/a.ts', "import { Bytes } from '../../packages/h2/src/bytes.ts';"],
    ['bench/a.ts', "import { Bytes } from '../packages/h2/src/bytes.ts';"],
  ])('refuse across a package, in %s: %s', (path, text) => {
    expect(acrossPackage(importOf(path, text))).toContain(path);
  });

  it.each([
    ['packages/h2/src/a.ts', "import { Duplex } from 'node:stream';"],
    ['packages/h2/test/a.ts', "import { Bytes } from '../src/bytes.ts';"],
    ['packages/h2/test/a.ts', "import { expect } from 'vitest';"],
    ['src/kube/a.ts', "import { Connection } from '../../packages/h2/index.ts';"],
  ])('accept across a package, in %s: %s', (path, text) => {
    expect(acrossPackage(importOf(path, text))).toBeUndefined();
  });

  it.each([
    ['src/run/a.ts', 'const now = Date.now();'],
    ['src/kube/a.ts', 'const timer = setTimeout(end, 1000);'],
    ['src/plugins/a.ts', 'const text = new Date().toISOString();'],
  ])('refuse what reads past the clock, in %s: %s', (path, text) => {
    expect(pastTheClock({ path, text })).toHaveLength(1);
  });

  it.each([
    ['src/kube/clock.ts', 'const now = Date.now();'],
    ['src/cli/a.ts', 'const timer = setTimeout(end, 1000);'],
    ['src/plugins/a.ts', 'const text = new Date(api.now()).toISOString();'],
  ])('accept of the time, in %s: %s', (path, text) => {
    expect(pastTheClock({ path, text })).toEqual([]);
  });

  it('count lines', () => {
    expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(451) })).toEqual(['a.ts has 451 lines, more than 450']);
    expect(tooLong({ path: 'a.ts', text: 'x\n'.repeat(450) })).toEqual([]);
  });

  it('count the lines of functions', () => {
    const text = `function a() {\n${'x();\n'.repeat(69)}}\nclass B {\n  c() {\n${'x();\n'.repeat(68)}}\n}\n`;
    expect(longFunctions({ path: 'a.ts', text })).toEqual(['a.ts a: 71']);
  });

  it.each([
    ['// TO' + 'DO: later', 'unfinished work'],
    ['https://registry.' + 'npmjs.org/x', 'a registry host'],
    ["readFile('/wo" + "rk/x')", 'a path of one machine'],
    ['cp a /ro' + 'ot/.cache', 'a path of one machine'],
    ['-----BEGIN ' + 'RSA PRIVATE KEY-----\nMIIE', 'a private key'],
  ])('find %s', (text, why) => {
    expect(bannedText({ path: 'a.ts', text: `ok\n${text}` })).toEqual([`a.ts:2: ${why}`]);
  });

  it('find a word that was dropped, and no other', () => {
    expect(privateWords({ path: 'a.ts', text: 'ok\nfor (const b of kinds.near(c));' })).toEqual([
      'a.ts:2: .near(: mayMatch',
    ]);
    const text = 'await Promise.allSettled(all); // observedGeneration, near the beginning';
    expect(privateWords({ path: 'a.ts', text })).toEqual([]);
  });

  it.each([
    'export const A = B * 2;',
    'const A = 1;',
    'export let A = 1;',
    "import './b.ts';",
    "export const A = 'x';",
  ])('refuse in the layout: %s', (text) => {
    expect(notLiteral({ path: 'layout.ts', text })).toHaveLength(1);
  });

  it('accept numbers in the layout', () => {
    expect(
      notLiteral({ path: 'layout.ts', text: 'export const A = 0x10;\nexport const B: i32 = -1;' }),
    ).toEqual([]);
  });
});
