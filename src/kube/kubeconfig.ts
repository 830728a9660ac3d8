// Kubeconfig files, read and merged as client-go does it: client-node resolves no token file's path, reads
// it only once, and refuses two files that define the same name.
import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { yamlDocuments } from '../model/yaml.ts';

interface NamedEntry {
  name: string;
  [field: string]: unknown;
}

export interface KubeconfigDocument {
  'current-context'?: string;
  clusters: NamedEntry[];
  contexts: NamedEntry[];
  users: NamedEntry[];
}

const LISTS = ['clusters', 'contexts', 'users'] as const;
const PATHS = {
  clusters: ['certificate-authority'],
  users: ['client-certificate', 'client-key', 'tokenFile'],
};
/** Leaving one of these out would change as whom coset acts. */
const UNSUPPORTED = ['as-uid', 'as-groups', 'as-user-extra'];

/**
 * Reads the files and merges them; the first file that defines a name or the current context wins.
 * Paths in a file are relative to its folder. Throws an Error that names the file.
 */
export function readKubeconfigs(files: string[]): KubeconfigDocument {
  const merged: KubeconfigDocument = { clusters: [], contexts: [], users: [] };
  for (const file of files) {
    const document = readKubeconfig(file);
    merged['current-context'] ||= document['current-context'];
    for (const list of LISTS) {
      const known = new Set(merged[list].map((entry) => entry.name));
      merged[list].push(...document[list].filter((entry) => !known.has(entry.name)));
    }
  }
  return merged;
}

function readKubeconfig(file: string): KubeconfigDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`kubeconfig ${file}: ${(error as Error).message}`, { cause: error });
  }
  const [parsed] = yamlDocuments(text);
  // which says the line, and not what stands in it: that may be a token
  if (parsed?.error !== undefined) throw new Error(`kubeconfig ${file}: not YAML: ${parsed.error}`);
  const document = parsed?.values[0] as Record<string, unknown> | undefined;
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw new Error(`kubeconfig ${file}: not a Config object`);
  }
  const result: KubeconfigDocument = { clusters: [], contexts: [], users: [] };
  const current = document['current-context'];
  if (typeof current === 'string') result['current-context'] = current;
  for (const list of LISTS) {
    const entries = document[list] ?? [];
    if (!Array.isArray(entries)) throw new Error(`kubeconfig ${file}: ${list} is not a list`);
    for (const entry of entries as NamedEntry[]) {
      if (typeof entry?.name !== 'string')
        throw new Error(`kubeconfig ${file}: an entry of ${list} has no name`);
      result[list].push(entry);
    }
  }
  for (const entry of result.clusters) resolvePaths(file, entry.cluster, PATHS.clusters);
  for (const entry of result.users) {
    resolvePaths(file, entry.user, PATHS.users);
    adaptUser(file, entry);
  }
  return result;
}

/** Makes paths absolute; a file beside its inline data is left out, since the data win. */
function resolvePaths(file: string, fields: unknown, names: string[]): void {
  if (typeof fields !== 'object' || fields === null) return;
  const record = fields as Record<string, unknown>;
  for (const name of names) {
    const path = record[name];
    if (record[`${name}-data`]) Reflect.deleteProperty(record, name);
    else if (typeof path === 'string' && path !== '') record[name] = resolve(dirname(file), path);
  }
}

/** Brings a user into the form in which client-node does what client-go does. */
function adaptUser(file: string, entry: NamedEntry): void {
  const user = entry.user as Record<string, unknown> | undefined;
  if (typeof user !== 'object' || user === null) return;
  for (const field of UNSUPPORTED) {
    if (user[field] !== undefined) {
      throw new Error(`kubeconfig ${file}: user "${entry.name}": ${field} is not supported`);
    }
  }
  const exec = user.exec as { command?: unknown } | undefined;
  if (typeof exec?.command === 'string' && exec.command.includes(sep)) {
    exec.command = resolve(dirname(file), exec.command);
  }
  if (typeof user.tokenFile === 'string' && user.tokenFile !== '') {
    // This provider reads the file again every minute: bound tokens expire.
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile: user.tokenFile } };
    delete user.tokenFile;
    delete user.token;
  }
}
