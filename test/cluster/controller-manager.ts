import { binary } from './binaries.ts';
import type { ControlPlane } from './control-plane.ts';
import { startScheduler, type Scheduler } from './scheduler.ts';

/** The controllers that make pods, and what they need. */
const CONTROLLERS = [
  'deployment-controller',
  'replicaset-controller',
  'replicationcontroller-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'ephemeral-volume-controller',
];

/** Starts kube-controller-manager with those controllers. It serves nothing, since a port would have to be free. */
export async function startControllerManager(
  controlPlane: ControlPlane,
  controllers: readonly string[] = CONTROLLERS,
  more: readonly string[] = [],
): Promise<Scheduler> {
  return startScheduler(await binary('kube-controller-manager'), [
    ...['--kubeconfig', controlPlane.kubeconfigPath, '--leader-elect=false', '--secure-port', '0'],
    ...[
      '--controllers',
      controllers.join(','),
      '--kube-api-qps',
      '5000',
      '--kube-api-burst',
      '5000',
      ...more,
    ],
  ]);
}
