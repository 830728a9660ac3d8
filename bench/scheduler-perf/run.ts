// A workload on a control plane that has the gates of its case on, with the controllers that Kubernetes' own run has.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { load } from 'js-yaml';
import { startControllerManager } from '../../test/cluster/controller-manager.ts';
import { startControlPlane, type ControlPlane } from '../../test/cluster/control-plane.ts';
import {
  configurationFile,
  startCoset,
  startKubeScheduler,
  type Scheduler,
} from '../../test/cluster/scheduler.ts';
import { usageOf } from '../process-usage.ts';
import type { Workload } from './cases.ts';
import type { Collected } from './collector.ts';
import { Executor } from './executor.ts';
import { Objects } from './objects.ts';
import { PodsSeen } from './pods-seen.ts';

export const CONTESTANTS = ['coset', 'kube-scheduler'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

export type Gates = Readonly<Record<string, boolean>>;

export interface Measured extends Collected {
  /** Processes that wanted to run in the minute before: what else was done on the machine. */
  load: number;
  /** Of the scheduler's whole life, in MiB. */
  peakMemory: number;
}

const WAIT_SECONDS = 600;

/** What makes and deletes the claims of pods. */
const CONTROLLERS = ['resourceclaim-controller', 'garbage-collector-controller'];

export async function runWorkload(contestant: Contestant, workload: Workload): Promise<Measured> {
  const [load] = loadavg() as [number, number, number];
  return withControlPlane(workload.gates, async (controlPlane) => {
    const pods = await PodsSeen.start(controlPlane);
    const scheduler = await start(contestant, controlPlane, workload);
    try {
      const objects = new Objects(controlPlane.client);
      const executor = new Executor({
        objects,
        pods,
        scheduler: scheduler.daemon,
        waitSeconds: WAIT_SECONDS,
      });
      const collected = await executor.run(workload.operations());
      return { ...collected, load, peakMemory: usageOf(scheduler.daemon.pid).peakMemory };
    } finally {
      await scheduler.stop();
      await pods.close();
    }
  });
}

/** Resolves to what `run` does with a control plane that has these gates. */
export async function withControlPlane<T>(
  gates: Gates,
  run: (controlPlane: ControlPlane) => Promise<T>,
): Promise<T> {
  const controlPlane = await startControlPlane({
    apiserverArgs: [
      // priorities are given as numbers, and what is in use is deleted all the same
      ...['--disable-admission-plugins', 'Priority,StorageObjectInUseProtection'],
      ...['--runtime-config', servedFor(gates).join(',')],
      ...gateArgs(gates),
    ],
  });
  try {
    if (!gates['DynamicResourceAllocation']) return await run(controlPlane);
    const manager = await startControllerManager(controlPlane, CONTROLLERS, gateArgs(gates));
    try {
      return await run(controlPlane);
    } finally {
      await manager.stop();
    }
  } finally {
    await controlPlane.stop();
  }
}

export function start(
  contestant: Contestant,
  controlPlane: ControlPlane,
  { configuration, gates }: Pick<Workload, 'configuration' | 'gates'>,
): Promise<Scheduler> {
  const file = configurationFile(
    controlPlane,
    controlPlane.schedulerKubeconfigPath,
    pluginConfigOf(configuration),
  );
  return contestant === 'coset'
    ? Promise.resolve(startCoset(file))
    : startKubeScheduler(file, gateArgs(gates));
}

function pluginConfigOf(configuration: string | undefined): object[] {
  if (configuration === undefined) return [];
  const { profiles } = load(readFileSync(configuration, 'utf8')) as {
    profiles: { pluginConfig: object[] }[];
  };
  return profiles[0]!.pluginConfig;
}

function servedFor(gates: Gates): string[] {
  const versions = ['resource.k8s.io/v1beta2=true'];
  if (gates['GenericWorkload']) versions.push('scheduling.k8s.io/v1beta1=true');
  return versions;
}

function gateArgs(gates: Gates): string[] {
  const all = Object.entries(gates).map(([name, on]) => `${name}=${on}`);
  return all.length === 0 ? [] : ['--feature-gates', all.join(',')];
}
