// Files that the command line names.
import { readFileSync } from 'node:fs';
import { defaultConfiguration, loadConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/types.ts';

/** What messages call a file. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** Reads a file, or standard input for "-". Throws an Error that names it. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    // Node says again which file it was
    const reason = (error as Error).message.replace(/, \w+( '.*')?$/, '');
    throw new Error(`${nameOf(file)}: cannot be read: ${reason}`, { cause: error });
  }
}

/** The configuration in a file, or the default one. */
export function readConfiguration(file: string | undefined): Configuration {
  return file === undefined ? defaultConfiguration() : loadConfiguration(readText(file), file);
}
