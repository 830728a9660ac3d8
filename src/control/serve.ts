// Serves the control API over HTTP.
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { isLoopback, strangerIn } from './loopback.ts';

export interface ControlServer {
  /** "http://host:port", with the port that was really taken. */
  url: string;
  /** Stops at once; open connections are cut. */
  close(): Promise<void>;
}

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
 * Listens on `host`, loopback if none is named, because the API asks nobody who he is; port 0 takes a free one.
 * Rejects with one message that names the address if that is not possible.
 */
export async function serveControl(
  app: Hono,
  { host = '127.0.0.1', port }: { host?: string; port: number },
): Promise<ControlServer> {
  const name = host.includes(':') ? `[${host}]` : host;
  const { fetch } = isLoopback(name) ? guarded(app) : app;
  const server = createAdaptorServer({ fetch, hostname: host });
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(new Error(`control API: cannot listen on ${name}:${port}: ${error.message}`));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  return {
    url: `http://${name}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
