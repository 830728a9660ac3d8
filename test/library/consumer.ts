// A project outside of the repository that has installed the packed library, and nothing else.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Builds the library where it is missing or stale. */
export function buildLibrary(): void {
  execFileSync(process.execPath, ['scripts/library.mjs'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

interface PackedFile {
  path: string;
  size: number;
}

export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'coset-consumer-'));
  readonly tarball: string;
  readonly packed: readonly PackedFile[];

  /** Packs the library as it is built, and installs it without a network. */
  constructor() {
    const npm = (args: string[], cwd: string) => execFileSync('npm', args, { cwd, encoding: 'utf8' });
    const told = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder], ROOT);
    // a list before npm 11, and by the packages' names since
    const [pack] = Object.values(
      JSON.parse(told) as Record<string, { filename: string; files: PackedFile[] }>,
    );
    if (pack === undefined) throw new Error(`npm pack says nothing of a package: ${told}`);
    this.packed = pack.files;
    this.tarball = join(this.folder, pack.filename);
    this.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
    npm(['install', '--offline', '--no-audit', '--no-fund', this.tarball], this.folder);
  }

  /** Has a package there too that the repository has installed. */
  link(name: string): void {
    const at = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), at);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** What the compiler says of the files, in strict mode; nothing when they are right. */
  compile(names: readonly string[], options: object): string {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2023', lib: ['es2023'], types: [] },
      ...options,
    };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, files: names }));
    return spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], {
      cwd: this.folder,
      encoding: 'utf8',
    }).stdout;
  }

  run(name: string): string {
    return execFileSync(process.execPath, [name], { cwd: this.folder, encoding: 'utf8' });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
