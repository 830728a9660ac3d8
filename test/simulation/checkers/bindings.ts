// No pod is bound twice, moved, or bound by a process that does not hold the lease.
import type { Outgoing } from '../../../src/kube/carrier.ts';
import { DEFAULT_LEASE } from '../../../src/model/lease.ts';
import type { ApiObject } from '../../../src/model/types.ts';
import type { ServerAnswer } from '../api-server.ts';
import type { Network, Site } from '../network.ts';
import { bindingIn, isDone, nodeNameIn, type Checker } from './checker.ts';

interface Lease extends ApiObject {
  spec?: { holderIdentity?: string };
}

export class BindingsChecker implements Checker {
  readonly #network: Network;
  /** All replicas bind, each on its own nodes. */
  readonly #isFleet: boolean;
  /** Where each pod was bound to, by its uid. */
  readonly #bound = new Map<string, string>();
  #found: string[] = [];

  constructor(network: Network, isFleet: boolean) {
    this.#network = network;
    this.#isFleet = isFleet;
    network.server.store.collection('pods').subscribe(({ before, after }) => {
      const from = nodeNameIn(before);
      const to = nodeNameIn(after);
      if (from !== undefined && after !== undefined && from !== to)
        this.#found.push(`pod ${after.object.metadata?.name} was moved from ${from} to ${to}`);
    });
  }

  answered(site: Site, request: Outgoing, answer: ServerAnswer): void {
    const binding = bindingIn(request);
    if (binding === undefined || !isDone(answer)) return;
    const { key, node } = binding;
    const { store } = this.#network.server;
    const uid = store.collection('pods').get(key)?.object.metadata?.uid ?? '';
    const before = this.#bound.get(uid);
    if (before !== undefined) this.#found.push(`${key} was bound to ${before}, and then to ${node}`);
    this.#bound.set(uid, node);
    if (this.#isFleet) return;
    const { namespace, name } = DEFAULT_LEASE;
    const lease: Lease | undefined = store.collection('leases').get(`${namespace}/${name}`)?.object;
    const holder = lease?.spec?.holderIdentity;
    if (holder !== site.machine.name)
      this.#found.push(`${site.machine.name} has bound ${key}, while ${holder || 'nobody'} holds the lease`);
  }

  afterStep(): string[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}
