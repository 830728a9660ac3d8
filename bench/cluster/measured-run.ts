// One contestant on a cluster of its own, from the start of its process until every pod is bound and has its event.
import type { Scenario } from '../../src/model/types.ts';
import type { SchedulerState } from '../../src/control/types.ts';
import type { Client } from '../../test/cluster/client.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { until, type Daemon } from '../../test/cluster/processes.ts';
import { usageOf } from '../process-usage.ts';
import { NAMESPACE } from '../workloads/templates.ts';
import { BindingLog } from './binding-log.ts';
import { start, type Contestant } from './contestants.ts';
import { PODS, withControlPlane } from './filled.ts';

export interface Measured {
  /** Pods a second from the first binding to the last. */
  rate: number;
  /** Pods a second from the start of the process to the last binding. */
  fromStart: number;
  /** Pods a second from the start of the process to the last event, which may come long after the binding. */
  withEvents: number;
  /** User and system time of the process from its start to the last binding, in milliseconds a pod. */
  cpu: number;
  /** The same to the last event. */
  cpuWithEvents: number;
  /** In MiB. */
  peakMemory: number;
}

const BOUND_SECONDS = 600;
const IDLE_SECONDS = 60;
const SAMPLE_MS = 20;
/** Events that have not come for so long do not come. */
const NO_EVENT_MS = 2000;

/** @throws Error when a pod is bound twice or never, when an event is missing, or when coset still has something to do */
export async function measuredRun(contestant: Contestant, scenario: Scenario): Promise<Measured> {
  const log = new BindingLog();
  try {
    return await withControlPlane(scenario, log.apiserverArgs, (controlPlane) =>
      measure(contestant, controlPlane, log, scenario.pending.length),
    );
  } finally {
    log.close();
  }
}

async function measure(
  contestant: Contestant,
  controlPlane: ControlPlane,
  log: BindingLog,
  pods: number,
): Promise<Measured> {
  const { client } = controlPlane;
  const begin = Date.now();
  const scheduler = await start(contestant, controlPlane);
  const { daemon } = scheduler;
  try {
    const cpuMs = await cpuAtLastBinding(daemon, log, pods);
    const asked = contestant === 'binding-client' ? 0 : pods;
    const events = await eventsWritten(client, asked);
    const { cpuMs: cpuMsWithEvents, peakMemory } = usageOf(daemon.pid);
    // kube-scheduler drops some when it cannot keep up
    if (events.count !== asked && contestant !== 'kube-scheduler') {
      throw new Error(`${contestant} wrote ${events.count} events about ${asked} pods`);
    }
    if (contestant === 'coset') await checkIdle(daemon);
    log.read();
    const waiting = await countOf(client, `${PODS}?fieldSelector=spec.nodeName%3D`);
    if (waiting > 0 || log.count !== pods) throw new Error(`${log.count} of ${pods} pods were bound`);
    return {
      rate: ((pods - 1) / (log.last - log.first)) * 1000,
      fromStart: (pods / (log.last - begin)) * 1000,
      withEvents: (pods / (Math.max(log.last, events.last) - begin)) * 1000,
      cpu: cpuMs / pods,
      cpuWithEvents: cpuMsWithEvents / pods,
      peakMemory,
    };
  } finally {
    await scheduler.stop();
  }
}

/** The CPU that the process had used when the last pod was bound, which the log tells a little later. */
async function cpuAtLastBinding(daemon: Daemon, log: BindingLog, pods: number): Promise<number> {
  const samples: { time: number; cpuMs: number }[] = [];
  const deadline = Date.now() + BOUND_SECONDS * 1000;
  while (log.count < pods) {
    daemon.check();
    if (Date.now() > deadline) throw new Error(`${log.count} of ${pods} pods are bound:\n${daemon.output}`);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    log.read();
    samples.push({ time: Date.now(), cpuMs: usageOf(daemon.pid).cpuMs });
  }
  return samples.find(({ time }) => time >= log.last)!.cpuMs;
}

/** Waits until there is an event for each pod, or no more come. Returns how many there are, and since when. */
async function eventsWritten(client: Client, pods: number): Promise<{ count: number; last: number }> {
  let count = 0;
  let last = Date.now();
  while (count < pods && Date.now() - last < NO_EVENT_MS) {
    const before = count;
    count = await countOf(client, `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events?`);
    if (count > before) last = Date.now();
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return { count, last };
}

/** How many objects there are, without reading more than one of them. */
async function countOf(client: Client, path: string): Promise<number> {
  const { items, metadata } = await client.json<{
    items: unknown[];
    metadata: { remainingItemCount?: number };
  }>('GET', `${path}&limit=1`);
  return items.length + (metadata.remainingItemCount ?? 0);
}

async function checkIdle(daemon: Daemon): Promise<void> {
  const url = await controlUrl(daemon);
  await until('coset has nothing to do', IDLE_SECONDS, async () => {
    const { queue } = await stateOf(url);
    return Object.values(queue).every((count) => count === 0) ? true : undefined;
  });
}

/** Where coset's control API listens, as it says in its first lines. */
export function controlUrl(daemon: Daemon): Promise<string> {
  return until('coset says where its control API is', IDLE_SECONDS, () => {
    daemon.check();
    return /"url":"([^"]+)"/.exec(daemon.output)?.[1];
  });
}

export async function stateOf(url: string): Promise<SchedulerState> {
  const response = await fetch(`${url}/coset/v1/state`);
  return (await response.json()) as SchedulerState;
}
