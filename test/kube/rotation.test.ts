// Certificates that change while the transport is in use.
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { createSecureServer } from 'node:http2';
import { expect, it, onTestFinished } from 'vitest';
import { anonymousCredentials, type Credentials } from '../../src/kube/credentials.ts';
import { Transport } from '../../src/kube/transport.ts';
import { selfSigned } from './certificate.ts';

it.each(['HTTP/2', 'HTTP/1.1'])('of the client are those of the next request over %s', async (protocol) => {
  const server = selfSigned();
  const [one, two] = [selfSigned(), selfSigned()];
  const ends: (() => void)[] = [];
  const seen: (string | undefined)[] = [];
  const options = { ...server, requestCert: true, rejectUnauthorized: false };
  const answer = (request: { socket: object; url?: string }, end: (text: string) => void) => {
    seen.push(
      (request.socket as TLSSocket)
        .getPeerX509Certificate()
        ?.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    );
    if (request.url === '/slow') ends.push(() => end('{}'));
    else end('{}');
  };
  const listening =
    protocol === 'HTTP/2'
      ? createSecureServer(options, (request, response) => answer(request, (text) => response.end(text)))
      : createServer(options, (request, response) => answer(request, (text) => response.end(text)));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const ca = Buffer.from(server.cert);
  let tls = { ca, ...one };
  const credentials: Credentials = {
    ...anonymousCredentials(url),
    get tls() {
      return tls;
    },
  };
  const transport = new Transport(credentials);
  onTestFinished(async () => {
    await transport.close();
    listening.close();
  });
  await transport.request('GET', '/');
  const slow = transport.request('POST', '/slow', {});
  await expect.poll(() => ends.length).toBe(1);
  tls = { ca, ...two };
  expect((await transport.request('GET', '/')).status).toBe(200);
  ends[0]!();
  // what was under way ends as it began
  expect((await slow).status).toBe(200);
  expect(seen[0]).toBe(seen[1]);
  expect(seen[2]).not.toBe(seen[1]);
});
