// node bare-client.ts KUBECONFIG
// The ceiling that the API server sets: a scheduler that decides nothing. It learns which pods have no node, binds each to
// the next node in turn, and writes its Scheduled event. Nothing here is of coset's own path, so that the two can be compared.
import { readFileSync } from 'node:fs';
import { connect, type OutgoingHttpHeaders } from 'node:http2';

/** Bindings and events together. */
const IN_FLIGHT = 128;
const SESSIONS = 2;
const UNASSIGNED = 'fieldSelector=spec.nodeName%3D';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

interface Named {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
}

interface List {
  metadata: { resourceVersion: string };
  items: Named[];
}

const { clusters, users } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Kubeconfig;
const [{ cluster }, { user }] = [clusters[0]!, users[0]!];
const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
const sessions = Array.from({ length: SESSIONS }, () => connect(cluster.server, { ca }));
const authorization = `Bearer ${user.token}`;
let requests = 0;

function open(path: string, headers: OutgoingHttpHeaders = {}, endStream = true) {
  const session = sessions[requests++ % SESSIONS]!;
  const stream = session.request({ ':path': path, authorization, ...headers }, { endStream });
  stream.on('response', ({ ':status': status }) => {
    if (status! >= 300) throw new Error(`${path}: ${status}`);
  });
  return stream;
}

async function list(path: string): Promise<List> {
  let text = '';
  for await (const chunk of open(path).setEncoding('utf8')) text += chunk as string;
  return JSON.parse(text) as List;
}

function post(path: string, body: object, done: () => void): void {
  const stream = open(path, { ':method': 'POST', 'content-type': 'application/json' }, false);
  stream.on('end', done);
  stream.resume();
  stream.end(JSON.stringify(body));
}

const nodes = (await list('/api/v1/nodes?resourceVersion=0')).items.map(({ metadata }) => metadata.name);
const first = await list(`/api/v1/pods?resourceVersion=0&${UNASSIGNED}`);
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
  post(`/api/v1/namespaces/${namespace}/pods/${name}/binding`, binding, () => {
    post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, scheduled(metadata, node), () => {
      inFlight--;
      fill();
    });
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

fill();

// as every scheduler must, it waits for further pods; those that it has bound come as deleted from what it watches
const watch = open(
  `/api/v1/pods?watch=true&${UNASSIGNED}&resourceVersion=${first.metadata.resourceVersion}`,
).setEncoding('utf8');
let rest = '';
for await (const chunk of watch) {
  const lines = (rest + (chunk as string)).split('\n');
  rest = lines.pop()!;
  for (const line of lines) {
    if (!line.startsWith('{"type":"ADDED"')) continue;
    pods.push((JSON.parse(line) as { object: Named }).object);
    fill();
  }
}
