// Of several active replicas no two decide on one node at once, each binds on nodes only that the view gives it by which the
// lease says that it acts, and who decides knows what the others have bound where it looks.
import type { Outgoing } from '../../../src/kube/carrier.ts';
import { FLEET_ANNOTATION } from '../../../src/kube/fleet/lease.ts';
import type { Lease } from '../../../src/model/lease.ts';
import type { FleetState } from '../../../src/kube/fleet/protocol.ts';
import { nodeOwner } from '../../../src/kube/fleet/view.ts';
import type { Pod } from '../../../src/model/types.ts';
import { DEFAULT_LEASE } from '../../../src/model/lease.ts';
import type { PodRecord } from '../../../src/state/pod-record.ts';
import type { ServerAnswer } from '../api-server.ts';
import type { Network, Site } from '../network.ts';
import type { Replica } from '../replicas.ts';
import { bindingIn, isDone, nodeNameIn, type Checked, type Checker } from './checker.ts';

export class ShardsChecker implements Checker {
  readonly #network: Network;
  /** The process that has bound each pod, and where to, by the uid. */
  readonly #bound = new Map<string, { by: string; key: string; node: string }>();
  readonly #seen = new WeakSet<PodRecord>();
  #found: string[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  answered({ machine }: Site, request: Outgoing, answer: ServerAnswer): void {
    const binding = bindingIn(request);
    const state = this.#state();
    if (binding === undefined || !isDone(answer) || state === undefined) return;
    const { key, node } = binding;
    const uid = this.#network.server.store.collection('pods').get(key)?.object.metadata?.uid ?? '';
    this.#bound.set(uid, { by: machine.name, key, node });
    const { acts = -1 } = state.members[machine.name] ?? {};
    const view = state.views[acts];
    if (view === undefined || nodeOwner(view, node) !== machine.name)
      this.#found.push(`${machine.name} has bound ${key} to ${node}, which is not its own`);
  }

  afterStep({ replicas }: Checked): string[] {
    const found = this.#found;
    this.#found = [];
    if (!replicas.isFleet) return found;
    const deciders = new Map<string, string>();
    for (const replica of replicas.running) {
      const { machine, cluster } = replica;
      if (cluster === undefined || !replica.isLeading) continue;
      const assumed = [...cluster.pods()].filter((record) => record.assumed);
      for (const node of new Set(assumed.map(({ nodeName }) => nodeName))) {
        const other = deciders.get(node);
        if (other !== undefined) found.push(`${other} and ${machine.name} both decide on ${node}`);
        deciders.set(node, machine.name);
      }
      for (const record of assumed) {
        if (this.#seen.has(record)) continue;
        this.#seen.add(record);
        found.push(...this.#unknownTo(replica, record));
      }
    }
    return found;
  }

  /** What others have bound where the replica has looked for this decision, and it was not told of. */
  #unknownTo({ machine, site, membership }: Replica, { key, nodeName }: PodRecord): string[] {
    const { store } = this.#network.server;
    const isOverAll = membership?.phase === 'all';
    return [...this.#bound]
      .filter(([, { by, node }]) => by !== machine.name && (isOverAll || node === nodeName))
      .filter(([uid, { key: other, node }]) => {
        const stored = store.collection('pods').get(other);
        if (stored?.object.metadata?.uid !== uid || nodeNameIn(stored) !== node) return false;
        // ended pods are not watched
        if (['Succeeded', 'Failed'].includes((stored.object as Pod).status?.phase ?? '')) return false;
        return site.view.pod(other)?.spec?.nodeName !== node;
      })
      .map(
        ([, { by, key: other, node }]) =>
          `${machine.name} has given ${nodeName} to ${key}, and does not know that ${by} has bound ${other} to ${node}`,
      );
  }

  #state(): FleetState | undefined {
    const { namespace, name } = DEFAULT_LEASE;
    const lease: Lease | undefined = this.#network.server.store
      .collection('leases')
      .get(`${namespace}/${name}`)?.object;
    const text = lease?.metadata?.annotations?.[FLEET_ANNOTATION];
    return text === undefined ? undefined : (JSON.parse(text) as FleetState);
  }
}
