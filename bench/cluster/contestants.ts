// Who is measured: each gets the same API server, the same user and the same configuration file.
import { join } from 'node:path';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import {
  configurationFile,
  startCoset,
  startKubeScheduler,
  startScheduler,
  type Scheduler,
} from '../../test/cluster/scheduler.ts';

export const CONTESTANTS = ['kube-scheduler', 'coset', 'bare-client', 'binding-client'] as const;
export type Contestant = (typeof CONTESTANTS)[number];

const BARE_CLIENT = join(import.meta.dirname, 'bare-client.ts');

export async function start(contestant: Contestant, controlPlane: ControlPlane): Promise<Scheduler> {
  const kubeconfig = controlPlane.schedulerKubeconfigPath;
  switch (contestant) {
    case 'kube-scheduler':
      return startKubeScheduler(configurationFile(controlPlane, kubeconfig));
    case 'coset':
      return startCoset(configurationFile(controlPlane, kubeconfig));
    case 'bare-client':
      return startScheduler(process.execPath, [BARE_CLIENT, kubeconfig]);
    case 'binding-client':
      return startScheduler(process.execPath, [BARE_CLIENT, kubeconfig, 'only-binds']);
  }
}
