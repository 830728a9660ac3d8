// Serves the control API: over HTTPS to whom RBAC lets have it, or over HTTP to this machine alone.
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { hostname } from 'node:os';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { addToCount } from '../model/by-key.ts';
import type { Access } from '../model/access.ts';
import { authenticated } from './authenticated.ts';
import { followKeyPair, readKeyPair, selfSignedKeyPair, type CertificateFiles } from './certificate.ts';
import { isLoopback, strangerIn } from './loopback.ts';

export interface Address {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

export interface ControlServer {
  /** "http://host:port" or "https://host:port", with the port that was really taken. */
  url: string;
  /** Stops at once; open connections are cut. */
  close(): Promise<void>;
}

export interface SecureOptions {
  access: Access;
  /** Without them, the certificate signs itself. */
  certificate?: CertificateFiles;
  /** Of a certificate that was changed and cannot be read. */
  onCertificateError: (error: Error) => void;
  /** How often the certificate's files are looked at. */
  pollMs?: number;
}

/** What one client can hold open: requests are short and have no bodies. */
const LIMITS = {
  maxHeaderSize: 32_768,
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
};
const CONNECTIONS_MAX = 256;
/** From one address, so that nobody takes all of them: probes that find none would have the process ended. */
const CONNECTIONS_EACH_MAX = 32;
const CERTIFICATE_POLL_MS = 10_000;

/** The API for those who ask this machine for it, and not for web pages that do. */
function guarded(app: Hono): Hono {
  const outer = new Hono();
  outer.use(async (context, next) => {
    const { host, origin } = context.req.header();
    const error = strangerIn({ host, origin });
    if (error !== undefined) return context.json({ error }, 403);
    await next();
    return undefined;
  });
  outer.route('/', app);
  return outer;
}

/**
 * Serves it over HTTP without asking who it is: on loopback only.
 * Rejects with one message that names the address if that is not possible.
 */
export async function serveControl(app: Hono, address: Address): Promise<ControlServer> {
  checkLoopback(address);
  const server = createPlainServer(LIMITS, listenerOf(guarded(app), address));
  await listen(server, address);
  return { url: `http://${nameOf(address)}:${portOf(server)}`, close: () => close(server) };
}

/** Throws where others than this machine could reach the address. */
export function checkLoopback(address: Address): void {
  if (isLoopback(nameOf(address))) return;
  throw new Error(
    `control API: ${nameOf(address)} is not this machine alone: others need the secure port, which asks who they are`,
  );
}

/** Serves it over HTTPS to who has a bearer token and may have what he asks for; probes to everybody. */
export async function serveSecurely(
  app: Hono,
  address: Address,
  { access, certificate, onCertificateError, pollMs = CERTIFICATE_POLL_MS }: SecureOptions,
): Promise<ControlServer> {
  const pair = certificate === undefined ? await selfSignedKeyPair(hostname()) : readKeyPair(certificate);
  const server = createSecureServer({ ...LIMITS, ...pair }, listenerOf(authenticated(app, access), address));
  await listen(server, address);
  const unfollow = certificate && followKeyPair(certificate, server, { pollMs, onError: onCertificateError });
  return {
    url: `https://${nameOf(address)}:${portOf(server)}`,
    close: () => {
      unfollow?.();
      return close(server);
    },
  };
}

function listenerOf({ fetch }: Hono, { host }: Address): RequestListener {
  const listener = getRequestListener(fetch, { hostname: host });
  return (request, response) => void listener(request, response);
}

/** As a URL has it. */
function nameOf({ host }: Address): string {
  return host.includes(':') ? `[${host}]` : host;
}

function portOf(server: Server | SecureServer): number {
  return (server.address() as AddressInfo).port;
}

async function listen(server: Server | SecureServer, address: Address): Promise<void> {
  server.maxConnections = CONNECTIONS_MAX;
  boundEach(server);
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(new Error(`control API: cannot listen on ${nameOf(address)}:${address.port}: ${error.message}`));
    server.once('error', refuse);
    server.listen(address.port, address.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** Ends connections from an address that has its share. */
function boundEach(server: Server | SecureServer): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress: from = '' } = socket;
    if ((open.get(from) ?? 0) >= CONNECTIONS_EACH_MAX) {
      socket.destroy();
      return;
    }
    addToCount(open, from, 1);
    socket.once('close', () => addToCount(open, from, -1));
  });
}

function close(server: Server | SecureServer): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
