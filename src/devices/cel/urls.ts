// Kubernetes' library for URLs, which are read as Go's net/url does.
import { fn, method, passOver, type Library } from './library.ts';
import { BOOL, listOf, mapOf, objectType, STRING } from './types.ts';
import { CelError, CelMap, type CelObject } from './values.ts';

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

export class Url implements CelObject {
  readonly typeName = 'kubernetes.URL';
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly #user: string;
  readonly weight: number;

  /** Throws with the reason when the text is neither an absolute URL nor an absolute path. */
  constructor(text: string) {
    if (/[\x00-\x1f\x7f]/.test(text)) throw new Error('net/url: invalid control character in URL');
    if (text === '') throw new Error('empty url');
    this.weight = 20 * text.length;
    const [, scheme = '', beyond] = /^(?:([A-Za-z][A-Za-z0-9+\-.]*):)?(.*)$/s.exec(
      text,
    ) as unknown as string[];
    if (beyond!.startsWith(':') && scheme === '') throw new Error('missing protocol scheme');
    this.scheme = scheme.toLowerCase();
    const [, rest, query = ''] = /^([^?]*)(?:\?(.*))?$/s.exec(beyond!)! as unknown as string[];
    if (!rest!.startsWith('/') && scheme === '' && text !== '*') throw new Error('invalid URI for request');
    this.query = query.split('#', 1)[0]!;
    const hasAuthority = rest!.startsWith('//') && (scheme !== '' || !rest!.startsWith('///'));
    const [, authority, path] = hasAuthority ? /^\/\/([^/]*)(.*)$/s.exec(rest!)! : [rest, undefined, rest];
    const at = authority?.lastIndexOf('@') ?? -1;
    this.#user = authority?.slice(0, at + 1) ?? '';
    this.host = hostOf(authority?.slice(at + 1) ?? '');
    const isOpaque = scheme !== '' && !rest!.startsWith('/');
    this.path = isOpaque ? '' : path!.split('#', 1)[0]!;
    unescaped(this.path);
  }

  get hostname(): string {
    const bracketed = /^\[(.*)\]/.exec(this.host);
    return bracketed?.[1] ?? this.host.replace(/:\d*$/, '');
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[.*\]/, ''))?.[1] ?? '';
  }

  get escapedPath(): string {
    if (/^(?:[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]]|%[0-9A-Fa-f]{2})*$/.test(this.path)) return this.path;
    return escaped(utf8.encoder.encode(unescaped(this.path)));
  }

  get values(): CelMap {
    const values = new Map<string, string[]>();
    for (const pair of this.query.split('&')) {
      if (pair === '' || pair.includes(';')) continue;
      const [key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair)!.slice(1);
      try {
        const name = unescaped(key.replaceAll('+', ' '));
        const text = unescaped(value.replaceAll('+', ' '));
        const texts = values.get(name);
        if (texts === undefined) values.set(name, [text]);
        else texts.push(text);
      } catch {
        // A pair that is not escaped well is passed over.
      }
    }
    return CelMap.of(values);
  }

  equals(other: Url): boolean {
    return this.toString() === other.toString();
  }

  toString(): string {
    return `${this.scheme}://${this.#user}${this.host}${this.escapedPath}?${this.query}`;
  }
}

function hostOf(host: string): string {
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket === -1) throw new Error("missing ']' in host");
  const colon = host.startsWith('[') ? bracket + 1 : host.lastIndexOf(':');
  const port = colon === -1 ? '' : host.slice(colon);
  if (!/^(?::\d*)?$/.test(port)) throw new Error(`invalid port ${JSON.stringify(port)} after host`);
  // Characters beyond ASCII are allowed.
  const bad = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u{80}-\u{10ffff}]/u.exec(host);
  if (bad !== null) throw new Error(`invalid character ${JSON.stringify(bad[0])} in host name`);
  return host;
}

function unescaped(text: string): string {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text);
  if (bad !== null) throw new Error(`invalid URL escape ${JSON.stringify(bad[0])}`);
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  for (const part of text.split(/(%[0-9A-Fa-f]{2})/)) {
    if (/^%[0-9A-Fa-f]{2}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 16));
    else for (const byte of utf8.encoder.encode(part)) bytes.push(byte);
  }
  return utf8.decoder.decode(Uint8Array.from(bytes));
}

function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character)) return character;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function parsed(text: string): Url {
  try {
    return new Url(text);
  } catch (error) {
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: ${(error as Error).message}`,
    );
  }
}

function isUrl(text: string): boolean {
  try {
    return new Url(text) instanceof Url;
  } catch {
    return false;
  }
}

const URL_TYPE = objectType<Url>('kubernetes.URL');

export const urls: Library = {
  url: [fn('string_to_url', [STRING], URL_TYPE, parsed, passOver(0))],
  isURL: [fn('is_url', [STRING], BOOL, isUrl)],
  getScheme: [method('url_get_scheme', [URL_TYPE], STRING, ({ scheme }) => scheme)],
  getHost: [method('url_get_host', [URL_TYPE], STRING, ({ host }) => host)],
  getHostname: [method('url_get_hostname', [URL_TYPE], STRING, ({ hostname }) => hostname)],
  getPort: [method('url_get_port', [URL_TYPE], STRING, ({ port }) => port)],
  getEscapedPath: [method('url_get_escaped_path', [URL_TYPE], STRING, ({ escapedPath }) => escapedPath)],
  getQuery: [method('url_get_query', [URL_TYPE], mapOf(STRING, listOf(STRING)), ({ values }) => values)],
};
