// Requests in protobuf, as Kubernetes' own components send them: read into the JSON form. Answers are always JSON.
import protobuf from 'protobufjs/minimal.js';
import { ApiError, badRequest } from './errors.ts';
import { schemas, type MessageField } from '../schema/schemas.ts';

/** The first four bytes of each object. */
const MAGIC = Buffer.from('k8s\0', 'latin1');
const API = 'io.k8s.api.';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const ENVELOPE = 'io.k8s.apimachinery.pkg.runtime.Unknown';
/** Nested deeper than any kind is. */
const DEPTH_MAX = 64;
const LENGTH_DELIMITED = 2;

type Fields = Record<string, unknown>;

/** Types whose JSON form is no object of their fields. */
const SCALARS: Readonly<Record<string, (fields: Fields) => unknown>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': ({ string = '0' }) => string,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': ({ type, intVal = 0, strVal = '' }) =>
    type === 1 ? strVal : intVal,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': ({ raw }) => jsonOf(raw),
  [`${META}FieldsV1`]: ({ Raw }) => jsonOf(Raw),
  [`${META}Time`]: ({ seconds }) => timeOf(seconds, undefined),
  [`${META}MicroTime`]: ({ seconds, nanos = 0 }) => timeOf(seconds, nanos as number),
  [`${META}Verbs`]: ({ items = [] }) => items,
  [`${API}authentication.v1.ExtraValue`]: ({ items = [] }) => items,
};

/** Fields in which an empty text is not the same as none. */
const KEPT_EMPTY = ['storageClassName'];

/**
 * The object in a request's body, with its apiVersion and kind. Throws ApiError 400.
 * @param nameOf the name of a kind's message; throws for a kind that is not served
 */
export function decodeProtobuf(body: Buffer, nameOf: (apiVersion: string, kind: string) => string): Fields {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw badRequest('the body of the request does not begin as protobuf of Kubernetes does');
  }
  try {
    const envelope = decodeMessage(ENVELOPE, body.subarray(MAGIC.length), 0) as {
      typeMeta?: { apiVersion?: string; kind?: string };
      raw?: Buffer;
    };
    const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
    const object = decodeMessage(nameOf(apiVersion, kind), envelope.raw ?? Buffer.alloc(0), 0) as Fields;
    return { ...object, apiVersion, kind };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw badRequest(`the body of the request is no protobuf: ${(error as Error).message}`);
  }
}

function decodeMessage(name: string, bytes: Buffer, depth: number): unknown {
  const fields: Fields = {};
  readInto(fields, name, bytes, depth);
  return Object.hasOwn(SCALARS, name) ? SCALARS[name]!(fields) : fields;
}

function readInto(fields: Fields, name: string, bytes: Buffer, depth: number): void {
  if (depth > DEPTH_MAX) throw new RangeError('nested too deep');
  const message = schemas().messages[name];
  if (message === undefined) throw badRequest(`there is no message ${name}`);
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = message[tag >>> 3];
    if (field === undefined) reader.skipType(tag & 7);
    else readField(fields, field, reader, tag & 7, depth);
  }
}

function readField(
  fields: Fields,
  field: MessageField,
  reader: protobuf.Reader,
  wireType: number,
  depth: number,
): void {
  const { name, type, list, map } = field;
  if (map) {
    const [key, value] = readEntry(type, Buffer.from(reader.bytes()), depth);
    if (key !== '__proto__') ((fields[name] ??= {}) as Fields)[key] = value;
  } else if (name === '') {
    readInto(fields, type, Buffer.from(reader.bytes()), depth + 1);
  } else if (list) {
    const values = (fields[name] ??= []) as unknown[];
    if (wireType === LENGTH_DELIMITED && (type === 'int32' || type === 'int64')) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) values.push(readValue(type, reader, depth));
    } else values.push(readValue(type, reader, depth));
  } else {
    const value = readValue(type, reader, depth);
    // Go writes a text that is not set as an empty one.
    if (value !== undefined && (value !== '' || KEPT_EMPTY.includes(name))) fields[name] = value;
  }
}

function readEntry(type: string, bytes: Buffer, depth: number): [string, unknown] {
  const reader = protobuf.Reader.create(bytes);
  let key = '';
  let value: unknown = type === 'string' || type === 'bytes' ? '' : {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) key = reader.string();
    else if (tag >>> 3 === 2) value = readValue(type, reader, depth);
    else reader.skipType(tag & 7);
  }
  return [key, value instanceof Buffer ? value.toString('base64') : value];
}

function readValue(type: string, reader: protobuf.Reader, depth: number): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'int64':
      return Number(reader.int64());
    case 'bytes':
      return Buffer.from(reader.bytes());
    default:
      return decodeMessage(type, Buffer.from(reader.bytes()), depth + 1);
  }
}

function jsonOf(raw: unknown): unknown {
  return raw instanceof Buffer && raw.length > 0 ? JSON.parse(raw.toString('utf8')) : undefined;
}

/** A time, to the second or with microseconds; undefined for one that is not set. */
function timeOf(seconds: unknown, nanos: number | undefined): string | undefined {
  if (typeof seconds !== 'number') return undefined;
  const text = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length);
  return nanos === undefined ? `${text}Z` : `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}
