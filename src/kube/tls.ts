// How a TLS connection to an API server is made, whatever is spoken on it.
import type { ConnectionOptions } from 'node:tls';
import type { Credentials } from './credentials.ts';

export const CONNECT_TIMEOUT_MS = 10_000;
/** Finds a peer that vanished without closing its connection. */
const TCP_KEEPALIVE_MS = 30_000;

export function tlsOptions({ tls, serverName, skipTLSVerify }: Credentials): ConnectionOptions {
  return {
    ...tls,
    ...(serverName !== undefined && { servername: serverName }),
    ...(skipTLSVerify && { rejectUnauthorized: false }),
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
  } as ConnectionOptions;
}
