// The service on each runtime: how long from its start to the first plan, and how fast it is from then on; and how large a
// cluster may be for what a worker may take of the processor.
import { edgeHandler } from '../../src/edge/index.ts';
import { node, pod, deployment, sender, type Send } from '../../test/edge/fixtures.ts';
import { startChromium } from '../../test/edge/runtimes/chromium.ts';
import { startCommand, type Running } from '../../test/edge/runtimes/running.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { timingOf } from '../measure.ts';
import { workerdCommand } from './workerd.ts';

const HOSTS: Readonly<Record<string, () => Promise<Running>>> = {
  'node-20': () => startCommand('Node 20'),
  'node-24': () => startCommand('Node 24'),
  deno: () => startCommand('Deno'),
  bun: () => startCommand('Bun'),
  workerd: () => startCommand('workerd', workerdCommand),
  chromium: startChromium,
};

const SIZES: Readonly<Record<Size, { starts: number; rounds: number; nodes: number; pods: number }>> = {
  full: { starts: 5, rounds: 15, nodes: 5000, pods: 10_000 },
  smoke: { starts: 1, rounds: 2, nodes: 100, pods: 100 },
};
/** What some plans of workers may take, in milliseconds of the processor. */
const CPU_MS = [10, 50, 300];

export const edgeBenches: readonly Bench[] = [
  ...Object.entries(HOSTS).map(([name, start]): Bench => {
    return { name: `edge/${name}`, sizes: ['full'], run: (size) => figures(`edge/${name}`, start, size) };
  }),
  { name: 'edge/capacity', sizes: ['full'], run: capacity },
];

const nodes = (count: number) => Array.from({ length: count }, (_, n) => node(`node-${n}`, '64'));

async function* figures(name: string, start: () => Promise<Running>, size: Size): AsyncIterable<Figure> {
  const { starts, rounds, nodes: count, pods } = SIZES[size];
  const plan = { snapshot: nodes(10), pods: [pod('one')] };
  const firstPlans: number[] = [];
  for (let n = 0; n < starts; n++) {
    const begin = performance.now();
    const { send, stop } = await start();
    await answered(send, 'POST', '/v1/plan', plan);
    firstPlans.push(performance.now() - begin);
    await stop();
  }
  yield figure(`${name}/first-plan`, firstPlans);

  const { send, stop } = await start();
  try {
    const snapshot = { snapshot: nodes(count) };
    const path = '/v1/clusters/bench';
    await answered(send, 'PUT', path, snapshot);
    const whole = { ...snapshot, pods: [pod('one')] };
    const many = { pods: [deployment('web', pods, '1m')] };
    yield figure(`${name}/plan`, await timesOf(rounds, () => answered(send, 'POST', '/v1/plan', whole)));
    yield figure(
      `${name}/decide`,
      await timesOf(rounds, () => answered(send, 'POST', `${path}/decide`, many)),
    );
  } finally {
    await stop();
  }
}

/** How many nodes a plan of one pod may have, from JSON text to JSON text, by what it takes of the processor. */
async function* capacity(size: Size): AsyncIterable<Figure> {
  const send = sender(edgeHandler());
  const { rounds } = SIZES[size];
  for (const most of CPU_MS) {
    let fitting = 0;
    for (let count = 16; ; count *= 2) {
      const body = JSON.stringify({ snapshot: nodes(count), pods: [pod('one')] });
      const times: number[] = [];
      for (let n = 0; n < rounds; n++) {
        const before = process.cpuUsage();
        await answered(send, 'POST', '/v1/plan', body);
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) / 1000);
      }
      const { median } = timingOf(times);
      // what a node takes is about the same for few and many
      if (median > most) break;
      fitting = Math.floor((count * most) / median);
    }
    yield { name: `edge/capacity/${most}-ms`, value: fitting, unit: 'nodes' };
  }
}

async function timesOf(rounds: number, once: () => Promise<void>): Promise<number[]> {
  for (let n = 0; n < 3; n++) await once();
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const begin = performance.now();
    await once();
    times.push(performance.now() - begin);
  }
  return times;
}

/** A figure about a question that was refused would be about something else. */
async function answered(send: Send, method: string, path: string, body: unknown): Promise<void> {
  const answer = await send(method, path, body);
  if (answer.status !== 200)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

function figure(name: string, milliseconds: number[]): Figure {
  const { median, spread } = timingOf(milliseconds);
  return { name, value: median, unit: 'ms', spread };
}
