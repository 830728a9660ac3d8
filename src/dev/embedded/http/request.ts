// What a request asks for: its target, its options, and the object in its body.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { yamlDocuments } from '../../../model/yaml.ts';
import type { FieldValidation } from '../schema/decode.ts';
import { resourceOfPath, type Resource } from '../schema/resources.ts';
import { schemaName } from '../schema/schemas.ts';
import { ApiError, badRequest, noSuchPath } from './errors.ts';
import { decodeProtobuf } from './protobuf.ts';

export interface ApiRequest {
  method: string;
  /** Without a slash at its end. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Where a request goes. */
export interface Target {
  resource: Resource;
  /** Empty for all namespaces, and for what has none. */
  namespace: string;
  name: string | undefined;
  subresource: string | undefined;
}

/** As large as the API server takes. */
const BODY_MAX_BYTES = 3 * 1024 * 1024;
const MANAGER_MAX = 128;

const GROUP_VERSION = String.raw`\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))`;
const PATH = new RegExp(
  String.raw`^${GROUP_VERSION}(?:\/namespaces\/([^/]+)(?=\/[^/]+))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+)(?:\/.*)?)?)?$`,
);
/** A namespace's own subresources look like resources in it. */
const NAMESPACE_PATH = /^\/api\/v1\/namespaces\/([^/]+)\/(status|finalize)$/;

/** Reads a request to its end. Throws ApiError 413 for a body that is too large. */
export async function readRequest(request: IncomingMessage): Promise<ApiRequest> {
  const { method = 'GET', headers } = request;
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  if (url === null) throw badRequest('the path of the request cannot be read');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > BODY_MAX_BYTES) {
      const message = `Request entity too large: limit is ${BODY_MAX_BYTES}`;
      throw new ApiError(413, 'RequestEntityTooLarge', message);
    }
    chunks.push(chunk as Buffer);
  }
  const path = url.pathname.replace(/\/$/, '');
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  return { method: method === 'HEAD' ? 'GET' : method, path, query: url.searchParams, headers, body };
}

/** Throws ApiError 404 for a path that is not served. */
export function targetOf(path: string): Target {
  const [, of, part] = NAMESPACE_PATH.exec(path) ?? [];
  if (of !== undefined) {
    const resource = resourceOfPath('v1', 'namespaces')!;
    return { resource, namespace: '', name: decoded(of), subresource: part };
  }
  const [, core, group, namespace = '', resourceName = '', name, subresource] = PATH.exec(path) ?? [];
  const resource = resourceOfPath(core ?? group ?? '', resourceName);
  if (resource === undefined || !hasSubresource(resource, subresource)) throw noSuchPath();
  // An object is found by its namespace exactly if its resource has namespaces.
  if (name !== undefined && resource.namespaced !== (namespace !== '')) throw noSuchPath();
  return {
    resource,
    namespace: decoded(namespace),
    name: name === undefined ? undefined : decoded(name),
    subresource,
  };
}

function hasSubresource(resource: Resource, name: string | undefined): boolean {
  if (name === undefined) return true;
  return name === 'status' ? resource.hasStatus : resource.subresources.includes(name);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`the path of the request cannot be read: ${part}`);
  }
}

/** The options that a write has in its query. */
export interface QueryOptions {
  dryRun: boolean;
  manager: string | undefined;
  validation: FieldValidation;
  force: boolean;
}

/** Throws ApiError 400. */
export function optionsOf({ query }: ApiRequest): QueryOptions {
  const manager = query.get('fieldManager') ?? undefined;
  if (manager !== undefined && manager.length > MANAGER_MAX) {
    throw badRequest(`fieldManager: may not be more than ${MANAGER_MAX} bytes`);
  }
  const validation = query.get('fieldValidation') || 'Warn';
  if (validation !== 'Ignore' && validation !== 'Strict' && validation !== 'Warn') {
    throw badRequest(`fieldValidation: unknown directive "${validation}"`);
  }
  return {
    dryRun: isDryRun(query.getAll('dryRun')),
    manager: manager || undefined,
    validation,
    force: query.get('force') === 'true',
  };
}

/** Whether a write is to be tried only. Throws ApiError 400 for a directive that is not known. */
export function isDryRun(directives: unknown): boolean {
  if (!Array.isArray(directives)) return false;
  const unknown = (directives as unknown[]).find((one) => one !== 'All' && one !== '');
  if (unknown !== undefined) throw badRequest(`dryRun: unknown directive ${JSON.stringify(unknown)}`);
  return directives.includes('All');
}

/** The media type of a request's body, without parameters. */
export function contentTypeOf({ headers }: ApiRequest): string {
  return (headers['content-type'] ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
}

/** The value in a request's body: JSON, YAML, or Kubernetes' protobuf. Throws ApiError 400 or 415. */
export function bodyOf(request: ApiRequest): unknown {
  const contentType = contentTypeOf(request);
  switch (contentType) {
    case 'application/json':
      return parseJson(request.body);
    case 'application/yaml':
      return parseYamlBody(request.body);
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(request.body, messageName);
    default:
      throw unsupportedMediaType(contentType);
  }
}

export function unsupportedMediaType(contentType: string): ApiError {
  const message = `the body of the request was in an unknown format: ${JSON.stringify(contentType)}`;
  return new ApiError(415, 'UnsupportedMediaType', message);
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw badRequest(`the body of the request is not JSON: ${(error as Error).message}`);
  }
}

/** One YAML document; JSON is YAML too. */
export function parseYamlBody(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text.trimStart().startsWith('{')) return parseJson(body);
  const [document] = yamlDocuments(text);
  const problem = document?.error ?? document?.duplicate;
  if (problem !== undefined) throw badRequest(`the body of the request: ${problem}`);
  return document?.values[0];
}

function messageName(apiVersion: string, kind: string): string {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  // Options are of every group.
  const of = kind === 'DeleteOptions' ? { group: '', version: 'v1', kind } : { group, version, kind };
  try {
    return schemaName(of);
  } catch {
    throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
  }
}
