// node bare-client.ts KUBECONFIG [only-binds]
// The ceiling that the API server sets: a scheduler that decides nothing. It learns which pods have no node, binds each to
// the next node in turn, and writes its Scheduled event, unless it only binds. Nothing here is of coset's own path, so that
// the two can be compared.
import { readFileSync } from 'node:fs';
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';

/** Bindings and events together. */
const IN_FLIGHT = 128;
const SESSIONS = 2;

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

interface Named {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  spec: { nodeName?: string };
}

interface List {
  metadata: { resourceVersion: string };
  items: Named[];
}

const { clusters, users } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Kubeconfig;
const onlyBinds = process.argv[3] === 'only-binds';
const [{ cluster }, { user }] = [clusters[0]!, users[0]!];
const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
const writing = Array.from({ length: SESSIONS }, () => connect(cluster.server, { ca }));
/** On the others a watch would stand behind the answers, and the server ends one that it cannot write. */
const reading = connect(cluster.server, { ca });
const authorization = `Bearer ${user.token}`;
let writes = 0;

function open(session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}) {
  const endStream = headers[':method'] === undefined;
  const stream = session.request({ ':path': path, authorization, ...headers }, { endStream });
  stream.on('response', ({ ':status': status }) => {
    if (status! >= 300) throw new Error(`${path}: ${status}`);
  });
  return stream;
}

async function list(path: string): Promise<List> {
  let text = '';
  for await (const chunk of open(reading, path).setEncoding('utf8')) text += chunk as string;
  return JSON.parse(text) as List;
}

function post(path: string, body: object, done: () => void): void {
  const headers = { ':method': 'POST', 'content-type': 'application/json' };
  const stream = open(writing[writes++ % SESSIONS]!, path, headers);
  stream.on('end', done);
  stream.resume();
  stream.end(JSON.stringify(body));
}

const nodes = (await list('/api/v1/nodes?resourceVersion=0')).items.map(({ metadata }) => metadata.name);
const first = await list('/api/v1/pods?resourceVersion=0&fieldSelector=spec.nodeName%3D');
const pods = first.items;
let next = 0;
let inFlight = 0;

function fill(): void {
  for (; inFlight < IN_FLIGHT && next < pods.length; inFlight++) {
    bind(pods[next]!, nodes[next % nodes.length]!);
    next++;
  }
}

function bind({ metadata }: Named, node: string): void {
  const { name, namespace, uid } = metadata;
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace, uid },
    target: { apiVersion: 'v1', kind: 'Node', name: node },
  };
  const done = () => {
    inFlight--;
    fill();
  };
  post(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding, () => {
    if (onlyBinds) done();
    else post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, scheduled(metadata, node), done);
  });
}

function scheduled({ name, namespace, uid, resourceVersion }: Named['metadata'], node: string): object {
  const now = Date.now();
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${now.toString(16)}`, namespace },
    eventTime: new Date(now).toISOString().replace('Z', '000Z'),
    type: 'Normal',
    reason: 'Scheduled',
    action: 'Binding',
    note: `Successfully assigned ${namespace}/${name} to ${node}`,
    regarding: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, resourceVersion },
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-bare-client',
  };
}

/** Where the watch has come to. */
let { resourceVersion } = first.metadata;

/**
 * Waits for further pods, as every scheduler must. It watches all of them, as schedulers do: for a watch of those
 * without a node the server keeps so small a buffer that it ends at the first burst of bindings.
 */
async function watch(begun: () => void): Promise<void> {
  const path = `/api/v1/pods?watch=true&resourceVersion=${resourceVersion}`;
  const stream = open(reading, path).setEncoding('utf8');
  stream.once('response', begun);
  let last = '';
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      last = line;
      if (!line.startsWith('{"type":"ADDED"')) continue;
      const { object } = JSON.parse(line) as { object: Named };
      if (object.spec.nodeName === undefined) pods.push(object);
      fill();
    }
  }
  if (last !== '') ({ resourceVersion } = (JSON.parse(last) as { object: Named }).object.metadata);
}

for (;;) await watch(fill);
