// Files that the command line names.
import { readFileSync } from 'node:fs';
import { defaultConfiguration, loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/types.ts';

/** Reads a file, or standard input for "-". Throws an Error that names it. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** The configuration in a file, or the default one. */
export function readConfiguration(file: string | undefined): Configuration {
  return file === undefined ? defaultConfiguration() : loadConfiguration(readText(file), file);
}
