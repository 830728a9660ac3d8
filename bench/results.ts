// The figures that are committed: a file of JSON lines for each level. The first line says on what and how they were
// measured.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonLine, machine, type Figure } from './figure.ts';

export interface Results {
  run: { command: string; date: string; node: string; machine: string };
  figures: ReadonlyMap<string, number>;
}

const FOLDER = join(import.meta.dirname, 'results');

/** Undefined when none were saved. */
export function readResults(level: string): Results | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(level), 'utf8');
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

/** Replaces what was saved of the level. */
export function writeResults(level: string, figures: readonly Figure[]): void {
  const run: Results['run'] = {
    command: `npm run bench -- --only ${level} --save`,
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    machine: machine(),
  };
  const lines = [JSON.stringify(run), ...figures.map(jsonLine)];
  writeFileSync(fileOf(level), `${lines.join('\n')}\n`);
}

function fileOf(level: string): string {
  return join(FOLDER, `${level}.jsonl`);
}
