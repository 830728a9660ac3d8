// No node has more than it can take by what we did: when a pod is bound, its node has room, but for what others did there
// that the process could not know of when it decided. Of what other active replicas did it must know.
import type { Outgoing } from '../../../src/kube/carrier.ts';
import { objectKey, type Node, type Pod } from '../../../src/model/types.ts';
import type { ServerAnswer } from '../api-server.ts';
import type { Network, Site } from '../network.ts';
import { tooLittleFor } from '../objects.ts';
import { bindingIn, isDone, nodeNameIn, type Checker } from './checker.ts';
import type { Decision } from './decisions.ts';

/** A pod came to a node. */
interface Arrival {
  version: number;
  /** The process that has bound it; absent where somebody else did. */
  by?: string;
}

export class CapacityChecker implements Checker {
  readonly #network: Network;
  readonly #isFleet: boolean;
  readonly #decisionOf: (machine: string, key: string) => Decision | undefined;
  /** The version of the last change of each node. */
  readonly #changes = new Map<string, number>();
  readonly #arrivals = new Map<string, Arrival[]>();
  #last?: Arrival;
  #found: string[] = [];

  constructor(
    network: Network,
    isFleet: boolean,
    decisionOf: (machine: string, key: string) => Decision | undefined,
  ) {
    this.#network = network;
    this.#isFleet = isFleet;
    this.#decisionOf = decisionOf;
    const { store } = network.server;
    store.collection('nodes').subscribe(({ version, last }) => {
      this.#changes.set(last.object.metadata!.name!, version);
    });
    store.collection('pods').subscribe(({ version, before, after }) => {
      const node = nodeNameIn(after);
      if (node === undefined || nodeNameIn(before) === node) return;
      this.#last = { version };
      const arrivals = this.#arrivals.get(node);
      if (arrivals === undefined) this.#arrivals.set(node, [this.#last]);
      else arrivals.push(this.#last);
    });
  }

  answered({ machine }: Site, request: Outgoing, answer: ServerAnswer): void {
    const binding = bindingIn(request);
    if (binding === undefined || !isDone(answer)) return;
    if (this.#last !== undefined) this.#last.by = machine.name;
    const { key, node: name } = binding;
    const { store } = this.#network.server;
    const node: Node | undefined = store.collection('nodes').get(`/${name}`)?.object;
    const decision = this.#decisionOf(machine.name, key);
    if (node === undefined || decision === undefined) return;
    const onNode = store
      .list<Pod>('pods')
      .filter(({ spec, status }) => spec?.nodeName === name && status?.phase !== 'Succeeded');
    const [others, [pod]] = [
      onNode.filter((one) => objectKey(one) !== key),
      onNode.filter((one) => objectKey(one) === key),
    ];
    const over = tooLittleFor(pod!, node, others);
    if (over.length === 0 || this.#couldNotKnow(machine.name, name, decision)) return;
    this.#found.push(
      `${machine.name} has bound ${key} to ${name}, which has too little of ${over.join(', ')}`,
    );
  }

  afterStep(): string[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #couldNotKnow(machine: string, node: string, { nodesVersion, podsVersion }: Decision): boolean {
    if ((this.#changes.get(node) ?? 0) > nodesVersion) return true;
    const isExcused = (by: string | undefined) => by === undefined || (!this.#isFleet && by !== machine);
    const isNews = ({ version, by }: Arrival) => version > podsVersion && isExcused(by);
    return this.#arrivals.get(node)?.some(isNews) ?? false;
  }
}
