// Kubernetes' strategic merge patch: a merge patch whose lists are merged as the kind's schema says.
import { isObject } from '../../../model/shape.ts';
import { badRequest } from '../http/errors.ts';
import { resolved, type Schema } from '../schema/schemas.ts';

type Fields = Record<string, unknown>;

const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

/** The target with the patch applied; neither is changed. Throws ApiError 400 for a directive that cannot be read. */
export function strategicMergePatch(target: Fields, patch: Fields, schema: Schema): Fields {
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  if (patch.$patch === 'delete') return {};
  if (patch.$patch !== undefined && patch.$patch !== 'merge') {
    throw badRequest(`unknown patch type ${JSON.stringify(patch.$patch)}`);
  }
  const result: Fields = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key === '__proto__' || key.startsWith('$')) continue;
    if (value === null) {
      Reflect.deleteProperty(result, key);
      continue;
    }
    const field = fieldSchema(schema, key);
    if (Array.isArray(value)) result[key] = mergeList(listOf(result[key]), value, field);
    else if (isObject(value)) {
      const old = result[key];
      result[key] = strategicMergePatch(isObject(old) ? old : {}, value, resolved(field));
    } else result[key] = value;
  }
  removeFromLists(result, patch);
  orderLists(result, patch, schema);
  return retained(result, patch.$retainKeys);
}

function fieldSchema(schema: Schema, key: string): Schema {
  return schema.properties?.[key] ?? schema.additionalProperties ?? {};
}

function isMerged(schema: Schema): boolean {
  return (schema['x-kubernetes-patch-strategy'] ?? '').split(',').includes('merge');
}

function mergeList(target: unknown[], patch: unknown[], schema: Schema): unknown[] {
  if (!isMerged(schema)) return patch.map((item) => (isObject(item) ? withoutDirectives(item) : item));
  const key = schema['x-kubernetes-patch-merge-key'];
  if (key === undefined) return [...new Set([...target, ...patch])];
  const replaces = patch.some((item) => isObject(item) && item.$patch === 'replace' && !(key in item));
  const result: unknown[] = replaces ? [] : [...target];
  const items = resolved(schema.items ?? {});
  for (const entry of patch) {
    if (!isObject(entry))
      throw badRequest(`an element of a list with the merge key ${key} must be an object`);
    if (!(key in entry)) {
      if (entry.$patch === 'replace') continue;
      throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${key}`);
    }
    const index = result.findIndex((old) => isObject(old) && old[key] === entry[key]);
    if (entry.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) {
      result[index] = strategicMergePatch(result[index] as Fields, entry, items);
    } else {
      result.push(withoutDirectives(entry));
    }
  }
  return result;
}

/** `$deleteFromPrimitiveList/finalizers: [a]` takes values out of a list. */
function removeFromLists(result: Fields, patch: Fields): void {
  for (const [key, values] of Object.entries(patch)) {
    if (!key.startsWith(DELETE_FROM) || !Array.isArray(values)) continue;
    const name = key.slice(DELETE_FROM.length);
    if (Array.isArray(result[name]))
      result[name] = listOf(result[name]).filter((value) => !values.includes(value));
  }
}

/** `$setElementOrder/containers: [{name: a}, {name: b}]` puts the named elements into this order. */
function orderLists(result: Fields, patch: Fields, schema: Schema): void {
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER) || !Array.isArray(order)) continue;
    const name = key.slice(ORDER.length);
    if (!Array.isArray(result[name])) continue;
    const mergeKey = fieldSchema(schema, name)['x-kubernetes-patch-merge-key'];
    const keyOf = (item: unknown) => (mergeKey !== undefined && isObject(item) ? item[mergeKey] : item);
    const places = new Map(order.map((item: unknown, place) => [keyOf(item), place]));
    result[name] = ordered(listOf(result[name]), (item) => places.get(keyOf(item)));
  }
}

/** The items that have a place in the order of their places; the others stay where they are relative to them. */
function ordered(items: unknown[], placeOf: (item: unknown) => number | undefined): unknown[] {
  const named = items.filter((item) => placeOf(item) !== undefined);
  named.sort((a, b) => placeOf(a)! - placeOf(b)!);
  return items.map((item) => (placeOf(item) === undefined ? item : named.shift()));
}

/** With `$retainKeys: [a, b]` an object keeps these fields and no others. */
function retained(result: Fields, keys: unknown): Fields {
  if (!Array.isArray(keys)) return result;
  return Object.fromEntries(Object.entries(result).filter(([key]) => keys.includes(key)));
}

function withoutDirectives(value: Fields): Fields {
  const entries = Object.entries(value).filter(([key, field]) => !key.startsWith('$') && field !== null);
  return Object.fromEntries(
    entries.map(([key, field]) => [
      key,
      Array.isArray(field)
        ? field
            .filter((item) => !isObject(item) || item.$patch !== 'delete')
            .map((item: unknown) => (isObject(item) ? withoutDirectives(item) : item))
        : isObject(field)
          ? withoutDirectives(field)
          : field,
    ]),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
