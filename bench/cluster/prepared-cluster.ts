// A cluster's objects, written once through an API server and kept as etcd's data, so that every run begins from the same.
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiObject, Scenario } from '../../src/api/types.ts';
import type { Client } from '../../test/cluster/client.ts';
import { startControlPlane, type ControlPlane } from '../../test/cluster/control-plane.ts';
import { atExit, removeFolder, until } from '../../test/cluster/processes.ts';
import { usageOf } from '../process-usage.ts';
import { NAMESPACE } from '../workloads/templates.ts';

export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** Quiet is what uses no more than this share of a core. */
const QUIET_SHARE = 0.05;
const QUIET_MS = 500;
const QUIET_SECONDS = 120;

export class PreparedCluster {
  readonly #folder: string;
  readonly #forget: () => void;

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'coset-prepared-cluster-'));
    this.#forget = atExit(() => removeFolder(this.#folder));
  }

  static async of(scenario: Scenario): Promise<PreparedCluster> {
    const prepared = new PreparedCluster();
    const controlPlane = await startControlPlane({ etcdData: prepared.#data('prepared') });
    try {
      await create(controlPlane.client, scenario);
    } finally {
      await controlPlane.stop();
    }
    return prepared;
  }

  /** A control plane that has these objects and is quiet; what is written to it goes with it. */
  async start(apiserverArgs: string[] = []): Promise<ControlPlane> {
    const etcdData = this.#data('run');
    removeFolder(etcdData);
    cpSync(this.#data('prepared'), etcdData, { recursive: true });
    const controlPlane = await startControlPlane({ etcdData, apiserverArgs });
    await untilQuiet(controlPlane.daemons.map(({ pid }) => pid));
    return controlPlane;
  }

  remove(): void {
    removeFolder(this.#folder);
    this.#forget();
  }

  #data(name: string): string {
    return join(this.#folder, name);
  }
}

async function create(client: Client, { nodes, pods, objects, pending }: Scenario): Promise<void> {
  const createAll = (path: string, all: readonly ApiObject[]) =>
    Promise.all(all.map((object) => client.text('POST', path, object)));
  await client.text('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await createAll('/api/v1/nodes', nodes);
  await createAll(`/api/v1/namespaces/${NAMESPACE}/services`, objects);
  await createAll(PODS, [...pods, ...pending]);
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
