// A server that speaks TLS, for the tests of what is sent to it.
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { anonymousCredentials } from '../../../src/kube/credentials.ts';
import type { Http2Client } from '../../../src/kube/dial.ts';
import { Transport, type TransportOptions } from '../../../src/kube/transport.ts';
import { selfSigned } from '../certificate.ts';
import { TestClock } from '../harness.ts';

export const POD = '/api/v1/namespaces/default/pods/pod-a';
export const { cert, key } = selfSigned();

type Answering = (request: Http2ServerRequest, response: Http2ServerResponse, nth: number) => void;

interface Server {
  transport: Transport;
  clock: TestClock;
  sessions: ServerHttp2Session[];
  /** "METHOD path" of each request. */
  requests: string[];
}

interface ServeOptions extends SecureServerOptions {
  /** Of the transport. */
  timeoutMs?: number;
}

export interface Servers {
  /** A server that speaks HTTP/2, and how it answers its n-th request. */
  serve(answer: Answering, options?: ServeOptions): Promise<Server>;
  transportTo(server: TlsServer, options?: TransportOptions): Promise<Transport>;
}

/** Servers for the present test, and transports to them by one of the two clients. */
export function serversFor(http2Client: Http2Client): Servers {
  const transportTo = async (server: TlsServer, options?: TransportOptions): Promise<Transport> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { ...anonymousCredentials(url), tls: { ca: Buffer.from(cert) } };
    const transport = new Transport(credentials, {
      http2Client,
      clock: new TestClock(),
      random: () => 0,
      ...options,
    });
    onTestFinished(async () => {
      await transport.close();
      server.close();
    });
    return transport;
  };
  const serve = async (answer: Answering, options: ServeOptions = {}): Promise<Server> => {
    const { timeoutMs, ...serverOptions } = options;
    const sessions: ServerHttp2Session[] = [];
    const requests: string[] = [];
    const server = createSecureServer({ cert, key, ...serverOptions });
    server.on('session', (session) => sessions.push(session));
    server.on('request', (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response, requests.length);
    });
    const clock = new TestClock();
    const transport = await transportTo(server, { clock, timeoutMs });
    onTestFinished(() => sessions.forEach((session) => session.destroy()));
    return { transport, clock, sessions, requests };
  };
  return { serve, transportTo };
}

export function json(response: Http2ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
