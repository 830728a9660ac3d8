// What coset alone is put under: more pods than find room, and a large cluster to begin with.
import type { Scenario } from '../../src/api/types.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { until, type Daemon } from '../../test/cluster/processes.ts';
import type { Figure, Size } from '../figure.ts';
import { usageOf } from '../process-usage.ts';
import { scenarioOf } from '../workloads/scenario.ts';
import { workload } from '../workloads/workloads.ts';
import { start } from './contestants.ts';
import { controlUrl, stateOf } from './measured-run.ts';
import { PreparedCluster, untilQuiet } from './prepared-cluster.ts';

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
  yield* withCoset(scenario, async function* (daemon) {
    const url = await controlUrl(daemon);
    await until('every pod has found no node', PENDING_SECONDS, async () => {
      daemon.check();
      return (await stateOf(url)).queue.unschedulable === pods ? true : undefined;
    });
    await untilQuiet([daemon.pid]);
    const { peakMemory } = usageOf(daemon.pid);
    yield {
      name: 'cluster/pending-memory',
      value: peakMemory,
      unit: 'MiB',
      ...(size === 'full' && { asked: { atMost: PENDING_MEMORY_MAX } }),
    };
  });
}

/** How long coset takes until it knows a cluster that is full of pods. */
export async function* startUp(size: Size): AsyncIterable<Figure> {
  const { nodes, pods } = BOUND[size];
  const scenario = scenarioOf(workload('default-spreading'), { nodes, initPods: pods, pods: 0 }, 'uniform');
  yield* withCoset(scenario, async function* (daemon, begin) {
    const synced = await until('coset knows the cluster', SYNCED_SECONDS, () => {
      daemon.check();
      return /"time":"([^"]+)"[^\n]*"msg":"synced"/.exec(daemon.output)?.[1];
    });
    const { cpuMs, peakMemory } = usageOf(daemon.pid);
    yield { name: 'cluster/start-up/synced', value: (Date.parse(synced) - begin) / 1000, unit: 's' };
    yield { name: 'cluster/start-up/cpu', value: cpuMs / 1000, unit: 's' };
    yield { name: 'cluster/start-up/peak-memory', value: peakMemory, unit: 'MiB' };
  });
}

/** Starts coset on a cluster that has all of the scenario; `begin` is when its process began. */
async function* withCoset(
  scenario: Scenario,
  measure: (daemon: Daemon, begin: number) => AsyncIterable<Figure>,
): AsyncIterable<Figure> {
  const prepared = await PreparedCluster.of(scenario);
  let controlPlane: ControlPlane | undefined;
  try {
    controlPlane = await prepared.start();
    const begin = Date.now();
    const coset = await start('coset', controlPlane);
    try {
      yield* measure(coset.daemon, begin);
    } finally {
      await coset.stop();
    }
  } finally {
    await controlPlane?.stop();
    prepared.remove();
  }
}
