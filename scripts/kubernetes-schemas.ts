// Writes data/kubernetes/schemas.json.gz: what an API server says of the kinds that the embedded API serves.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import type { Message, Schema, Schemas } from '../src/dev/embedded/schema/schemas.ts';
import { startControlPlane, WITH_POD_GROUPS } from '../test/cluster/control-plane.ts';
import { RESOURCES, REVIEWS } from '../src/dev/embedded/schema/resources.ts';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'test/cluster/control-plane/kubernetes');

/** Kinds that requests carry or answers have, besides the resources themselves. */
const OTHER_KINDS = [
  ...['/v1/Binding', '/v1/DeleteOptions', '/v1/Status', '/v1/APIResourceList', 'policy/v1/Eviction'],
  'autoscaling/v1/Scale',
];

function moduleFolder(name: string): string {
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', name], {
    cwd: modules,
    encoding: 'utf8',
  }).trim();
}

/** All schemas of a running API server by their names, of every group and version. */
async function servedSchemas(): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  const controlPlane = await startControlPlane({ apiserverArgs: WITH_POD_GROUPS });
  try {
    const { client } = controlPlane;
    const { paths } = await client.json<Index>('GET', '/openapi/v3');
    for (const { serverRelativeURL } of Object.values(paths)) {
      const { components } = await client.json<Document>('GET', serverRelativeURL);
      for (const [name, schema] of Object.entries(components?.schemas ?? {})) schemas.set(name, schema);
    }
  } finally {
    await controlPlane.stop();
  }
  return schemas;
}

interface Index {
  paths: Record<string, { serverRelativeURL: string }>;
}

interface Document {
  components?: { schemas?: Record<string, Schema> };
}

/** The schemas that these kinds consist of. */
function reachable(all: Map<string, Schema>, kinds: Set<string>): Record<string, Schema> {
  const names = new Set<string>();
  const visit = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    for (const [, reference] of JSON.stringify(all.get(name)).matchAll(/#\/components\/schemas\/([^"]+)"/g)) {
      visit(reference!);
    }
  };
  for (const [name, schema] of all) {
    const isServed = (schema['x-kubernetes-group-version-kind'] ?? []).some(({ group, version, kind }) =>
      kinds.has(`${group}/${version}/${kind}`),
    );
    if (isServed) visit(name);
  }
  return Object.fromEntries([...names].sort().map((name) => [name, all.get(name)!]));
}

/** How protobuf numbers the fields of the schemas: for each message its fields by number. */
function messagesOf(folders: string[], schemas: Record<string, Schema>): Record<string, Message> {
  const pool = new protobuf.Root();
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('generated.proto')) continue;
      protobuf.parse(readFileSync(join(folder, file), 'utf8'), pool, { keepCase: true });
    }
  }
  pool.resolveAll();
  const messages: Record<string, Message> = {};
  const visit = (type: protobuf.Type): string => {
    const name = type.fullName.replace(/^\.k8s\.io\./, 'io.k8s.');
    if (messages[name] !== undefined) return name;
    const message: Message = (messages[name] = {});
    const properties = schemas[name]?.properties;
    for (const field of type.fieldsArray) {
      const ofType = field.resolvedType instanceof protobuf.Type ? visit(field.resolvedType) : field.type;
      // A few names differ in the case of letters; what has no property lies in the outer object itself.
      const property = Object.keys(properties ?? {}).find(
        (name) => name.toLowerCase() === field.name.toLowerCase(),
      );
      const isInline = properties !== undefined && property === undefined;
      message[field.id] = {
        name: isInline ? '' : (property ?? field.name),
        type: ofType,
        ...(field.repeated && { list: true }),
        ...(field instanceof protobuf.MapField && { map: true }),
      };
      if (isInline && field.resolvedType === null) throw new Error(`${name}: no property ${field.name}`);
    }
    return name;
  };
  for (const name of Object.keys(schemas)) {
    const type = pool.lookup(name.replace(/^io\.k8s\./, 'k8s.io.'));
    if (type instanceof protobuf.Type) visit(type);
  }
  visit(pool.lookupType('k8s.io.apimachinery.pkg.runtime.Unknown'));
  return messages;
}

const kubernetes = moduleFolder('k8s.io/kubernetes');
const version = /@(v[\d.]+)$/.exec(kubernetes)![1]!;
const kinds = new Set(OTHER_KINDS);
for (const { group, version: of, kind } of [...RESOURCES, ...REVIEWS]) kinds.add(`${group}/${of}/${kind}`);
for (const { group, version: of, kind } of RESOURCES) kinds.add(`${group}/${of}/${kind}List`);
const definitions = reachable(await servedSchemas(), kinds);
const messages = messagesOf([moduleFolder('k8s.io/api'), moduleFolder('k8s.io/apimachinery')], definitions);
const data: Schemas = { version, definitions, messages };
const folder = join(root, 'data/kubernetes');
mkdirSync(folder, { recursive: true });
const packed = gzipSync(JSON.stringify(data), { level: 9 });
writeFileSync(join(folder, 'schemas.json.gz'), packed);
process.stdout.write(`${Object.keys(definitions).length} schemas of ${version}, ${packed.length} bytes\n`);
