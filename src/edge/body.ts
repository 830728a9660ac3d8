// Reads the body of a request, chunk by chunk: no more of it than may come, for no longer than it may take.
import { HTTPException } from 'hono/http-exception';
import { isObject } from '../model/shape.ts';
import { yamlDocuments } from '../model/yaml.ts';
import { refusal } from './errors.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;
const YAML_TYPE = /^(?:application|text)\/(?:x-)?yaml$/;
const TYPES = 'application/json or application/yaml';
/** YAML takes ten times as long to read. */
const YAML_BYTES = 2 * 2 ** 20;
/** Objects of the API are some ten deep. */
const DEPTH = 100;
const READING_MS = 60_000;

export class Bodies {
  readonly #bytes: number;
  /** Bytes of the bodies that are being answered. */
  #held = 0;

  /** @param bytes of one body */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /**
   * Has the value in a request's body answered.
   * @throws HTTPException 400, 408, 413, 415 or 503
   */
  async answer<T>(request: Request, answer: (value: Record<string, unknown>) => T | Promise<T>): Promise<T> {
    const isYaml = isYamlBody(request.headers);
    const most = isYaml ? Math.min(this.#bytes, YAML_BYTES) : this.#bytes;
    const before = { bytes: 0 };
    try {
      const text = await this.#read(request, most, before);
      return await answer(valueIn(text, isYaml));
    } finally {
      this.#held -= before.bytes;
    }
  }

  async #read(request: Request, most: number, held: { bytes: number }): Promise<string> {
    const told = Number(request.headers.get('content-length') ?? 0);
    if (told > most) throw tooLarge(most);
    if (request.body === null) throw refusal(400, 'body: is empty');
    const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const parts: string[] = [];
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void reader.cancel().catch(() => undefined);
    }, READING_MS);
    try {
      for (let chunk; !(chunk = await reader.read()).done;) {
        const { byteLength } = chunk.value;
        held.bytes += byteLength;
        this.#held += byteLength;
        if (held.bytes > most) throw tooLarge(most);
        if (this.#held > 2 * this.#bytes) throw refusal(503, 'too much is being read for others: ask again');
        parts.push(decoder.decode(chunk.value, { stream: true }));
      }
      if (isLate) throw refusal(408, `body: has not come within ${READING_MS / 1000} s`);
      return parts.join('') + decoder.decode();
    } catch (error) {
      void reader.cancel().catch(() => undefined);
      if (error instanceof HTTPException) throw error;
      throw refusal(400, 'body: is not UTF-8, or was cut off');
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A page of another origin cannot send these types without being allowed to, which forms can with theirs. */
function isYamlBody(headers: Headers): boolean {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw refusal(415, `content-encoding: ${encoding} is not read: send it as it is`);
  const type = headers.get('content-type')?.split(';')[0]!.trim().toLowerCase() ?? '';
  if (YAML_TYPE.test(type)) return true;
  if (!JSON_TYPE.test(type)) throw refusal(415, `content-type: must be ${TYPES}, not '${type.slice(0, 80)}'`);
  return false;
}

function tooLarge(most: number): Error {
  return refusal(413, `body: has more than ${most} bytes`);
}

function valueIn(text: string, isYaml: boolean): Record<string, unknown> {
  if (/^\s*$/.test(text)) throw refusal(400, 'body: is empty');
  let value: unknown;
  try {
    value = isYaml ? yamlValue(text) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof RangeError) throw refusal(400, 'body: is nested too deeply');
    if (error instanceof SyntaxError) throw refusal(400, `body: is not JSON: ${error.message}`);
    throw error;
  }
  const fault = faultIn(value, 0);
  if (fault !== undefined) throw refusal(400, `body${fault}`);
  if (!isObject(value)) throw refusal(400, 'body: must be an object');
  return value;
}

function yamlValue(text: string): unknown {
  const [document, ...others] = yamlDocuments(text);
  const fault = document?.error ?? document?.duplicate;
  if (fault !== undefined) throw refusal(400, `body: is not YAML: ${fault}`);
  if (document === undefined || others.length > 0) throw refusal(400, 'body: must be one YAML document');
  return document.values[0];
}

/** Why nobody should look into a value, after the path of where; undefined when everybody may. */
function faultIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > DEPTH) return ': is nested too deeply';
  if (Array.isArray(value)) {
    for (let n = 0; n < value.length; n++) {
      const fault = faultIn(value[n], depth + 1);
      if (fault !== undefined) return `[${n}]${fault}`;
    }
    return undefined;
  }
  for (const name of Object.keys(value)) {
    if (name === '__proto__') return ': a field may not be called __proto__';
    const fault = faultIn((value as Record<string, unknown>)[name], depth + 1);
    // where it is deep, the way there is too long to be told
    if (fault !== undefined) return fault.length > 200 ? fault : `.${name.slice(0, 63)}${fault}`;
  }
  return undefined;
}
