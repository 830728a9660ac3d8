// Pods that are created at a rate, whatever becomes of those before them, and how long each waits for its binding.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/cluster/processes.ts';
import { BindingLog } from '../cluster/binding-log.ts';
import { start, type Contestant } from '../cluster/contestants.ts';
import { PODS, untilQuiet, withControlPlane } from '../cluster/filled.ts';
import { usageOf } from '../process-usage.ts';
import { scenarioOf } from '../workloads/scenario.ts';
import { NAMESPACE } from '../workloads/templates.ts';
import type { Counts, Workload } from '../workloads/workloads.ts';

export interface Arrived {
  /** From each pod's creation to its binding by the API server's account, in milliseconds. */
  waits: number[];
  /** User and system time of the scheduler from the first creation to the last binding. */
  cpuMs: number;
}

/** The first pods of a process take longer than all that follow: these come before, and do not count. */
const WARM_UP_PODS = 50;
const BOUND_SECONDS = 300;

export async function arrivals(
  contestant: Contestant,
  load: Workload,
  counts: Counts,
  rate: number,
): Promise<Arrived> {
  const pods = counts.pods + WARM_UP_PODS;
  const { pending, ...rest } = scenarioOf(load, { ...counts, pods }, 'uniform');
  const log = new BindingLog();
  try {
    return await withControlPlane(
      { ...rest, pending: [] },
      log.apiserverArgs,
      async ({ client, daemons, ...plane }) => {
        const scheduler = await start(contestant, { client, daemons, ...plane });
        const { daemon } = scheduler;
        const bound = (count: number) =>
          until(`${count} pods are bound`, BOUND_SECONDS, () => {
            daemon.check();
            log.read();
            return log.count >= count ? true : undefined;
          });
        try {
          await untilQuiet([daemon.pid]);
          for (const pod of pending.slice(0, WARM_UP_PODS)) await client.text('POST', PODS, pod);
          await bound(WARM_UP_PODS);
          await untilQuiet([daemon.pid, ...daemons.map(({ pid }) => pid)]);
          const before = usageOf(daemon.pid).cpuMs;
          const counted = pending.slice(WARM_UP_PODS);
          const answers: Promise<string>[] = [];
          const begin = performance.now();
          for (const [n, pod] of counted.entries()) {
            const wait = begin + (n * 1000) / rate - performance.now();
            if (wait > 1) await sleep(wait);
            answers.push(client.text('POST', PODS, pod));
          }
          await Promise.all(answers);
          await bound(pods);
          const cpuMs = usageOf(daemon.pid).cpuMs - before;
          return {
            waits: counted.map(({ metadata }) => log.waitOf(`${NAMESPACE}/${metadata?.name}`)!),
            cpuMs,
          };
        } finally {
          await scheduler.stop();
        }
      },
    );
  } finally {
    log.close();
  }
}
