// The figures that are committed: a file of JSON lines for each level, or for each bench of one. The first line says on what and how they were
// measured.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jsonLine, machine, type Figure } from './figure.ts';

export interface Results {
  run: { command: string; date: string; node: string; machine: string };
  figures: ReadonlyMap<string, number>;
}

const FOLDER = join(import.meta.dirname, 'results');

/** Undefined when none were saved in the file of that name. */
export function readResults(name: string): Results | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const [run, ...figures] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  return {
    run: run as Results['run'],
    figures: new Map((figures as Figure[]).map(({ name, value }) => [name, value])),
  };
}

/** What was saved in the files of a folder, in the order of their names. */
export function readResultsIn(folder: string): Results[] {
  const path = join(FOLDER, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .map((file) => readResults(join(folder, file.replace(/\.jsonl$/, '')))!);
}

/** Replaces what was saved in the file; `only` is what was asked for. */
export function writeResults(name: string, only: string, figures: readonly Figure[]): void {
  const run: Results['run'] = {
    command: `npm run bench -- --only ${only} --save`,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: machine(),
  };
  const lines = [JSON.stringify(run), ...figures.map(jsonLine)];
  mkdirSync(dirname(fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), `${lines.join('\n')}\n`);
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}.jsonl`);
}
