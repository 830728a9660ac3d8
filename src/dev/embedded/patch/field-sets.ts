// Sets of an object's fields, in the form that metadata.managedFields has them (FieldsV1).
//
//   spec.containers[name=web].image  is  {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}}}
//
// A field without further ones is a leaf: a value, or a list or a map that is only ever replaced as a whole. An element of
// a list that is merged is in the set by itself, as ".".
import { isObject } from '../../../model/shape.ts';
import { resolved, type Schema } from '../schema/schemas.ts';

/** The fields below one; a leaf has none. */
export interface FieldSet {
  [element: string]: FieldSet;
}

/** One field or element below a value: how a set names it, its schema and its value. */
export interface Part {
  element: string;
  schema: Schema;
  value: unknown;
}

const SELF = '.';

/** What a value consists of, or undefined if it is one value to a set. */
function partsOf(field: Schema, value: unknown): Part[] | undefined {
  const schema = resolved(field);
  if (Array.isArray(value)) return elementsOf(field, value);
  if (!isObject(value)) return undefined;
  const isAtomic = (field['x-kubernetes-map-type'] ?? schema['x-kubernetes-map-type']) === 'atomic';
  if (isAtomic || (schema.properties === undefined && schema.additionalProperties === undefined))
    return undefined;
  const present = Object.entries(value).filter(([, child]) => child !== undefined);
  return present.map(([key, child]) => ({
    element: `f:${key}`,
    schema: schema.properties?.[key] ?? schema.additionalProperties ?? {},
    value: child,
  }));
}

function elementsOf(schema: Schema, values: unknown[]): Part[] | undefined {
  const items = schema.items ?? {};
  switch (schema['x-kubernetes-list-type']) {
    case 'map':
      return values.map((value) => ({ element: elementKey(schema, value), schema: items, value }));
    case 'set':
      return values.map((value) => ({ element: `v:${JSON.stringify(value)}`, schema: items, value }));
    default:
      return undefined;
  }
}

/** How a set names an element of a list that is merged by keys. */
function elementKey(schema: Schema, value: unknown): string {
  const keys = [...(schema['x-kubernetes-list-map-keys'] ?? [])].sort();
  const properties = resolved(schema.items ?? {}).properties ?? {};
  const fields = isObject(value) ? value : {};
  const named = keys.flatMap((key) => {
    const field = fields[key] ?? properties[key]?.default;
    return field === undefined ? [] : [[key, field] as const];
  });
  return `k:${JSON.stringify(Object.fromEntries(named))}`;
}

/** All fields of a value. */
export function fieldsOf(schema: Schema, value: unknown): FieldSet {
  const parts = partsOf(schema, value);
  const set: FieldSet = {};
  for (const part of parts ?? [])
    set[part.element] = withSelf(part.element, fieldsOf(part.schema, part.value));
  return set;
}

/** The fields of `after` that `before` has not, or has with another value. */
export function changedFields(schema: Schema, before: unknown, after: unknown): FieldSet {
  const old = new Map(partsOf(schema, before)?.map((part) => [part.element, part]));
  const set: FieldSet = {};
  for (const part of partsOf(schema, after) ?? []) {
    const previous = old.get(part.element);
    if (previous === undefined) {
      set[part.element] = withSelf(part.element, fieldsOf(part.schema, part.value));
    } else if (isLeaf(part) || isLeaf(previous)) {
      if (JSON.stringify(previous.value) !== JSON.stringify(part.value)) set[part.element] = {};
    } else {
      const below = changedFields(part.schema, previous.value, part.value);
      if (!isEmpty(below)) set[part.element] = below;
    }
  }
  return set;
}

function isLeaf({ schema, value }: Part): boolean {
  return (partsOf(schema, value)?.length ?? 0) === 0;
}

function withSelf(element: string, below: FieldSet): FieldSet {
  return element.startsWith('k:') ? { [SELF]: {}, ...below } : below;
}

export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result = { ...a };
  for (const [element, below] of Object.entries(b)) {
    result[element] = Object.hasOwn(a, element) ? union(a[element]!, below) : below;
  }
  return result;
}

/** The fields of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [element, below] of Object.entries(a)) {
    if (!Object.hasOwn(b, element)) {
      result[element] = below;
    } else if (!isEmpty(below)) {
      const rest = difference(below, b[element]!);
      if (!isEmpty(rest)) result[element] = rest;
    }
  }
  return result;
}

/** The fields that both have. A leaf of one is in the other even where that goes deeper. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [element, below] of Object.entries(a)) {
    const other = b[element];
    if (other === undefined) continue;
    const both = intersection(below, other);
    if (!isEmpty(both) || isEmpty(below) || isEmpty(other)) result[element] = both;
  }
  return result;
}

/**
 * The paths of a set's fields as messages have them: `.spec.containers[name="web"].image`. In the order of their names,
 * but leaves stand before what goes deeper.
 */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  const rank = ([element, below]: [string, FieldSet]) => `${isEmpty(below) ? 0 : 1} ${element}`;
  const ordered = Object.entries(set).sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return ordered.flatMap(([element, below]) => {
    if (element === SELF) return [prefix];
    const path = prefix + pathElement(element);
    return isEmpty(below) ? [path] : pathsOf(below, path);
  });
}

function pathElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** A value in which what is applied stands over what is there. */
export function merged(field: Schema, live: unknown, applied: unknown): unknown {
  const parts = partsOf(field, applied);
  const old = partsOf(field, live);
  if (parts === undefined || old === undefined) return applied;
  const byElement = new Map(old.map((part) => [part.element, part.value]));
  for (const part of parts) {
    const previous = byElement.get(part.element);
    byElement.set(
      part.element,
      previous === undefined ? part.value : merged(part.schema, previous, part.value),
    );
  }
  return assembled(applied, byElement);
}

/** A value without the fields of a set; what then is empty goes with them. */
export function without(field: Schema, value: unknown, set: FieldSet): unknown {
  const parts = partsOf(field, value);
  if (parts === undefined) return value;
  const kept = new Map<string, unknown>();
  for (const { element, schema, value: child } of parts) {
    const below = set[element];
    if (below === undefined) {
      kept.set(element, child);
    } else if (!isEmpty(below) && !(SELF in below)) {
      const rest = without(schema, child, below);
      if (!isObject(rest) || Object.keys(rest).length > 0) kept.set(element, rest);
    }
  }
  return assembled(value, kept);
}

/** A list or an object, as `like` is one, of the values by their elements. */
function assembled(like: unknown, byElement: Map<string, unknown>): unknown {
  if (Array.isArray(like)) return [...byElement.values()];
  return Object.fromEntries([...byElement].map(([element, value]) => [element.slice(2), value]));
}
