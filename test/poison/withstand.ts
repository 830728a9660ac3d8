// What one user's pods may do to everybody else's: nothing that others notice.
import { expect, onTestFinished } from 'vitest';
import type { ApiObject, Node, Pod } from '../../src/api/types.ts';
import { controlApi } from '../../src/control/api.ts';
import { serveControl } from '../../src/control/serve.ts';
import { node, pod, startScheduler, type Running } from '../run/fixtures.ts';

/** Something that a user may create and that is hard on the scheduler. */
export interface Poison {
  name: string;
  /** What is there before the scheduler starts, besides the nodes. */
  objects?: () => ApiObject[];
  /** What comes while others have their pods scheduled. */
  pods: () => Pod[];
  /** What has to be true of the scheduler once the poison has been looked at. */
  afterwards?: (running: Running) => void | Promise<void>;
}

/** What others may notice of it at the most. */
const BOUND_WITHIN_MS = 2000;
const ANSWER_WITHIN_MS = 1000;
const PROBE_EVERY_MS = 50;
/** So many others come at the least. */
const PLAIN_PODS = 4;
const PLAIN_EVERY_MS = 150;
/** By then the scheduler has failed. */
const LIMIT_MS = 60_000;

/** Nodes of 16 zones and three sizes, with a taint here and there. */
export function nodesOf(count: number): Node[] {
  return Array.from({ length: count }, (_, n) =>
    node(`node-${String(n).padStart(5, '0')}`, {
      cpu: String(8 + 8 * (n % 3)),
      labels: { 'topology.kubernetes.io/zone': `zone-${n % 16}`, disk: n % 2 === 0 ? 'ssd' : 'hdd' },
      taints: n % 50 === 0 ? [{ key: 'special', value: 'yes', effect: 'NoSchedule' }] : undefined,
    }),
  );
}

/**
 * Creates the poison at a running scheduler, and plain pods beside it: each of these must be bound within two seconds,
 * and /livez must answer within one throughout, until the poison's pods have their first verdicts.
 */
export async function withstands(poison: Poison, nodes: number): Promise<void> {
  const running = await startScheduler({
    objects: [...nodesOf(nodes), ...(poison.objects?.() ?? [])],
    backoffSeconds: 1,
    isLarge: true,
  });
  const url = await serveProbes(running);
  await boundWithin(running, 'before', LIMIT_MS);
  const probes = probe(`${url}/livez`);
  const poisonous = poison.pods();
  running.store.load(poisonous);
  const waits: number[] = [];
  for (let n = 0; n < PLAIN_PODS || !isTried(running, poisonous); n++) {
    waits.push(await boundWithin(running, `plain-${n}`, LIMIT_MS));
    await new Promise((resolve) => setTimeout(resolve, PLAIN_EVERY_MS));
  }
  const answers = await probes.end();
  await poison.afterwards?.(running);
  expect(Math.max(...waits)).toBeLessThan(BOUND_WITHIN_MS);
  expect(Math.max(...answers)).toBeLessThan(ANSWER_WITHIN_MS);
}

async function serveProbes(running: Running): Promise<string> {
  const control = await serveControl(controlApi(running.scheduler), { port: 0 });
  onTestFinished(() => control.close());
  return control.url;
}

/** Whether each of the pods was tried, or is no longer there. */
function isTried({ scheduler }: Running, pods: readonly Pod[]): boolean {
  const names = new Set(pods.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
  return scheduler
    .queue(100_000)
    .every(({ key, attempts, queue }) => !names.has(key) || (attempts > 0 && queue !== 'inFlight'));
}

/** Creates a plain pod. Returns after how many milliseconds it has a node. */
async function boundWithin(running: Running, name: string, limitMs: number): Promise<number> {
  const begin = performance.now();
  running.store.load([pod(name, { cpu: '10m' })]);
  while (running.nodeOf(name) === undefined) {
    if (performance.now() - begin > limitMs) throw new Error(`pod ${name} has no node after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - begin;
}

/** Asks again and again. An answer takes from when it was due: a process that is busy does not even ask. */
function probe(url: string): { end(): Promise<number[]> } {
  const answers: number[] = [];
  let isOver = false;
  const asking = (async () => {
    for (let due = performance.now(); !isOver; due = performance.now() + PROBE_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - performance.now())));
      const response = await fetch(url);
      await response.text();
      answers.push(performance.now() - due);
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
