// What is sent back, and in which of the forms that a client accepts.
import type { ServerResponse } from 'node:http';
import { ApiError } from './errors.ts';

export interface Answer {
  status: number;
  body: string;
  /** Told to the client beside the answer. */
  warnings?: string[];
  contentType?: string;
}

const JSON_TYPE = 'application/json';

export function ok(body: string, warnings?: string[]): Answer {
  return { status: 200, body, ...(warnings && { warnings }) };
}

export function created(body: string, warnings?: string[]): Answer {
  return { status: 201, body, ...(warnings && { warnings }) };
}

export function send(response: ServerResponse, { status, body, warnings = [], contentType }: Answer): void {
  if (warnings.length > 0) {
    response.setHeader(
      'warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  }
  response.writeHead(status, {
    'content-type': contentType ?? JSON_TYPE,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** How objects are to be answered: whole, as rows of a table, or their metadata alone. */
export type Form = 'metadata' | 'object' | 'table';

const FORMS: Readonly<Record<string, Form>> = {
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
  Table: 'table',
};

/** The first form that a client accepts and that there is. Throws ApiError 406 if there is none. */
export function formOf(accept: string | undefined): Form {
  for (const range of (accept ?? JSON_TYPE).split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (!['*/*', 'application/*', JSON_TYPE].includes(type)) continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice('as='.length);
    if (as === undefined) return 'object';
    const isMeta = parameters.includes('g=meta.k8s.io') && parameters.includes('v=v1');
    if (isMeta && Object.hasOwn(FORMS, as)) return FORMS[as]!;
  }
  const message = `only the following media types are accepted: ${JSON_TYPE}`;
  throw new ApiError(406, 'NotAcceptable', message);
}
