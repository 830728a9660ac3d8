// Where the API server is and how to prove who we are to it.
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { KubeConfig, type User } from '@kubernetes/client-node';
import { ExecPlugin, type ExecCredential } from './exec-plugin.ts';
import { proxyFromEnvironment } from './proxy.ts';
import { readKubeconfigs, type KubeconfigDocument } from './kubeconfig.ts';

/** What a connection is made with, in PEM. */
export interface TlsIdentity {
  /** Of the server's certificate; without it, those that everybody trusts. */
  ca?: Buffer;
  cert?: Buffer | string;
  key?: Buffer | string;
}

/** What the transport needs to reach one API server. */
export interface Credentials {
  /** The server's URL without a trailing slash, possibly with a path. */
  server: string;
  /** What the credentials were read from, to be named in errors. */
  source: string;
  /** One object until what it holds changes; headers() looks after that. */
  readonly tls: TlsIdentity;
  /** The name that the server's certificate must carry, if it is not the URL's host. */
  serverName?: string;
  skipTLSVerify: boolean;
  /** The URL of an http, https or socks5 proxy. */
  proxy?: string;
  /** The headers that authenticate a request sent now, in one object until they change. Throws when a token cannot be had. */
  headers(): Promise<Record<string, string>>;
  /**
   * To be called when the server refuses these headers: the next call of headers() obtains new ones. Those that were obtained
   * meanwhile stay, since one fault of the credentials is told by every request that was under way.
   */
  renew(refused: Record<string, string>): void;
}

/** Files of tokens and certificates are read again after this time. */
const KEPT_MS = 60_000;
/** So long credentials are kept at the least, also those that have expired when they come. */
const KEPT_LEAST_MS = 1000;

const NO_HEADERS = Promise.resolve({});

/** For a server that asks for no credentials, such as the embedded one. */
export function anonymousCredentials(server: string): Credentials {
  return {
    server: server.replace(/\/+$/, ''),
    source: server,
    tls: {},
    skipTLSVerify: false,
    headers: () => NO_HEADERS,
    renew: () => undefined,
  };
}

/**
 * Loads the given kubeconfig; without one, the files of KUBECONFIG, ~/.kube/config, or the service account
 * that a pod finds in its cluster, in this order.
 * Throws an Error that names the file and what is wrong with it.
 */
