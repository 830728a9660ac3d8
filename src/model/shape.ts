// Checks that values read from outside have the types that the code expects of them, and collects what is wrong.

/** Of very many problems only these are told, so that the message stays readable. */
const MAX_TOLD = 20;

/** Collects the problems of one file, each with the path of the field it is about. */
export class Problems {
  readonly #messages: string[];
  readonly #prefix: string;

  /** @param source what every message begins with: a file name */
  constructor(source: string, messages: string[] = []) {
    this.#prefix = source;
    this.#messages = messages;
  }

  /** The same collection, for one object of the file. */
  within(object: string): Problems {
    return new Problems(`${this.#prefix}: ${object}`, this.#messages);
  }

  add(path: string, message: string): void {
    this.#messages.push(path === '' ? `${this.#prefix}: ${message}` : `${this.#prefix}: ${path}: ${message}`);
  }

  get count(): number {
    return this.#messages.length;
  }

  /** All problems, one a line. */
  toString(): string {
    const told = this.#messages.slice(0, MAX_TOLD);
    const rest = this.#messages.length - told.length;
    return [...told, ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n');
  }
}

/** Checks a value that is there: fields that may be left out are passed over where they are. */
export type Shape = (value: unknown, path: string, problems: Problems) => void;

/** A key that needs no brackets in a path. */
const WORD = /^[\w-]+$/;

/** The path of a field: `a.b`, or `a[b/c]` for a key that is not a plain word. */
export function childPath(path: string, key: string): string {
  if (!WORD.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** How a value is shown in a message: plain values and lists of them, shortened; what objects hold is not told. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.some((element) => typeof element === 'object')) return 'a list';
  } else if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}

/**
 * Removes fields that are null, in place and at any depth: Go writes and reads null for what is absent, while the
 * types here know only absence.
 */
export function dropNulls(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value) dropNulls(element);
    return;
  }
  const fields = value as Record<string, unknown>;
  for (const key in fields) {
    const field = fields[key];
    if (field === null) Reflect.deleteProperty(fields, key);
    else if (typeof field === 'object') dropNulls(field);
  }
}

/** Whether a value is an object with fields, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const anything: Shape = () => {};

export const text: Shape = (value, path, problems) => {
  if (typeof value !== 'string') problems.add(path, `must be a string, not ${shown(value)}`);
};

export const bool: Shape = (value, path, problems) => {
  if (typeof value !== 'boolean') problems.add(path, `must be true or false, not ${shown(value)}`);
};

export const number: Shape = (value, path, problems) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    problems.add(path, `must be a number, not ${shown(value)}`);
  }
};

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Shape {
  return (value, path, problems) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      problems.add(path, `must be an integer, not ${shown(value)}`);
    } else if (value < min || value > max) {
      problems.add(path, `must be from ${min} to ${max}, not ${value}`);
    }
  };
}

export const int32 = integer(-(2 ** 31), 2 ** 31 - 1);
export const int64 = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** One of the given strings; an empty one, which Go's types have where nothing is set, is not offered in messages. */
export function oneOf(...names: string[]): Shape {
  const offered = names.filter((name) => name !== '');
  return (value, path, problems) => {
    if (typeof value !== 'string' || !names.includes(value)) {
      problems.add(
        path,
        `must be ${offered.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not ${shown(value)}`,
      );
    }
  };
}

export function list(item: Shape): Shape {
  return (value, path, problems) => {
    if (!Array.isArray(value)) {
      problems.add(path, `must be a list, not ${shown(value)}`);
      return;
    }
    value.forEach((element, i) => {
      if (element === null) problems.add(`${path}[${i}]`, 'must not be null');
      else item(element, `${path}[${i}]`, problems);
    });
  };
}

/** An object with any keys, whose values have one shape. */
export function map(item: Shape): Shape {
  return (value, path, problems) => {
    if (!isRecord(value, path, problems)) return;
    for (const key of Object.keys(value)) item(value[key], childPath(path, key), problems);
  };
}

/** An object that may have these fields and no others. */
export function exactly(fields: Record<string, Shape>): Shape {
  const known = having(fields);
  return (value, path, problems) => {
    known(value, path, problems);
    if (!isObject(value)) return;
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) problems.add(path, `unknown field ${JSON.stringify(key)}`);
    }
  };
}

/** An object in which these fields, if present, have these shapes; other fields are not looked at. */
export function having(fields: Record<string, Shape>): Shape {
  const entries = Object.entries(fields).map(([key, shape]) => ({ key, shape, isWord: WORD.test(key) }));
  return (value, path, problems) => {
    if (!isRecord(value, path, problems)) return;
    for (const { key, shape, isWord } of entries) {
      const field = value[key];
      if (field === undefined) continue;
      shape(field, isWord && path !== '' ? `${path}.${key}` : childPath(path, key), problems);
    }
  };
}

function isRecord(value: unknown, path: string, problems: Problems): value is Record<string, unknown> {
  if (isObject(value)) return true;
  problems.add(path, `must be an object, not ${shown(value)}`);
  return false;
}
