// Each pod that a process was told of has exactly one state there: it waits, it is under way, or it has a node.
import { objectKey } from '../../../src/model/types.ts';
import type { Store } from '../../../src/dev/embedded/store/store.ts';
import type { QueueName } from '../../../src/queue/types.ts';
import type { Replica } from '../replicas.ts';
import { waitsForUs, type Checked, type Checker } from './checker.ts';
import type { Decision } from './decisions.ts';

const ALL = 10_000;

export class StatesChecker implements Checker {
  readonly #decisionOf: (machine: string, key: string) => Decision | undefined;

  constructor(decisionOf: (machine: string, key: string) => Decision | undefined) {
    this.#decisionOf = decisionOf;
  }

  afterStep({ network, replicas }: Checked): string[] {
    return replicas.running
      .filter((replica) => replica.isAtWork)
      .flatMap((replica) => this.#faultsIn(replica, network.server.store));
  }

  #faultsIn(replica: Replica, store: Store): string[] {
    const { scheduler, site, machine, cluster } = replica;
    const { view } = site;
    const found: string[] = [];
    const fault = (key: string, what: string) => found.push(`${machine.name}: ${key} ${what}`);
    const queued = new Map<string, QueueName>();
    for (const { key, queue } of scheduler.queue(ALL)) {
      if (queued.has(key)) fault(key, 'is in the queue twice');
      queued.set(key, queue);
      if (view.pod(key) === undefined) fault(key, `is ${queue}, and there is no such pod`);
    }
    // before its first cycle nothing was given a node, and what stands where is not seen
    if (cluster === undefined) return found;
    for (const pod of view.pods) {
      const key = objectKey(pod);
      const queue = queued.get(key);
      const record = cluster.pod(key);
      const isSame = record?.uid === pod.metadata?.uid;
      if (!waitsForUs(pod)) {
        const node = pod.spec?.nodeName;
        if (node && record?.nodeName !== node)
          fault(key, `is on ${node}, and taken to be on ${record?.nodeName}`);
        if (node && queue !== undefined && queue !== 'inFlight') fault(key, `has a node, and is ${queue}`);
      } else if (queue === undefined && record === undefined) {
        // it may wait in another active replica
        if (replica.membership !== undefined) continue;
        // one that has taken the name of another waits until the binding of that one has its outcome
        const decided = this.#decisionOf(machine.name, key);
        const isThere = store.collection('pods').get(key)?.object.metadata?.uid === pod.metadata?.uid;
        // that one is gone may have been asked for before it was told
        if (isThere && (decided === undefined || decided.uid === pod.metadata?.uid)) fault(key, 'is lost');
      } else if (queue !== undefined && queue !== 'inFlight' && record !== undefined && isSame) {
        fault(key, `is ${queue}, and has ${record.nodeName}`);
      }
    }
    for (const { key, nodeName } of cluster.pods())
      if (view.pod(key) === undefined) fault(key, `has ${nodeName}, and there is no such pod`);
    return found;
  }
}
