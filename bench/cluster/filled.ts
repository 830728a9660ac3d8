// A control plane of its own for every run, in which a workload's nodes and pods were just created. One that is begun anew
// on an earlier one's data would not do: its watch cache is still so small that it ends watches at the first burst.
import type { ApiObject, Scenario } from '../../src/model/types.ts';
import type { Client } from '../../test/cluster/client.ts';
import { startControlPlane, type ControlPlane } from '../../test/cluster/control-plane.ts';
import { until } from '../../test/cluster/processes.ts';
import { usageOf } from '../process-usage.ts';
import { NAMESPACE } from '../workloads/templates.ts';

export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** Quiet is what uses no more than this share of a core. */
const QUIET_SHARE = 0.05;
const QUIET_MS = 500;
/** 100,000 conditions and events are written in less. */
const QUIET_SECONDS = 600;

/** Resolves to what `run` does with a control plane that has all of the scenario and is quiet. */
export async function withControlPlane<T>(
  scenario: Scenario,
  apiserverArgs: string[],
  run: (controlPlane: ControlPlane) => Promise<T>,
): Promise<T> {
  const controlPlane = await startControlPlane({ apiserverArgs });
  try {
    await create(controlPlane.client, scenario);
    await untilQuiet(controlPlane.daemons.map(({ pid }) => pid));
    return await run(controlPlane);
  } finally {
    await controlPlane.stop();
  }
}

async function create(client: Client, { nodes, pods, objects, pending }: Scenario): Promise<void> {
  const createAll = (path: string, all: readonly ApiObject[]) =>
    Promise.all(all.map((object) => createOne(client, path, object)));
  await client.text('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await createAll('/api/v1/nodes', nodes);
  await createAll(`/api/v1/namespaces/${NAMESPACE}/services`, objects);
  await createAll(PODS, [...pods, ...pending]);
}

/** Of so many writes one may take longer than the server waits for it; it may have been carried out all the same. */
async function createOne(client: Client, path: string, object: ApiObject): Promise<void> {
  try {
    await client.text('POST', path, object);
  } catch (error) {
    if (!String(error).includes(': 504: ')) throw error;
    const own = `${path}/${object.metadata?.name}`;
    await client.text('GET', own).catch(() => client.text('POST', path, object));
  }
}

/** Waits until the processes have next to nothing to do. */
export async function untilQuiet(pids: readonly number[]): Promise<void> {
  const used = () => pids.reduce((sum, pid) => sum + usageOf(pid).cpuMs, 0);
  await until('little is done', QUIET_SECONDS, async () => {
    const before = used();
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    return used() - before <= QUIET_SHARE * QUIET_MS ? true : undefined;
  });
}
