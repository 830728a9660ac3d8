// What makes the cluster in memory feel like one: thin loops in place of kube-controller-manager and of kubelets.
//
// Each loop looks at the whole cluster and does what is due, once for many changes. They write through the store, with the
// defaults and checks of any client; what one writes is a change that the others see in the next round.
import { ControlledCluster, type Loop } from './controlled-cluster.ts';
import type { Store } from '../store/store.ts';
import { updateBudgets } from './budgets.ts';
import { collectGarbage } from './garbage.ts';
import { jobs } from './jobs.ts';
import { runPods } from './kubelet.ts';
import { daemonSets, deployments, replicaSets, statefulSets } from './replicas.ts';

const LOOPS: readonly Loop[] = [
  collectGarbage,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  jobs,
  runPods,
  updateBudgets,
];

const WATCHED = [
  ...['nodes', 'pods', 'deployments', 'replicasets', 'replicationcontrollers', 'statefulsets', 'daemonsets'],
  ...['jobs', 'poddisruptionbudgets'],
];
/** Changes that come within this time are looked at together. */
const ROUND_MS = 100;
const AGAIN_MS = 500;

/** Starts the loops. Returns how to stop them. */
export function startControllers(store: Store): () => void {
  const cluster = new ControlledCluster(store);
  let timer: NodeJS.Timeout | undefined;
  const schedule = (ms: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      cluster.beginRound();
      const again = LOOPS.filter((loop) => loop(cluster) === true);
      if (again.length > 0) schedule(AGAIN_MS);
    }, ms);
  };
  const stops = WATCHED.map((name) => store.collection(name).subscribe(() => schedule(ROUND_MS)));
  schedule(ROUND_MS);
  return () => {
    clearTimeout(timer);
    stops.forEach((stop) => stop());
  };
}
