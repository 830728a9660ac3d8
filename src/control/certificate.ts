// What the secure port proves itself with: a certificate in files, read again when they change, or one that signs itself.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { SubjectAltNameEntry } from 'selfsigned';

export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Both in PEM. */
export interface KeyPair {
  cert: string | Buffer;
  key: string | Buffer;
}

/** By which a machine knows itself. */
const NAMES: readonly SubjectAltNameEntry[] = [
  { type: 2, value: 'localhost' },
  { type: 7, ip: '127.0.0.1' },
  { type: 7, ip: '::1' },
];

/** Reads both. Throws an error that names the file, and what is wrong with the pair. */
export function readKeyPair({ cert, key }: CertificateFiles): KeyPair {
  const read = (option: string, file: string) => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new Error(`${option}: ${(error as Error).message}`, { cause: error });
    }
  };
  const pair = { cert: read('--tls-cert-file', cert), key: read('--tls-private-key-file', key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new Error(`${cert} and ${key} are no certificate and its key: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return pair;
}

/** A certificate for a year that nobody has signed but itself: it keeps what is said secret from who only listens. */
export async function selfSignedKeyPair(host: string): Promise<KeyPair> {
  // only now: reading the library takes longer than what it does
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [...NAMES, { type: 2, value: host }] }],
  });
  return { cert: made.cert, key: made.private };
}

/** Has the server use what is in the files from now on, whenever that changes. Returns what ends it. */
export function followKeyPair(
  files: CertificateFiles,
  server: Pick<Server, 'setSecureContext'>,
  { pollMs, onError }: { pollMs: number; onError: (error: Error) => void },
): () => void {
  const renew = () => {
    try {
      server.setSecureContext(readKeyPair(files));
    } catch (error) {
      // one of the two is written and the other is not yet: until it is, the pair before is served
      onError(error as Error);
    }
  };
  const paths = [files.cert, files.key];
  for (const path of paths) watchFile(path, { persistent: false, interval: pollMs }, renew);
  return () => {
    for (const path of paths) unwatchFile(path, renew);
  };
}
