// Certificates that an authority of the test's own has signed, for servers and for clients.
import { generate, type SubjectAltNameEntry } from 'selfsigned';

/** Both in PEM. */
export interface Pair {
  cert: string;
  key: string;
}

interface Signed {
  /** The common name; a user to an API server. */
  name?: string;
  /** The organization; a group to an API server. */
  group?: string;
  altNames?: SubjectAltNameEntry[];
  endsInMs?: number;
}

const DAY_MS = 86_400_000;
const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

export async function authority(name: string): Promise<Pair> {
  const extensions = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ] as const;
  return pairIn(
    await generate([{ name: 'commonName', value: name }], { ...KEY, extensions: [...extensions] }),
  );
}

export async function signedBy(
  ca: Pair,
  { name = 'server', group, altNames, endsInMs = DAY_MS }: Signed,
): Promise<Pair> {
  const subject = [
    { name: 'commonName', value: name },
    ...(group === undefined ? [] : [{ name: 'organizationName', value: group }]),
  ];
  const made = await generate(subject, {
    ...KEY,
    ca,
    notBeforeDate: new Date(Date.now() - 2 * DAY_MS),
    notAfterDate: new Date(Date.now() + endsInMs),
    extensions: [
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      ...(altNames === undefined ? [] : [{ name: 'subjectAltName', altNames } as const]),
    ],
  });
  return pairIn(made);
}

function pairIn(made: { cert: string; private: string }): Pair {
  return { cert: made.cert, key: made.private };
}
