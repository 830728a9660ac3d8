// One contestant on one prepared cluster, from the start of its process until every pod is bound and has its event.
import type { SchedulerState } from '../../src/control/types.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { until, type Daemon } from '../../test/cluster/processes.ts';
import { usageOf } from '../process-usage.ts';
import { start, type Contestant } from './contestants.ts';
import { PODS, type PreparedCluster } from './prepared-cluster.ts';
import { WriteLog } from './write-log.ts';

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
export async function measuredRun(
  contestant: Contestant,
  prepared: PreparedCluster,
  pods: number,
): Promise<Measured> {
  const log = new WriteLog();
  try {
    const controlPlane = await prepared.start(log.apiserverArgs);
    try {
      return await measure(contestant, controlPlane, log, pods);
    } finally {
      await controlPlane.stop();
    }
  } finally {
    log.close();
  }
}

async function measure(
  contestant: Contestant,
  controlPlane: ControlPlane,
  log: WriteLog,
  pods: number,
): Promise<Measured> {
  const begin = Date.now();
  const scheduler = await start(contestant, controlPlane);
  const { daemon } = scheduler;
  try {
    const cpuMsAt = await watchUsage(daemon, log, pods);
    const { bindings, events } = log;
    // kube-scheduler drops some when it cannot keep up
    if (events.count !== pods && contestant !== 'kube-scheduler') {
      throw new Error(`${contestant} wrote ${events.count} events about ${pods} pods`);
    }
    const { items } = await controlPlane.client.json<{ items: unknown[] }>('GET', `${PODS}?${WAITING}`);
    if (items.length > 0) throw new Error(`${items.length} pods still wait`);
    if (contestant === 'coset') await checkIdle(daemon);
    return {
      rate: ((pods - 1) / (bindings.last - bindings.first)) * 1000,
      fromStart: (pods / (bindings.last - begin)) * 1000,
      withEvents: (pods / (events.last - begin)) * 1000,
      cpu: cpuMsAt(bindings.last) / pods,
      cpuWithEvents: cpuMsAt(events.last) / pods,
      peakMemory: usageOf(daemon.pid).peakMemory,
    };
  } finally {
    await scheduler.stop();
  }
}

const WAITING = 'fieldSelector=spec.nodeName%3D';

/**
 * Waits until all pods are bound and have their events. Returns what tells how much CPU the process had used at a time,
 * since the log comes a little late.
 */
async function watchUsage(daemon: Daemon, log: WriteLog, pods: number): Promise<(time: number) => number> {
  const samples: { time: number; cpuMs: number }[] = [];
  const deadline = Date.now() + BOUND_SECONDS * 1000;
  for (;;) {
    const time = Date.now();
    samples.push({ time, cpuMs: usageOf(daemon.pid).cpuMs });
    log.read();
    const { bindings, events } = log;
    const isBound = bindings.count >= pods;
    if (isBound && (events.count >= pods || time > Math.max(bindings.last, events.last) + NO_EVENT_MS)) break;
    daemon.check();
    if (time > deadline) throw new Error(`${bindings.count} of ${pods} pods are bound:\n${daemon.output}`);
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return (time) => samples.find((sample) => sample.time >= time)!.cpuMs;
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
  const response = await fetch(`${url}/api/v1/state`);
  return (await response.json()) as SchedulerState;
}
