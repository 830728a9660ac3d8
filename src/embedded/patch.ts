// JSON merge patch (RFC 7386), and the part of Kubernetes' strategic merge that statuses and metadata use.

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** Lists of objects that a strategic merge joins by a key; any other list is replaced. */
const MERGE_KEYS: Record<string, string> = {
  conditions: 'type',
  addresses: 'type',
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  ownerReferences: 'uid',
};

/** The target with the patch applied; neither is changed. */
export function mergePatch(target: Json | undefined, patch: Json, strategic: boolean): Json {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    // Directives ($setElementOrder, $retainKeys) order lists; the order of these lists carries no meaning.
    if (strategic && key.startsWith('$')) continue;
    if (value === null) Reflect.deleteProperty(result, key);
    else if (strategic && Array.isArray(value)) result[key] = mergeList(key, result[key], value);
    else result[key] = mergePatch(result[key], value, strategic);
  }
  return result;
}

function mergeList(name: string, target: Json | undefined, patch: Json[]): Json[] {
  if (name === 'finalizers') return [...new Set([...(Array.isArray(target) ? target : []), ...patch])];
  const mergeKey = Object.hasOwn(MERGE_KEYS, name) ? MERGE_KEYS[name] : undefined;
  if (mergeKey === undefined || !Array.isArray(target)) return patch;
  const result = [...target];
  for (const entry of patch) {
    if (!isObject(entry)) continue;
    const index = result.findIndex((old) => isObject(old) && old[mergeKey] === entry[mergeKey]);
    if (entry.$patch === 'delete') {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) {
      result[index] = mergePatch(result[index], entry, true);
    } else {
      result.push(entry);
    }
  }
  return result;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
