// OpenAPI documents, as far as clients read them: schemas, and which options the paths of a kind take.
import { createHash } from 'node:crypto';
import { omit } from '../omit.ts';
import { groupVersion, RESOURCES, type Resource } from './resources.ts';
import { schemaName, schemas, type Schema } from './schemas.ts';

const V3 = '/openapi/v3';

/** The document of a path, or undefined if the path is none. */
export function openApi(path: string): object | undefined {
  if (path === '/openapi/v2') return versionTwo();
  if (path === V3) return index();
  if (!path.startsWith(`${V3}/`)) return undefined;
  const version = path.slice(V3.length + 1);
  return paths().has(version) ? versionThree(version) : undefined;
}

/** "api/v1", "apis/apps/v1": where the resources of a version are. */
function prefixOf(resource: Resource): string {
  return `${resource.group === '' ? 'api' : 'apis'}/${groupVersion(resource)}`;
}

function paths(): Map<string, Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const resource of RESOURCES) {
    const prefix = prefixOf(resource);
    found.set(prefix, [...(found.get(prefix) ?? []), resource]);
  }
  return found;
}

function index(): object {
  const documents = [...paths()].map(([prefix, resources]) => {
    const names = resources.map(({ name }) => name).join();
    const hash = createHash('sha256').update(`${schemas().version} ${prefix} ${names}`).digest('hex');
    return [prefix, { serverRelativeURL: `${V3}/${prefix}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(documents) as unknown };
}

function info(): object {
  return { title: 'Kubernetes', version: schemas().version };
}

function versionThree(prefix: string): object {
  const resources = paths().get(prefix)!;
  const names = new Set<string>();
  for (const resource of resources) collect(schemaName(resource), names);
  for (const name of ['DeleteOptions', 'Status'])
    collect(schemaName({ group: '', version: 'v1', kind: name }), names);
  const found = [...names].sort().map((name) => [name, schemas().definitions[name]]);
  return {
    openapi: '3.0.0',
    info: info(),
    paths: Object.fromEntries(resources.flatMap(pathsOf)) as unknown,
    components: { schemas: Object.fromEntries(found) as unknown },
  };
}

const REFERENCES = /"#\/components\/schemas\/([^"]+)"/g;

/** Adds a schema's name, and those of all that it refers to. */
function collect(name: string, names: Set<string>): void {
  if (names.has(name)) return;
  names.add(name);
  for (const [, reference] of JSON.stringify(schemas().definitions[name]).matchAll(REFERENCES)) {
    collect(reference!, names);
  }
}

/** The paths of a resource; what a client reads of them is the kind and the options. */
function pathsOf(resource: Resource): [string, object][] {
  const base = `/${prefixOf(resource)}`;
  const collection = `${base}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.name}`;
  const operation = (options: string[]) => ({
    'x-kubernetes-group-version-kind': {
      group: resource.group,
      kind: resource.kind,
      version: resource.version,
    },
    parameters: options.map((name) => ({
      name,
      in: 'query',
      schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
    })),
    responses: { 200: { description: 'OK' } },
  });
  const write = ['dryRun', 'fieldManager', 'fieldValidation'];
  return [
    [collection, { get: operation(['labelSelector', 'fieldSelector', 'watch']), post: operation(write) }],
    [
      `${collection}/{name}`,
      {
        get: operation([]),
        put: operation(write),
        patch: operation([...write, 'force']),
        delete: operation(['dryRun', 'propagationPolicy']),
      },
    ],
  ];
}

/** The older form, of all versions together. */
function versionTwo(): object {
  const text = JSON.stringify(schemas().definitions, (_key, value: unknown) => olderForm(value));
  const definitions = JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as unknown;
  return {
    swagger: '2.0',
    info: info(),
    paths: Object.fromEntries(RESOURCES.flatMap(pathsOf)) as unknown,
    definitions,
  };
}

/** A schema without what OpenAPI v2 does not have: a reference of its own words, and a choice of types. */
function olderForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { allOf, oneOf } = value as Schema;
  const schema = omit(value as Schema, 'allOf', 'oneOf', 'default');
  if (oneOf !== undefined) return { ...schema, type: 'string' };
  return allOf === undefined ? schema : { ...schema, ...allOf[0] };
}
