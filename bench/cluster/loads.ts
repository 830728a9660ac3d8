// What coset alone is put under: more pods than find room, and a large cluster to begin with.
import type { Scenario } from '../../src/model/types.ts';
import { until, type Daemon } from '../../test/cluster/processes.ts';
import type { Figure, Size } from '../figure.ts';
import { usageOf } from '../process-usage.ts';
import { scenarioOf } from '../workloads/scenario.ts';
import { workload } from '../workloads/workloads.ts';
import { start } from './contestants.ts';
import { untilQuiet, withControlPlane } from './filled.ts';
import { controlUrl, stateOf } from './measured-run.ts';

const PENDING: Readonly<Record<Size, number>> = { full: 100_000, smoke: 2000 };
/** None of them has room for any of the pods. */
const PENDING_NODES = 10;
const PENDING_MEMORY_MAX = 400;
const PENDING_SECONDS = 600;

const BOUND: Readonly<Record<Size, { nodes: number; pods: number }>> = {
  full: { nodes: 5000, pods: 50_000 },
  smoke: { nodes: 200, pods: 2000 },
};
const SYNCED_SECONDS = 300;

/** The most memory that coset has while many pods wait, their events and conditions included. */
export async function* pendingMemory(size: Size): AsyncIterable<Figure> {
  const pods = PENDING[size];
  const counts = { nodes: PENDING_NODES, initPods: 0, pods };
  const scenario = scenarioOf(workload('unschedulable'), counts, 'uniform');
  const { peakMemory } = await withCoset(scenario, async (daemon) => {
    const url = await controlUrl(daemon);
    await until('every pod has found no node', PENDING_SECONDS, async () => {
      daemon.check();
      return (await stateOf(url)).queue.unschedulable === pods ? true : undefined;
    });
    await untilQuiet([daemon.pid]);
    return usageOf(daemon.pid);
  });
  yield {
    name: 'cluster/pending-memory',
    value: peakMemory,
    unit: 'MiB',
    ...(size === 'full' && { asked: { atMost: PENDING_MEMORY_MAX } }),
  };
}

/** How long coset takes until it knows a cluster that is full of pods. */
export async function* startUp(size: Size): AsyncIterable<Figure> {
  const { nodes, pods } = BOUND[size];
  const scenario = scenarioOf(workload('default-spreading'), { nodes, initPods: pods, pods: 0 }, 'uniform');
  const { synced, cpuMs, peakMemory } = await withCoset(scenario, async (daemon, begin) => {
    const time = await until('coset knows the cluster', SYNCED_SECONDS, () => {
      daemon.check();
      return /"time":"([^"]+)"[^\n]*"msg":"synced"/.exec(daemon.output)?.[1];
    });
    return { synced: (Date.parse(time) - begin) / 1000, ...usageOf(daemon.pid) };
  });
  yield { name: 'cluster/start-up/synced', value: synced, unit: 's' };
  yield { name: 'cluster/start-up/cpu', value: cpuMs / 1000, unit: 's' };
  yield { name: 'cluster/start-up/peak-memory', value: peakMemory, unit: 'MiB' };
}

/** Starts coset on a cluster that has all of the scenario; `begin` is when its process began. */
function withCoset<T>(
  scenario: Scenario,
  measure: (daemon: Daemon, begin: number) => Promise<T>,
): Promise<T> {
  return withControlPlane(scenario, [], async (controlPlane) => {
    const begin = Date.now();
    const coset = await start('coset', controlPlane);
    try {
      return await measure(coset.daemon, begin);
    } finally {
      await coset.stop();
    }
  });
}
