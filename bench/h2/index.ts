// What a request costs coset by its own HTTP/2 client and by Node's, side by side: small POSTs, as bindings are.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import { HTTP2_CLIENTS, type Http2Client } from '../../src/kube/dial.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf } from '../measure.ts';

const REQUESTS: Readonly<Record<Size, number>> = { full: 20_000, smoke: 200 };
const ROUNDS: Readonly<Record<Size, number>> = { full: 7, smoke: 1 };
/** As coset has bindings and events under way. */
const IN_FLIGHT = 128;
const BINDING = {
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name: 'pod-12345', namespace: 'default', uid: '0b5c9f8e-6c0e-4f3a-9d0c-5a1f5e1f0001' },
  target: { apiVersion: 'v1', kind: 'Node', name: 'node-12345' },
};

interface Cost {
  rate: number;
  cpu: number;
}

export const h2Benches: readonly Bench[] = [{ name: 'h2/requests', run: figures }];

async function* figures(size: Size): AsyncIterable<Figure> {
  const server = fork(new URL('server.ts', import.meta.url));
  try {
    const [{ url, cert }] = (await once(server, 'message')) as [{ url: string; cert: string }];
    const costs: Record<Http2Client, Cost[]> = { coset: [], node: [] };
    // the first round warms up
    for (let round = 0; round <= ROUNDS[size]; round++) {
      for (const http2Client of HTTP2_CLIENTS) {
        const credentials = { ...anonymousCredentials(url), tls: { ca: Buffer.from(cert) } };
        const transport = new Transport(credentials, { http2Client });
        const cost = await costOf(transport, REQUESTS[size]);
        await transport.close();
        if (round > 0) costs[http2Client].push(cost);
      }
    }
    for (const http2Client of HTTP2_CLIENTS) {
      const rate = timingOf(costs[http2Client].map((cost) => cost.rate));
      const cpu = timingOf(costs[http2Client].map((cost) => cost.cpu));
      const name = `h2/requests/${http2Client}`;
      yield { name: `${name}/rate`, value: rate.median, unit: 'requests/s', spread: rate.spread };
      yield { name: `${name}/cpu`, value: cpu.median, unit: 'µs/request', spread: cpu.spread };
    }
  } finally {
    server.disconnect();
  }
}

/** Sends so many requests, and says how many went in a second and what each took of this process. */
async function costOf(transport: Transport, requests: number): Promise<Cost> {
  let left = requests;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const sendOn = async () => {
    while (left-- > 0) {
      const { status } = await transport.request(
        'POST',
        '/api/v1/namespaces/default/pods/pod-12345/binding',
        BINDING,
      );
      if (status !== 201) throw new Error(`the server answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, sendOn));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { rate: requests / seconds, cpu: (user + system) / requests };
}
