// The library as others have it: packed, installed in another project, and imported there.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'esbuild';
import { buildLibrary, Consumer, ROOT } from './consumer.ts';

const LIMIT_MS = 300_000;
const INSTALLED_BYTES_MAX = 2_000_000;

let consumer: Consumer;

beforeAll(() => {
  buildLibrary();
  consumer = new Consumer();
}, LIMIT_MS);
afterAll(() => {
  consumer.remove();
});

/** The programs in the document, each with what it prints; nothing of one that only declares what it needs. */
function examples(): { title: string; program: string; output?: string }[] {
  const text = readFileSync(join(ROOT, 'docs/LIBRARY.md'), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const [, program, , output] = /```ts\n([^]*?)```\n(\n```text\n([^]*?)```)?/.exec(section) ?? [];
    return program === undefined ? [] : [{ title: section.slice(0, section.indexOf('\n')), program, output }];
  });
}

describe('the package', () => {
  it('has the library, what it reads, and nothing else', () => {
    const folders = consumer.packed.map(({ path }) =>
      path.includes('/') ? path.replace(/\/[^/]*$/, '') : path,
    );
    expect([...new Set(folders)].sort()).toEqual([
      ...['LICENSE', 'README.md', 'data/kubernetes', 'dist/lib', 'package.json'],
    ]);
    expect(consumer.packed.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(INSTALLED_BYTES_MAX);
  });

  it('brings no other package along', () => {
    const { packages } = JSON.parse(consumer.read('package-lock.json')) as { packages: object };
    expect(Object.keys(packages)).toEqual(['', 'node_modules/coset']);
  });

  it('has a kernel once, and a source map for each file of code', () => {
    const paths = consumer.packed.map(({ path }) => path);
    const code = paths.filter((path) => path.endsWith('.js'));
    for (const path of code) expect(paths).toContain(`${path}.map`);
    const kernels = code.filter((path) => consumer.read(`node_modules/coset/${path}`).includes('AGFzbQ'));
    expect(kernels).toHaveLength(1);
  });

  it('speaks of no other package in its declarations, but for the app of hono', () => {
    const foreign = consumer.packed
      .filter(({ path }) => path.endsWith('.d.ts'))
      .flatMap(({ path }) =>
        [
          ...consumer
            .read(`node_modules/coset/${path}`)
            .matchAll(/^(?:import|export) .*\bfrom '([^.'][^']*)'/gm),
        ].map(([, name]) => `${path}: ${name}`),
      );
    expect(foreign).toEqual(['dist/lib/control.d.ts: hono', 'dist/lib/edge.d.ts: hono']);
  });

  it('is as publint and arethetypeswrong would have it', { timeout: LIMIT_MS }, () => {
    const run = (bin: string, ...args: string[]) =>
      execFileSync(process.execPath, [join(ROOT, 'node_modules', bin), ...args], { encoding: 'utf8' });
    expect(run('publint/src/cli.js', 'run', consumer.tarball, '--strict')).toContain('All good!');
    // its exit code says whether it found something
    run('@arethetypeswrong/cli/dist/index.js', consumer.tarball, '--profile', 'esm-only');
  });
});

describe('its types', () => {
  it('need no package and no check to be skipped', { timeout: LIMIT_MS }, () => {
    consumer.write(
      'all.ts',
      ['', '/devices', '/yaml', '/plugins', '/embedded', '/kernel.simd.wasm', '/kernel.wasm']
        .map((part, n) => `export * as part${n} from 'coset${part}';\n`)
        .join(''),
    );
    expect(consumer.compile(['all.ts'], { skipLibCheck: false })).toBe('');
  });

  it.each([
    [
      'a field of a pod',
      "{ metadata: { name: 'a' }, spec: { containers: [], nodeSelectr: {} } }",
      'nodeSelectr',
    ],
    [
      'a field of its container',
      "{ metadata: { name: 'a' }, spec: { containers: [{ name: 'b', imaeg: 'c' }] } }",
      'imaeg',
    ],
  ])('tell of a misspelt name: %s', { timeout: LIMIT_MS }, (_, pod, name) => {
    consumer.write('wrong.ts', `import { Planner } from 'coset';\nPlanner.empty().decide([${pod}]);\n`);
    const said = consumer.compile(['wrong.ts'], {});
    expect(said).toMatch(/^wrong\.ts\(2,/);
    expect(said).toContain(`'${name}' does not exist in type`);
  });

  it('tell of a misspelt field of an object that is kept', { timeout: LIMIT_MS }, () => {
    const node = "{ kind: 'Node', metadata: { name: 'a' }, status: { allocateble: {} } }";
    consumer.write('wrong.ts', `import { Planner } from 'coset';\nPlanner.empty().set(${node});\n`);
    expect(consumer.compile(['wrong.ts'], {})).toContain("'allocateble' does not exist in type");
  });
});

describe('the examples of docs/LIBRARY.md', () => {
  beforeAll(() => {
    for (const name of ['@types/node', 'undici-types', 'hono']) consumer.link(name);
    examples().forEach(({ program }, n) => consumer.write(`example-${n}.ts`, program));
  });

  it('are right in strict mode', { timeout: LIMIT_MS }, () => {
    const names = examples().map((_, n) => `example-${n}.ts`);
    expect(names.length).toBeGreaterThan(8);
    expect(consumer.compile(names, { types: ['node'], lib: ['es2023', 'dom'], skipLibCheck: true })).toBe('');
  });

  it.each(examples().map((example, n) => [example.title, { ...example, n }] as const))(
    '%s',
    { timeout: LIMIT_MS },
    (_, { output, n }) => {
      if (output !== undefined) expect(consumer.run(`example-${n}.ts`)).toBe(output);
    },
  );
});

it('the core is bundled for any platform from nothing but its own sources and the loader', async () => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    ...{
      entryPoints: ['src/library/index.ts'],
      bundle: true,
      platform: 'neutral',
      mainFields: ['module', 'main'],
    },
    ...{ format: 'esm', write: false, metafile: true, logLevel: 'silent' },
  });
  const [output] = Object.values(metafile.outputs);
  expect(output!.imports).toEqual([]);
  const others = Object.keys(metafile.inputs).filter((path) => !/^(src|build|assembly)\//.test(path));
  expect(others).toEqual(['node_modules/@assemblyscript/loader/index.js']);
  const outside = Object.keys(metafile.inputs).filter((path) =>
    /^src\/(devices|cli|run|kube|control|dev)\b/.test(path),
  );
  expect(outside).toEqual([]);
});
