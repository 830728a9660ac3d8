// Checks a definition that comes from outside, where no compiler has.
import { VERBS } from '../model/right.ts';
import { isObject, shown } from '../model/shape.ts';
import { SPEC_FIELDS } from './fields.ts';
import { EXTENSION_POINTS } from './plugin.ts';

const FUNCTIONS = [
  'key',
  'isUnlikeItsTemplate',
  'selectors',
  'unsupported',
  'pack',
  'mayReserve',
  'reserve',
  'helps',
] as const;
const MEMBERS: ReadonlySet<string> = new Set([
  ...FUNCTIONS,
  ...['name', 'points', 'weight', 'needs', 'args', 'reads', 'columns', 'objects', 'rights', 'kinds'],
]);

/** What is wrong with a value that should define a plugin of this name; undefined when nothing is. */
export function faultIn(value: unknown, name: string): string | undefined {
  if (!isObject(value)) return `must export a plugin, not ${shown(value)}`;
  if (value.name !== name) return `defines the plugin ${shown(value.name)}, not ${shown(name)}`;
  for (const member in value) if (!MEMBERS.has(member)) return `${member}: no plugin has this`;
  const points: readonly unknown[] = Array.isArray(value.points) ? value.points : [];
  if (points.length === 0) return 'points: must be a list of extension points';
  const unknown = points.find((point) => !(EXTENSION_POINTS as readonly unknown[]).includes(point));
  if (unknown !== undefined) return `points: ${shown(unknown)} is not an extension point`;
  for (const member of FUNCTIONS) {
    if (value[member] !== undefined && typeof value[member] !== 'function')
      return `${member}: must be a function`;
  }
  if (value.pack === undefined) return 'pack: must be a function';
  if (value.args !== undefined && !(isObject(value.args) && typeof value.args.read === 'function'))
    return 'args.read: must be a function';
  return (
    faultInReads(value.reads) ??
    faultInColumns(value.columns) ??
    faultInObjects(value.objects) ??
    faultInRights(value.rights)
  );
}

function faultInReads(reads: unknown): string | undefined {
  if (reads === undefined) return undefined;
  if (!isObject(reads)) return 'reads: must be an object';
  const { spec = [] } = reads;
  if (!Array.isArray(spec)) return 'reads.spec: must be a list of fields';
  const fields: readonly unknown[] = spec;
  const unknown = fields.find((field) => !(SPEC_FIELDS as readonly unknown[]).includes(field));
  return unknown === undefined ? undefined : `reads.spec: a pod's spec has no field ${shown(unknown)}`;
}

function faultInColumns(columns: unknown): string | undefined {
  if (columns === undefined) return undefined;
  if (!isObject(columns)) return 'columns: must be an object';
  for (const name in columns)
    if (typeof columns[name] !== 'function') return `columns.${name}: must be a function of a node`;
  return undefined;
}

function faultInObjects(objects: unknown): string | undefined {
  if (objects === undefined) return undefined;
  if (!Array.isArray(objects)) return 'objects: must be a list';
  const isRead = (one: unknown) =>
    isObject(one) && typeof one.kind === 'string' && typeof one.path === 'string';
  return objects.every(isRead) ? undefined : 'objects: each must have a kind and a path';
}

function faultInRights(rights: unknown): string | undefined {
  if (rights === undefined) return undefined;
  if (!Array.isArray(rights)) return 'rights: must be a list';
  const isVerb = (verb: unknown) => (VERBS as readonly unknown[]).includes(verb);
  const isRight = (one: unknown) =>
    isObject(one) &&
    typeof one.group === 'string' &&
    typeof one.resource === 'string' &&
    Array.isArray(one.verbs) &&
    one.verbs.every(isVerb);
  return rights.every(isRight) ? undefined : 'rights: each must have a group, a resource and verbs';
}
