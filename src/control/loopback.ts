// What listens on loopback asks nobody who he is, because only programs of this machine can reach it. A browser is one, and
// works for any web page: a page may send requests here, and after its own name has become this machine's (DNS rebinding)
// it may read the answers too. Its requests carry that name, or the page's origin.
import { isIP } from 'node:net';

/** Whether everybody means his own machine by the name of this host, with or without a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name.toLowerCase() === 'localhost';
}

/** Why a request to a server on loopback is refused; undefined when it is not. */
export function strangerIn({ host = '', origin }: { host?: string; origin?: string }): string | undefined {
  if (!isLoopback(host)) return `only this machine's own names may be asked for, not '${host}'`;
  if (origin === undefined || origin === `http://${host}`) return undefined;
  return `a page of another origin (${origin}) may ask for nothing here`;
}