export async function loadCredentials(kubeconfig?: string): Promise<Credentials> {
  const files = kubeconfig === undefined ? defaultFiles() : [kubeconfig];
  if (files.length > 0) {
    const source = `kubeconfig ${files.join(delimiter)}`;
    return fromDocument(source, readKubeconfigs(files));
  }
  if (process.env.KUBERNETES_SERVICE_HOST === undefined) {
    throw new Error('no kubeconfig: name one with --kubeconfig or KUBECONFIG, or run inside a cluster');
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  return fromConfig('in-cluster service account', config);
}

function defaultFiles(): string[] {
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed;
  const home = join(homedir(), '.kube', 'config');
  return existsSync(home) ? [home] : [];
}

function fromDocument(source: string, document: KubeconfigDocument): Promise<Credentials> {
  const config = new KubeConfig();
  try {
    config.loadFromString(JSON.stringify(document));
  } catch (error) {
    throw new Error(`${source}: ${(error as Error).message}`, { cause: error });
  }
  const entry = document.clusters.find(({ name }) => name === config.getCurrentCluster()?.name);
  return fromConfig(source, config, entry?.cluster);
}

/** `entry` is the cluster as the kubeconfig has it. */
async function fromConfig(source: string, config: KubeConfig, entry?: unknown): Promise<Credentials> {
  const context = config.getCurrentContext();
  if (!context) throw new Error(`${source}: current-context is not set`);
  if (config.getContextObject(context) === null) throw new Error(`${source}: no context named "${context}"`);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${source}: the cluster of context "${context}" is not defined`);
  if (config.getCurrentUser() === null) {
    throw new Error(`${source}: the user of context "${context}" is not defined`);
  }
  const server = parseUrl(source, `the server of cluster "${cluster.name}"`, cluster.server, [
    'http:',
    'https:',
  ]);
  if (cluster.proxyUrl) {
    const protocols = ['http:', 'https:', 'socks5:'];
    parseUrl(source, `the proxy-url of cluster "${cluster.name}"`, cluster.proxyUrl, protocols);
  }

  const authenticator = new Authenticator(source, config, entry);
  await authenticator.headers();
  return {
    server: server.origin + server.pathname.replace(/\/+$/, ''),
    source,
    get tls() {
      return authenticator.tls;
    },
    serverName: cluster.tlsServerName,
    skipTLSVerify: cluster.skipTLSVerify,
    proxy: cluster.proxyUrl || proxyFromEnvironment(server),
    headers: () => authenticator.headers(),
    renew: (refused) => authenticator.renew(refused),
  };
}

function parseUrl(source: string, what: string, text: string, protocols: string[]): URL {
  // The text itself may hold a password, so that no error repeats it.
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    throw new Error(`${source}: ${what} must be a URL of ${protocols.join(' or ')}`);
  }
  return url;
}

function readCertificateAuthority(
  source: string,
  { caData, caFile }: { caFile?: string; caData?: string },
): Buffer | undefined {
  if (!caData && !caFile) return undefined;
  try {
    const ca = caData ? Buffer.from(caData, 'base64') : readFileSync(caFile!);
    // TLS passes over what it cannot read, and then says only that it trusts nobody.
    new X509Certificate(ca);
    return ca;
  } catch (error) {
    throw new Error(`${source}: certificate-authority: ${(error as Error).message}`, { cause: error });
  }
}

interface Asked {
  until: number;
  headers: Promise<Record<string, string>>;
  /** The headers when they are there. */
  given?: Record<string, string>;
}

/** Asks client-node for the user's certificates and token (files, OIDC and the rest), and exec plugins itself. */
class Authenticator {
  /** As it was read last. */
  tls: TlsIdentity = {};
  #isRead = false;
  readonly #source: string;
  readonly #config: KubeConfig;
  readonly #user: User;
  readonly #plugin: ExecPlugin | undefined;
  #provider: KubeConfig;
  // One promise for all requests of a minute, so that a burst of them starts one exec plugin.
  #current: Asked | undefined;

  /** Throws when the user's exec plugin could not be run. */
  constructor(source: string, config: KubeConfig, entry: unknown) {
    this.#source = source;
    this.#config = config;
    const { exec, ...user } = config.getCurrentUser() as Omit<User, 'exec'> & { exec?: object };
    this.#user = user;
    try {
      if (exec) this.#plugin = new ExecPlugin(exec, describedCluster(source, config, entry));
    } catch (error) {
      throw new Error(`${source}: user "${user.name}": exec: ${(error as Error).message}`, { cause: error });
    }
    this.#provider = this.#newProvider();
  }

  renew(refused: Record<string, string>): void {
    // others were given since, or are being asked for
    if (this.#current?.given !== refused) return;
    this.#current = undefined;
    this.#plugin?.forget();
    this.#provider = this.#newProvider();
  }

  /** client-node caches tokens inside a KubeConfig; it applies none to plain http, hence the stand-in. */
  #newProvider(): KubeConfig {
    const provider = new KubeConfig();
    const cluster = { name: 'cluster', server: 'https://cluster', skipTLSVerify: false };
    provider.loadFromClusterAndUser(cluster, this.#user);
    return provider;
  }

  headers(): Promise<Record<string, string>> {
    const now = Date.now();
    if (this.#current === undefined || this.#current.until <= now) {
      const current: Asked = { until: Infinity, headers: this.#read((until) => (current.until = until)) };
      this.#current = current;
      current.headers.then(
        (headers) => (current.given = headers),
        () => {
          if (this.#current === current) this.#current = undefined;
        },
      );
    }
    return this.#current.headers;
  }

  async #read(keepUntil: (ms: number) => void): Promise<Record<string, string>> {
    const { credential, ...options } = await this.#ask();
    const now = Date.now();
    const expires = Math.max(now + KEPT_LEAST_MS, credential?.expires ?? Infinity);
    keepUntil(Math.min(now + KEPT_MS, expires));
    try {
      const next = this.#identityIn(options);
      if (!isDeepStrictEqual(next, this.tls)) this.tls = next;
    } catch (error) {
      // one of two files is written and the other is not yet: until the next time it is as it was
      if (!this.#isRead) throw error;
    }
    this.#isRead = true;
    return requestHeaders(options);
  }

  /** Throws when no connection could be made with it. */
  #identityIn(options: RequestOptions): TlsIdentity {
    const ca = readCertificateAuthority(this.#source, this.#config.getCurrentCluster()!);
    const { cert, key } = options as TlsIdentity;
    try {
      createSecureContext({ cert, key });
      return { ca, cert, key };
    } catch (error) {
      const context = this.#config.getCurrentContext();
      const reason = (error as Error).message;
      throw new Error(`${this.#source}: the client certificate of context "${context}": ${reason}`, {
        cause: error,
      });
    }
  }

  async #ask(): Promise<RequestOptions & { credential?: ExecCredential }> {
    const options: RequestOptions = {};
    try {
      await this.#provider.applyToHTTPSOptions(options);
      const headers = options.headers as Record<string, string> | undefined;
      const hasOwn = Boolean(headers?.Authorization ?? options.auth ?? options.cert);
      // as in client-go, a token, a password or a certificate is used without asking the plugin
      if (this.#plugin === undefined || hasOwn) return options;
      const credential = await this.#plugin.credential();
      const { token, cert, key } = credential;
      const withToken = token === undefined ? headers : { ...headers, Authorization: `Bearer ${token}` };
      return { ...options, headers: withToken, ...(cert !== undefined && { cert, key }), credential };
    } catch (error) {
      // a parser's error quotes what it read, which may hold a token
      const reason = error instanceof SyntaxError ? 'an answer is not JSON' : (error as Error).message.trim();
      throw new Error(`${this.#source}: credentials of user "${this.#user.name}": ${reason}`);
    }
  }
}

/** What an exec plugin that asks for it is told of the cluster, with what the kubeconfig has for plugins. */
function describedCluster(source: string, config: KubeConfig, entry: unknown): object {
  const cluster = config.getCurrentCluster()!;
  const { extensions } = (entry ?? {}) as { extensions?: { name?: unknown; extension?: unknown }[] };
  const own = Array.isArray(extensions) && extensions.find(({ name }) => name === EXEC_EXTENSION);
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
    'certificate-authority-data': readCertificateAuthority(source, cluster)?.toString('base64'),
    'proxy-url': cluster.proxyUrl || undefined,
    config: own ? own.extension : undefined,
  };
}

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

function requestHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // Token files usually end in a newline, which no header may hold.
    if (value !== undefined) headers[name.toLowerCase()] = String(value).trim();
  }
  return headers;
}
