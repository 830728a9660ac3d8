// Prints a snapshot: as a list that coset plan reads, or as a table of what is in it.
import { dump } from 'js-yaml';
import { append } from '../model/by-key.ts';
import { aligned, plural } from '../model/table.ts';
import type { ApiObject } from '../model/types.ts';
import type { Fetched } from './fetch.ts';

export function snapshotJson({ objects }: Fetched): string {
  // one object a line, so that two snapshots can be compared
  const lines = objects.map((object) => JSON.stringify(object)).join(',\n');
  return `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}\n`;
}

export function snapshotYaml({ objects }: Fetched): string {
  return dump({ apiVersion: 'v1', kind: 'List', items: objects }, { noRefs: true, lineWidth: -1 });
}

/** How many objects of each kind there are, and what they take as JSON; last the kinds that may not be read. */
export function snapshotTable({ objects, forbidden }: Fetched): string {
  const kinds = new Map<string, ApiObject[]>();
  for (const object of objects) append(kinds, object.kind ?? '', object);
  const rows = [...kinds].map(([kind, of]) => [kind, String(of.length), size(of), '']);
  const unread = forbidden.map((kind) => [kind, '-', '-', 'may not be listed']);
  const head = ['KIND', 'OBJECTS', 'KIB', ''];
  const sum = `\n${plural(objects.length, 'object')} of ${plural(kinds.size, 'kind')}, ${size(objects)} KiB\n`;
  return [...aligned([head, ...rows, ...unread], [1, 2]), sum].join('');
}

function size(objects: readonly ApiObject[]): string {
  const bytes = objects.reduce((sum, object) => sum + Buffer.byteLength(JSON.stringify(object)), 0);
  return (bytes / 1024).toFixed(1);
}
