// What one user's pods may do to everybody else's: nothing that others notice.
import { expect, onTestFinished } from 'vitest';
import type { ApiObject, Node, Pod } from '../../src/model/types.ts';
import { controlApi } from '../../src/control/api.ts';
import { serveControl } from '../../src/control/serve.ts';
import { eventually, node, pod, startScheduler, type Running } from '../run/fixtures.ts';

/** Something that a user may create and that is hard on the scheduler. */
export interface Poison {
  name: string;
  /** What is there before the scheduler starts, besides the nodes. */
  objects?: (nodes: number) => ApiObject[];
  /** What comes while others have their pods scheduled. */
  pods: () => Pod[];
  /** What has to be true of the scheduler once the poison has been looked at. */
  afterwards?: (running: Running) => void | Promise<void>;
}

/** What others may notice of it at the most. */
const BOUND_WITHIN_MS = 2000;
const ANSWER_WITHIN_MS = 1000;
const PROBE_EVERY_MS = 50;
/** Milliseconds of a clock: of the wall, or of what this thread has run, whoever else is at work on the machine. */
export type Clock = () => number;
export const wallClock: Clock = () => performance.now();
export const threadClock: Clock = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** So many others come at the least. */
const PLAIN_PODS = 4;
const PLAIN_EVERY_MS = 150;
/** So much of the kernel's memory may be in use when it is over, by what was in use before. */
const BYTES_LEFT = 1.1;
/** By then the scheduler has failed. */
const LIMIT_MS = 60_000;

export function nodeName(n: number): string {
  return `node-${String(n).padStart(5, '0')}`;
}

/** Nodes of 16 zones and three sizes, with a taint here and there. */
function nodesOf(count: number): Node[] {
  return Array.from({ length: count }, (_, n) =>
    node(nodeName(n), {
      cpu: String(8 + 8 * (n % 3)),
      labels: { 'topology.kubernetes.io/zone': `zone-${n % 16}`, disk: n % 2 === 0 ? 'ssd' : 'hdd' },
      taints: n % 50 === 0 ? [{ key: 'special', value: 'yes', effect: 'NoSchedule' }] : undefined,
    }),
  );
}

/**
 * Creates the poison at a running scheduler, and plain pods beside it: each of these must be bound within two seconds,
 * and /livez must answer within one throughout, until the poison's pods have their first verdicts. When they are deleted,
 * the kernel's memory is given back.
 */
export async function withstands(poison: Poison, nodes: number, clock: Clock): Promise<void> {
  const running = await startScheduler({
    objects: [...nodesOf(nodes), ...(poison.objects?.(nodes) ?? [])],
    args: { linger: 0.2 },
    backoffSeconds: 1,
    isLarge: true,
  });
  const url = await serveProbes(running);
  await bound(running, 'before', clock);
  const bytesBefore = await bytesAtRest(running);
  const poisonous = poison.pods();
  const probes = probe(`${url}/livez`, clock);
  running.store.load(poisonous);
  const waits: number[] = [];
  for (let n = 0; n < PLAIN_PODS || !isTried(running, poisonous); n++) {
    waits.push(await bound(running, `plain-${n}`, clock));
    await new Promise((resolve) => setTimeout(resolve, PLAIN_EVERY_MS));
  }
  const answers = await probes.end();
  await poison.afterwards?.(running);
  for (const each of poisonous) running.delete(each);
  await bound(running, 'after', clock);
  expect(await bytesAtRest(running)).toBeLessThan(BYTES_LEFT * bytesBefore);
  expect(Math.max(...waits)).toBeLessThan(BOUND_WITHIN_MS);
  expect(Math.max(...answers)).toBeLessThan(ANSWER_WITHIN_MS);
}

async function serveProbes(running: Running): Promise<string> {
  const control = await serveControl(controlApi(running.scheduler), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => control.close());
  return control.url;
}

/** The kernel's memory that is in use once no class is open. */
async function bytesAtRest(running: Running): Promise<number> {
  await eventually(() => expect(running.scheduler.state().correspondences).toBe(0));
  return running.usedBytes;
}

/** Whether each of the pods was tried, or is no longer there. */
function isTried({ scheduler }: Running, pods: readonly Pod[]): boolean {
  const names = new Set(pods.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
  return scheduler
    .queue(100_000)
    .every(({ key, attempts, queue }) => !names.has(key) || (attempts > 0 && queue !== 'inFlight'));
}

/** Creates a plain pod. Returns after how many milliseconds it has a node. */
async function bound(running: Running, name: string, clock: Clock): Promise<number> {
  const begin = clock();
  const limit = performance.now() + LIMIT_MS;
  running.store.load([pod(name, { cpu: '10m' })]);
  while (running.nodeOf(name) === undefined) {
    if (performance.now() > limit) throw new Error(`pod ${name} has no node after ${LIMIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return clock() - begin;
}

/** Asks again and again. An answer takes from when it was waited for: a process that is busy does not even ask. */
function probe(url: string, clock: Clock): { end(): Promise<number[]> } {
  const answers: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const waiting = clock();
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
      const response = await fetch(url);
      await response.text();
      answers.push(clock() - waiting);
    }
  })();
  return {
    end: async () => {
      isOver = true;
      await asking;
      return answers;
    },
  };
}
