// Connections to an API server, and what it speaks on them.
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Carrier } from './carrier.ts';
import type { Credentials } from './credentials.ts';
import { Http1Carrier } from './http1-carrier.ts';
import { Http2Carrier } from './http2-carrier.ts';
import { NodeHttp2Carrier } from './node-http2-carrier.ts';
import { CONNECT_TIMEOUT_MS, connectFailure, tlsOptions } from './tls.ts';

/** What speaks HTTP/2: coset's own client, or Node's. */
export const HTTP2_CLIENTS = ['coset', 'node'] as const;
export type Http2Client = (typeof HTTP2_CLIENTS)[number];

export interface DialOptions {
  timeoutMs: number;
  http2Client: Http2Client;
}

/**
 * A new way to the server: one connection of HTTP/2 where it speaks that, else a pool of HTTP/1.1. The signal gives it up
 * while it is made.
 */
export function dial(
  credentials: Credentials,
  { timeoutMs, http2Client }: DialOptions,
  signal: AbortSignal,
): Promise<Carrier> {
  const { protocol, hostname, port, host } = new URL(credentials.server);
  if (protocol !== 'https:' || credentials.proxy !== undefined) {
    return Promise.resolve(new Http1Carrier(credentials, timeoutMs));
  }
  // a URL has brackets around an IPv6 address
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      host: name,
      port: Number(port || 443),
      ...(isIP(name) === 0 && { servername: name }),
      ...tlsOptions(credentials),
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const late = new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`);
    const timer = setTimeout(() => socket.destroy(late), CONNECT_TIMEOUT_MS);
    const giveUp = () => socket.destroy(new Error('the connection is closed'));
    signal.addEventListener('abort', giveUp);
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    const fail = (error: Error) => {
      end();
      reject(connectFailure(error, credentials));
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      end();
      socket.off('error', fail);
      // a request is no use while it waits to be sent with others
      socket.setNoDelay(true);
      if (socket.alpnProtocol === 'h2') {
        const Http2 = http2Client === 'node' ? NodeHttp2Carrier : Http2Carrier;
        resolve(new Http2(socket, host, timeoutMs));
        return;
      }
      socket.destroy();
      resolve(new Http1Carrier(credentials, timeoutMs));
    });
  });
}
