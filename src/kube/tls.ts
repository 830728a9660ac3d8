// How a TLS connection to an API server is made, whatever is spoken on it.
import type { ConnectionOptions } from 'node:tls';
import { UnsentError, UntrustedError } from './carrier.ts';
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

const UNTRUSTED_SIGNER = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);
const OUT_OF_TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Why no connection could be made, in the words of who has to mend it where it is the server's certificate. */
export function connectFailure(error: Error, { serverName }: Credentials): UnsentError {
  const { code = '', message } = error as { code?: string; message: string };
  const untrusted = (reason: string) => new UntrustedError(reason, { cause: error });
  if (UNTRUSTED_SIGNER.has(code))
    return untrusted(`its certificate is signed by nobody whom certificate-authority names: ${message}`);
  if (OUT_OF_TIME.has(code)) return untrusted(message);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { reason } = error as { reason?: string };
    const remedy = serverName === undefined ? '; tls-server-name can name another host' : '';
    return untrusted(`its certificate is for others: ${reason ?? message}${remedy}`);
  }
  return new UnsentError(message || code, { cause: error });
}
