// JSON merge patch (RFC 7386) and JSON patch (RFC 6902).
import { applyPatch, type Operation } from 'rfc6902';
import { isObject } from '../../../model/shape.ts';
import { ApiError, badRequest } from '../http/errors.ts';

/** As many as the API server takes. */
const OPERATIONS_MAX = 10_000;

/** The target with the patch applied; neither is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, key);
    else if (key !== '__proto__') result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** The target with the operations applied to a copy of it. Throws ApiError 400 or 422. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  if (patch.length > OPERATIONS_MAX) {
    const message = `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', message);
  }
  for (const operation of patch as unknown[]) {
    const { op, path } = isObject(operation) ? operation : {};
    if (typeof op !== 'string' || typeof path !== 'string')
      throw badRequest('an operation has an op and a path');
  }
  const result = structuredClone(target);
  const failures = applyPatch(result, patch as Operation[]);
  const failure = failures.find((one) => one !== null);
  if (failure) throw new ApiError(422, 'Invalid', `the server rejected our request: ${failure.message}`);
  return result;
}
