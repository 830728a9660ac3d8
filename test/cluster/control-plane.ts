import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from './binaries.ts';
import { Client } from './client.ts';
import { atExit, Daemon, removeFolder, until } from './processes.ts';
import { AUDIT_POLICY, createAccount, forbiddenIn } from './service-account.ts';

/** Arguments of an API server that has pod groups, which are not there by default. */
export const WITH_POD_GROUPS = [
  '--feature-gates=GenericWorkload=true',
  '--runtime-config=scheduling.k8s.io/v1beta1=true',
];

/** A running etcd and kube-apiserver, and how to reach them. */
export interface ControlPlane {
  /** https://address:port */
  server: string;
  /** The certificate, in PEM, that the server's own is checked by. */
  ca: string;
  /** A bearer token of the group system:masters. */
  token: string;
  /** A kubeconfig with that token. */
  kubeconfigPath: string;
  /** A kubeconfig of the user system:kube-scheduler, who may do what the RBAC bootstrap roles let a scheduler do. */
  schedulerKubeconfigPath: string;
  /** A kubeconfig of the service account that deploy/ gives to coset. */
  cosetKubeconfigPath: string;
  /** What service accounts have asked for. */
  auditPath: string;
  /** This process's environment with KUBECONFIG set to the first kubeconfig. */
  env: NodeJS.ProcessEnv;
  /** A folder for files of the test; it goes with the control plane. */
  folder: string;
  /** etcd's own URL, without credentials. */
  etcd: string;
  /** Both programs. */
  daemons: readonly Daemon[];
  /** Requests as system:masters. */
  client: Client;
  /** Ends both programs and removes all their files. Throws when the service account was refused anything. */
  stop(): Promise<void>;
}

const readySeconds = 60;

/** Below those that Linux gives to outgoing connections, one of which could have the port before its server. */
const SERVED_PORTS = [10_000, 32_768] as const;

/** A kubeconfig with one cluster and one user (JSON is YAML). */
export function kubeconfig(server: string, ca: string, token: string): string {
  const name = 'coset-test';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** TCP ports that are free on the address now. */
export async function freePorts(address: string, count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(...SERVED_PORTS);
    const server = createServer();
    try {
      await new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(port, address, resolve),
      );
      await new Promise((resolve) => server.close(resolve));
      ports.add(port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return [...ports];
}

/**
 * Starts etcd and kube-apiserver and resolves when the API is ready for pods. There is no controller manager, so
 * nothing makes service accounts or taints nodes; what would wait for that is switched off.
 * @param options.address the API server's own address, for a client that cannot reach loopback
 * @param options.apiserverArgs more arguments for kube-apiserver
 */
export async function startControlPlane(
  options: { address?: string; apiserverArgs?: string[] } = {},
): Promise<ControlPlane> {
  const { address = '127.0.0.1', apiserverArgs = [] } = options;
  const [etcdPath, apiserverPath] = [await binary('etcd'), await binary('kube-apiserver')];
  const folder = mkdtempSync(join(tmpdir(), 'coset-control-plane-'));
  const daemons: Daemon[] = [];
  const forget = atExit(() => {
    for (const daemon of daemons) daemon.kill();
    removeFolder(folder);
  });
  const stop = async (): Promise<void> => {
    // The API server first: without its etcd it would wait before it ends.
    for (const daemon of daemons.reverse()) await daemon.stop();
    removeFolder(folder);
    forget();
  };

  try {
    const [etcdPort, peerPort] = (await freePorts('127.0.0.1', 2)) as [number, number];
    const [port] = (await freePorts(address, 1)) as [number];
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    daemons.push(
      new Daemon(etcdPath, [
        ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
        ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', `default=${peer}`],
      ]),
    );

    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const file = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const token = randomBytes(16).toString('hex');
    const schedulerToken = randomBytes(16).toString('hex');
    const tokens = `${token},admin,admin,system:masters\n${schedulerToken},system:kube-scheduler,scheduler\n`;
    const certificates = join(folder, 'certificates');
    const auditPath = join(folder, 'audit.log');
    daemons.push(
      new Daemon(apiserverPath, [
        ...['--etcd-servers', etcd, '--bind-address', address, '--secure-port', String(port)],
        ...['--advertise-address', address, '--endpoint-reconciler-type', 'none'],
        // Without a certificate of its own the server makes one there.
        ...['--cert-dir', certificates],
        ...['--service-account-issuer', 'https://kubernetes.default.svc'],
        ...['--service-account-key-file', file('service-account.pub', keys.publicKey)],
        ...['--service-account-signing-key-file', file('service-account.key', keys.privateKey)],
        ...['--token-auth-file', file('tokens.csv', tokens), '--authorization-mode', 'RBAC'],
        ...['--audit-policy-file', file('audit.yaml', AUDIT_POLICY), '--audit-log-path', auditPath],
        ...['--disable-admission-plugins', 'ServiceAccount,TaintNodesByCondition'],
        ...apiserverArgs,
      ]),
    );

    const server = `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
    const attempt = async <T>(act: () => Promise<T> | T): Promise<T | undefined> => {
      for (const daemon of daemons) daemon.check();
      try {
        return await act();
      } catch {
        return undefined;
      }
    };
    const certificate = join(certificates, 'apiserver.crt');
    const ca = await until('the API server has a certificate', readySeconds, () =>
      attempt(() => readFileSync(certificate, 'utf8') || undefined),
    );
    const client = new Client(server, ca, token);
    for (const path of ['/readyz', '/api/v1/namespaces/default', '/api/v1/namespaces/kube-system']) {
      await until(`the API server answers ${path}`, readySeconds, () =>
        attempt(() => client.text('GET', path)),
      );
    }

    const cosetToken = await createAccount(client);
    const kubeconfigPath = file('kubeconfig', kubeconfig(server, ca, token));
    return {
      server,
      ca,
      token,
      kubeconfigPath,
      schedulerKubeconfigPath: file('scheduler.kubeconfig', kubeconfig(server, ca, schedulerToken)),
      cosetKubeconfigPath: file('coset.kubeconfig', kubeconfig(server, ca, cosetToken)),
      auditPath,
      env: { ...process.env, KUBECONFIG: kubeconfigPath },
      folder,
      etcd,
      daemons,
      client,
      stop: async () => {
        await client.close();
        const forbidden = existsSync(auditPath) ? forbiddenIn(readFileSync(auditPath, 'utf8')) : [];
        await stop();
        if (forbidden.length > 0) throw new Error(`coset was refused: ${forbidden.join(', ')}`);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
