// What a Kubernetes API server says of the kinds that are served: their fields, and how protobuf numbers these.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { groupVersion } from './resources.ts';

/** A schema of OpenAPI v3, as far as Kubernetes uses it. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string';
  format?: string;
  enum?: string[];
  description?: string;
  default?: unknown;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  items?: Schema;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
}

/** The fields of a protobuf message by their numbers. */
export type Message = Record<string, MessageField>;

export interface MessageField {
  /** The property of the JSON form; empty where the JSON form has the fields of this message in the outer object. */
  name: string;
  /** A message's name, or a type of protobuf. */
  type: string;
  list?: boolean;
  map?: boolean;
}

/** What scripts/kubernetes-schemas.ts writes. */
export interface Schemas {
  /** The Kubernetes version that it was taken from. */
  version: string;
  definitions: Record<string, Schema>;
  messages: Record<string, Message>;
}

let loaded: Schemas | undefined;

/** Read when they are first needed, since a scheduler does not need them. Throws when the file is not there. */
export function schemas(): Schemas {
  return (loaded ??= JSON.parse(gunzipSync(readFileSync(dataFile())).toString('utf8')) as Schemas);
}

/** The file in the package's folder: sources lie deeper in it than the bundle. */
function dataFile(): URL {
  for (const folder of ['../data/', '../../../../data/']) {
    const file = new URL(`${folder}kubernetes/schemas.json.gz`, import.meta.url);
    if (existsSync(file)) return file;
  }
  throw new Error('data/kubernetes/schemas.json.gz is not there');
}

const REFERENCE = '#/components/schemas/';

/** The schema that one stands for: a reference, or a reference with a description of its own. */
export function resolved(schema: Schema): Schema {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference === undefined ? schema : schemas().definitions[reference.slice(REFERENCE.length)]!;
}

let byKind: Map<string, string> | undefined;

/** The name of a kind's schema. Throws when there is none, for what is served has one. */
export function schemaName(of: { group: string; version: string; kind: string }): string {
  if (byKind === undefined) {
    byKind = new Map();
    for (const [name, schema] of Object.entries(schemas().definitions)) {
      // Options and answers are of every group.
      for (const kind of schema['x-kubernetes-group-version-kind']?.slice(0, 1) ?? []) {
        byKind.set(`${groupVersion(kind)}/${kind.kind}`, name);
      }
    }
  }
  const name = byKind.get(`${groupVersion(of)}/${of.kind}`);
  if (name === undefined) throw new Error(`no schema of ${groupVersion(of)}/${of.kind}`);
  return name;
}

/** The schema of a kind. */
export function schemaOf(of: { group: string; version: string; kind: string }): Schema {
  return schemas().definitions[schemaName(of)]!;
}
