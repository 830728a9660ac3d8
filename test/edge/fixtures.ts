// A small cluster, and what is sent to the handler about it.
import type { Hono } from 'hono';
import { edgeHandler, type EdgeOptions } from '../../src/edge/index.ts';

export const node = (name: string, cpu = '4') => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { allocatable: { cpu, memory: '8Gi', pods: '110' } },
});

export const pod = (name: string, cpu = '1', spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', resources: { requests: { cpu } } }], ...spec },
});

export const deployment = (name: string, replicas: number, cpu = '1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: pod(name, cpu).spec },
  },
});

export const twoNodes = { apiVersion: 'v1', kind: 'List', items: [node('a'), node('b')] };

export interface Answer {
  status: number;
  body: any;
  headers: Headers;
}

export type Send = (method: string, path: string, body?: unknown, headers?: object) => Promise<Answer>;

/** Sends values as JSON, and texts and streams as they are. */
export function sender(app: Pick<Hono, 'request'>): Send {
  return async (method, path, body, headers = {}) => {
    const isRaw = typeof body === 'string' || body instanceof ReadableStream || body instanceof Uint8Array;
    const response = await app.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined || isRaw ? (body as string | undefined) : JSON.stringify(body),
      duplex: 'half',
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
}

export const handled = (options?: EdgeOptions): Send => sender(edgeHandler(options));
