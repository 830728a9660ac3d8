// Objects as clients send them, brought into the form that is stored: known fields of the right types, no nulls, and
// quantities as the API server writes them.
import { canonicalQuantity, QuantityError } from '../../../model/quantity.ts';
import { childPath, isObject, shown } from '../../../model/shape.ts';
import type { ApiObject } from '../../../model/types.ts';
import { badRequest } from '../http/errors.ts';
import { groupVersion } from './resources.ts';
import { resolved, schemaOf, type Schema } from './schemas.ts';

/** What becomes of fields that the kind does not have: dropped, with or without a word, or the whole object refused. */
export type FieldValidation = 'Ignore' | 'Strict' | 'Warn';

export interface Decoded {
  object: ApiObject;
  /** One for each unknown field that was dropped. */
  warnings: string[];
}

interface Kind {
  group: string;
  version: string;
  kind: string;
}

const UNKNOWN_TOLD = 10;

/**
 * The object of a kind that a value is. The group, version and kind may be left out of it.
 * @throws ApiError 400 naming the field: for another kind, a wrong type, and with Strict for an unknown field
 */
export function decodeObject(kind: Kind, value: unknown, validation: FieldValidation = 'Ignore'): Decoded {
  if (!isObject(value)) throw badRequest('the body of the request is not an object');
  checkKind(kind, value);
  const decoder = new Decoder();
  const object = decoder.object(schemaOf(kind), value, '') as ApiObject;
  if (decoder.wrong !== undefined) {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${decoder.wrong}`,
    );
  }
  const unknown = decoder.unknown.slice(0, UNKNOWN_TOLD).map((field) => `unknown field "${field}"`);
  if (validation === 'Strict' && unknown.length > 0) {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${unknown.join(', ')}`,
    );
  }
  object.apiVersion = groupVersion(kind);
  object.kind = kind.kind;
  return { object, warnings: validation === 'Warn' ? unknown : [] };
}

function checkKind(kind: Kind, { apiVersion, kind: stated }: Record<string, unknown>): void {
  if (stated !== undefined && stated !== '' && stated !== kind.kind) {
    throw badRequest(
      `the kind in the data (${shown(stated)}) does not match the expected kind (${kind.kind})`,
    );
  }
  const expected = groupVersion(kind);
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${shown(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
}

class Decoder {
  /** The first value of a wrong type. */
  wrong: string | undefined;
  readonly unknown: string[] = [];

  object(schema: Schema, value: Record<string, unknown>, path: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const child = value[key];
      const known = schema.properties?.[key] ?? schema.additionalProperties;
      const at = childPath(path, key);
      if (known === undefined && schema.properties !== undefined) this.unknown.push(at);
      else if (child !== null && child !== undefined) {
        define(result, key, known === undefined ? child : this.#value(known, child, at));
      }
    }
    return result;
  }

  #value(given: Schema, value: unknown, path: string): unknown {
    const schema = resolved(given);
    if (schema.oneOf !== undefined || schema.format === 'int-or-string') {
      return this.#scalarOfTwoTypes(schema, value, path);
    }
    switch (schema.type) {
      case 'object':
        if (isObject(value)) return this.object(schema, value, path);
        return this.#refuse(path, 'an object', value);
      case 'array':
        if (Array.isArray(value)) {
          // Go keeps a null in a list as the empty value.
          return value.map((item, i) =>
            item === null ? {} : this.#value(schema.items ?? {}, item, `${path}[${i}]`),
          );
        }
        return this.#refuse(path, 'a list', value);
      case 'string':
        if (typeof value !== 'string') return this.#refuse(path, 'a string', value);
        if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) {
          return this.#refuse(path, 'a time', value);
        }
        return value;
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#refuse(path, 'true or false', value);
      case 'integer':
        return Number.isInteger(value) ? value : this.#refuse(path, 'an integer', value);
      case 'number':
        return typeof value === 'number' ? value : this.#refuse(path, 'a number', value);
      case undefined:
        return value;
    }
  }

  /** A quantity, or an integer or text. */
  #scalarOfTwoTypes(schema: Schema, value: unknown, path: string): unknown {
    if (typeof value !== 'string' && typeof value !== 'number') {
      return this.#refuse(path, 'a string or a number', value);
    }
    if (schema.format === 'int-or-string') return value;
    try {
      return canonicalQuantity(value);
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      this.wrong ??= `${path}: ${error.message}`;
      return undefined;
    }
  }

  #refuse(path: string, expected: string, value: unknown): unknown {
    this.wrong ??= `${path}: must be ${expected}, not ${shown(value)}`;
    return undefined;
  }
}

/** Sets a key of any name, `__proto__` too, as a plain property. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
  else object[key] = value;
}
