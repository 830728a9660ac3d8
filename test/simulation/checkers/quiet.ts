// When everything that went wrong has ended: what can have a node has one, and what a process takes to be so is what the API
// server has.
import type { Configuration } from '../../../src/config/types.ts';
import { objectKey, type Node, type Pod } from '../../../src/model/types.ts';
import { Planner } from '../../../src/planner/planner.ts';
import { referenceKernel } from '../../reference/kernel.ts';
import type { Replica, Replicas } from '../replicas.ts';
import { couldBePlaced, waitsForUs, type Checked, type Checker } from './checker.ts';

const ALL = 10_000;

export class QuietChecker implements Checker {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  whenQuiet({ network, replicas }: Checked): string[] {
    const leaders = replicas.running.filter(({ isLeading }) => isLeading);
    const due = replicas.isFleet ? replicas.running.length : 1;
    if (leaders.length !== due) return [`${leaders.length} processes lead`];
    const { store } = network.server;
    const pods = store
      .list<Pod>('pods')
      .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
    const nodes = store.list<Node>('nodes');
    const inPlace = replicas.running.flatMap((replica) => this.#unlikeApi(replica, pods, nodes.length > 0));
    if (replicas.isFleet) inPlace.push(...notInOneQueue(replicas, pods));
    return inPlace.length > 0 ? inPlace : this.#leftWaiting(nodes, pods, store.list('services'));
  }

  #unlikeApi(replica: Replica, pods: readonly Pod[], hasNodes: boolean): string[] {
    const { scheduler, cluster, machine, isLeading } = replica;
    const found: string[] = [];
    const fault = (what: string) => found.push(`${machine.name}: ${what}`);
    if (!replica.isAtWork) fault('does not know the cluster yet');
    const queued = new Map(scheduler.queue(ALL).map((row) => [row.key, row.queue]));
    for (const pod of pods.filter(waitsForUs)) {
      const key = objectKey(pod);
      if (!queued.delete(key) && replica.membership === undefined) fault(`${key} does not wait`);
    }
    for (const [key, queue] of queued) fault(`${key} is ${queue}, and does not wait`);
    const { active, backoff } = scheduler.state().queue;
    // without any node pods are tried again and again, as kube-scheduler does
    if (isLeading && hasNodes && active + backoff > 0)
      fault(`${active + backoff} pods are still to be tried`);
    const rows = scheduler.queue(ALL);
    for (const { key } of rows.filter(({ queue }) => queue === 'inFlight'))
      fault(`${key} is still under way`);
    const { correspondences } = scheduler.state();
    // where pods are tried again and again, one is open now and then
    if (correspondences > 0 && (hasNodes || replica.membership === undefined))
      fault(`${correspondences} correspondences are left`);
    if (cluster === undefined) return found;
    const standing = new Map(pods.filter(({ spec }) => spec?.nodeName).map((pod) => [objectKey(pod), pod]));
    for (const { key, uid, nodeName, assumed } of cluster.pods()) {
      const pod = standing.get(key);
      standing.delete(key);
      if (pod?.metadata?.uid !== uid || pod?.spec?.nodeName !== nodeName)
        fault(`${key} is taken to be on ${nodeName}, and is on ${pod?.spec?.nodeName}`);
      else if (assumed) fault(`${key} is on ${nodeName}, and only assumed there`);
    }
    for (const key of standing.keys()) fault(`${key} has a node, and is not known to have one`);
    return found;
  }

  /** The pods that wait although there is a node for them, or others that would make way. */
  #leftWaiting(nodes: Node[], pods: readonly Pod[], objects: Pod[]): string[] {
    const waiting = pods.filter(couldBePlaced);
    if (waiting.length === 0) return [];
    const standing = pods.filter(({ spec }) => spec?.nodeName);
    const scenario = { nodes, pods: standing, objects, pending: waiting.map((pod) => ({ ...pod })) };
    const options = { kernel: referenceKernel(), configuration: this.#configuration };
    const planner = Planner.ofScenario(scenario, options);
    return scenario.pending.flatMap((pod) => {
      const fork = planner.fork();
      const [decision] = fork.decide([pod]).decisions;
      fork.discard();
      return decision?.node === undefined
        ? []
        : [`${objectKey(pod)} waits, and could be on ${decision.node}`];
    });
  }
}

/** The pods that wait in no active replica, or in several. */
function notInOneQueue({ running }: Replicas, pods: readonly Pod[]): string[] {
  const queues = running.map(({ scheduler }) => new Set(scheduler.queue(ALL).map(({ key }) => key)));
  return pods
    .filter(waitsForUs)
    .map((pod) => ({ key: objectKey(pod), times: queues.filter((keys) => keys.has(objectKey(pod))).length }))
    .filter(({ times }) => times !== 1)
    .map(({ key, times }) => `${key} waits in ${times} replicas`);
}
