// An embedded API, and requests to it as a client of Kubernetes sends them.
import { onTestFinished } from 'vitest';
import { serveEmbedded, type Embedded } from '../../src/dev/embedded/server.ts';

export interface Answer {
  status: number;
  body: any;
  headers: Headers;
}

export class Client {
  readonly embedded: Embedded;

  constructor(embedded: Embedded) {
    this.embedded = embedded;
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.embedded.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && {
        body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  patch(path: string, type: string, body: unknown): Promise<Answer> {
    return this.send('PATCH', path, body, { 'content-type': `application/${type}` });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, body);
  }

  /** The lines of a watch, up to a number of them. */
  async watch(path: string, count: number, accept = 'application/json'): Promise<any[]> {
    const abort = new AbortController();
    const response = await fetch(this.embedded.url + path, { headers: { accept }, signal: abort.signal });
    const lines: unknown[] = [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const whole = text.split('\n');
      text = whole.pop()!;
      lines.push(...whole.filter(Boolean).map((line) => JSON.parse(line) as unknown));
      if (lines.length >= count) break;
    }
    abort.abort();
    return lines.slice(0, count);
  }
}

/** Starts an API with an empty cluster; it ends with the test. */
export async function startClient(): Promise<Client> {
  const embedded = await serveEmbedded();
  onTestFinished(() => embedded.close());
  return new Client(embedded);
}

export const PODS = '/api/v1/namespaces/default/pods';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers: [{ name: 'main', image: 'example.com/main:1' }], ...spec },
  };
}

export function deployment(name: string, spec: object = {}): any {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'example.com/main:1' }] },
      },
      ...spec,
    },
  };
}
