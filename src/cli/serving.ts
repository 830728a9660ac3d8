// Where `coset run` serves its control API: kube-scheduler's flags for its secure port, and one for a port of this machine.
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import { readKeyPair, type CertificateFiles } from '../control/certificate.ts';
import {
  checkLoopback,
  serveControl,
  serveSecurely,
  type Address,
  type ControlServer,
} from '../control/serve.ts';
import { AccessReviews } from '../kube/access-reviews.ts';
import type { Transport } from '../kube/transport.ts';

export interface ServingOptions {
  securePort: number;
  bindAddress: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  control?: Address;
}

export function addServing(command: Command): void {
  command
    .option(
      '--secure-port <port>',
      'where the control API is served over HTTPS to who has a bearer token and may have it by RBAC; 0: nowhere',
      port,
      10_259,
    )
    .option('--bind-address <address>', 'on which the secure port listens', '0.0.0.0')
    .option('--tls-cert-file <file>', 'the certificate of the secure port (default: one that signs itself)')
    .option('--tls-private-key-file <file>', 'its key')
    .addOption(
      new Option(
        '--control <host:port>',
        'serve the control API without a token as well, to this machine alone; port 0 takes a free one',
      ).argParser(address),
    );
}

/** Throws where these options cannot be served, whatever the API server says. */
export function checkServing(options: ServingOptions): void {
  const certificate = certificateIn(options);
  if (certificate !== undefined && options.securePort !== 0) readKeyPair(certificate);
  if (options.control !== undefined) checkLoopback(options.control);
}

/** Serves it at all addresses that were asked for, or at none. Throws when one cannot be listened on. */
export async function serveControlApi(
  app: Hono,
  options: ServingOptions,
  { transport, log }: { transport: Transport; log: Logger },
): Promise<ControlServer[]> {
  const { securePort, bindAddress, control } = options;
  const certificate = certificateIn(options);
  const servers: ControlServer[] = [];
  try {
    if (control !== undefined) servers.push(await serveControl(app, control));
    if (securePort === 0) return servers;
    const secure = await serveSecurely(
      app,
      { host: bindAddress, port: securePort },
      {
        access: new AccessReviews(transport),
        certificate,
        onCertificateError: ({ message }) => log.warn({ error: message }, 'the certificate was not renewed'),
      },
    );
    return [...servers, secure];
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
}

function certificateIn({ tlsCertFile, tlsPrivateKeyFile }: ServingOptions): CertificateFiles | undefined {
  if (tlsCertFile === undefined && tlsPrivateKeyFile === undefined) return undefined;
  if (tlsCertFile === undefined || tlsPrivateKeyFile === undefined) {
    throw new Error('--tls-cert-file and --tls-private-key-file are needed together');
  }
  return { cert: tlsCertFile, key: tlsPrivateKeyFile };
}

/** HOST:PORT; port 0 takes a free one. */
function address(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  const number = Number(match?.[3]);
  if (match === null || number > 65_535) throw new InvalidArgumentError('It must be HOST:PORT.');
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port: number };
}

/** A port's number from the command line. */
export function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  }
  return Number(text);
}
