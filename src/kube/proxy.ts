// The proxy that the environment names for a server, by the rules of Go's clients: kubectl and kube-scheduler follow them.
import { BlockList, isIP } from 'node:net';

const SCHEMES = ['http:', 'https:', 'socks5:'];

/** Its URL; undefined when there is none for this server. Throws an Error that names the variable, not what it holds. */
export function proxyFromEnvironment(server: URL, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const named = variable(env, name);
  if (named === undefined || isExcepted(server, variable(env, 'NO_PROXY') ?? '')) return undefined;
  const url = URL.parse(named.includes('://') ? named : `http://${named}`);
  if (url === null || !SCHEMES.includes(url.protocol))
    throw new Error(`${name} must be a URL of ${SCHEMES.join(' or ')}`);
  return url.href;
}

function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] || env[name.toLowerCase()] || undefined;
}

/** Whether the server is this machine, or one that the list names. */
function isExcepted(server: URL, list: string): boolean {
  const host = bare(server.hostname);
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || (isIP(host) !== 0 && isIn(host, LOOPBACK))) return true;
  return list.split(',').some((entry) => {
    const item = entry.trim().toLowerCase();
    return item === '*' || (item !== '' && names(item, host, port));
  });
}

/** Whether an entry of the list means the host: an address, a network, or a name with all that end in it; with a port or not. */
function names(item: string, host: string, port: string): boolean {
  const network = networkOf(item);
  if (network !== undefined) return isIP(host) !== 0 && isIn(host, network);
  const [, bracketed, plain, itemPort] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(item) ?? [];
  const name = bracketed ?? plain ?? bare(item);
  if (name === '' || (itemPort !== undefined && itemPort !== port)) return false;
  if (isIP(name) !== 0) return isIP(host) !== 0 && isIn(host, addressAlone(name));
  if (isIP(host) !== 0) return false;
  const suffix = name.replace(/^\*\./, '.');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

function networkOf(item: string): BlockList | undefined {
  const [, address, bits] = /^([0-9a-f.:]+)\/(\d+)$/.exec(item) ?? [];
  if (address === undefined || isIP(address) === 0) return undefined;
  if (Number(bits) > (isIP(address) === 4 ? 32 : 128)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, Number(bits), familyOf(address));
  return network;
}

function addressAlone(address: string): BlockList {
  const list = new BlockList();
  list.addAddress(address, familyOf(address));
  return list;
}

function isIn(address: string, list: BlockList): boolean {
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** A URL has brackets around an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
