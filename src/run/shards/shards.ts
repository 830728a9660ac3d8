// What one of several active replicas may decide at present: which nodes and pods are its own, and whether it looks at its
// shard or, in its turn, at all nodes.
import type { Configuration } from '../../config/types.ts';
import type { FleetRecord } from '../../control/types.ts';
import type { Outcome } from '../../cycle/outcome.ts';
import type { Fleet, FleetHost } from '../../kube/fleet/membership.ts';
import { hasReached, type FleetState, type Phase } from '../../kube/fleet/protocol.ts';
import type { Pod } from '../../model/types.ts';
import type { SchedulingQueue } from '../../queue/scheduling-queue.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { Bindings } from '../bindings.ts';
import type { PodFeed } from '../pod-feed.ts';
import type { Reservations } from '../reservation-api.ts';
import type { Watching } from '../watching.ts';
import { Reach } from './reach.ts';

export interface ShardsOptions {
  fleet: Fleet;
  configuration: Configuration;
  cluster: Cluster;
  queue: SchedulingQueue;
  bindings: Bindings;
  pods: PodFeed;
  watching: Watching;
  reservations: Reservations;
  /** Whether somebody wants nothing to be decided. */
  isPaused: () => boolean;
  isDeciding: () => boolean;
  /** Something can be decided that could not before, or no longer. */
  onChange: () => void;
}

export class Shards implements FleetHost {
  readonly #options: ShardsOptions;
  readonly #reach: Reach;
  /** The state by which nodes and pods were dealt out last: those that come are dealt out by the same. */
  #dealtBy?: FleetState;
  /** What counts of it. */
  #nodesBy = '';
  #podsBy = '';
  /** The phase that the cycle at hand began in. */
  #phase: Phase = 'none';
  /** Pods that no node of the shard was good for. */
  #spilled = new WeakSet<Pod>();
  /** Pods that wait for a turn, as the last cycle has found. */
  #waiting = 0;
  #wasIdle = true;
  #wasOverAll = false;

  constructor(options: ShardsOptions) {
    this.#options = options;
    this.#reach = new Reach(options.configuration, options.cluster.store);
    options.cluster.nodes.leaveOut(() => true);
    options.fleet.attach(this);
  }

  /** Whether nothing may be decided: another one has its turn, or it does not know all yet that the others have bound. */
  get isIdle(): boolean {
    const { fleet, watching } = this.#options;
    const at = watching.position;
    return fleet.phase === 'none' || at === undefined || !hasReached(at, fleet.podsVersion);
  }

  /** How many there are, with this one. */
  get replicas(): number {
    return Math.max(1, Object.keys(this.#options.fleet.state?.members ?? {}).length);
  }

  /** Whether others wait for this one. */
  get isHandingOver(): boolean {
    return this.#options.fleet.phase === 'none';
  }

  /** Whether a pod that fits on no node is to be decided over all nodes before it is unschedulable. */
  get isSpilling(): boolean {
    return this.#phase === 'shard' && this.#options.isDeciding();
  }

  /** A cycle is about to begin. Returns whether it may. */
  begin(): boolean {
    if (this.isIdle) return false;
    this.#dealOut();
    // who has become the one that decides over all nodes knows less now
    if (this.isIdle) return false;
    this.#phase = this.#options.fleet.phase;
    this.#waiting = 0;
    if (this.#phase === 'all') this.#spilled = new WeakSet();
    return true;
  }

  /** Whether the cycle must end before it decides more. */
  get mustEnd(): boolean {
    return this.#options.fleet.phase !== this.#phase;
  }

  /** Whether a pod waits for a turn. */
  holds(pod: Pod): boolean {
    if (this.#phase === 'all') return false;
    const isHeld = this.#spilled.has(pod) || this.#reach.needsAllNodes(pod);
    if (isHeld) this.#waiting++;
    return isHeld;
  }

  spill(pod: Pod): void {
    this.#spilled.add(pod);
  }

  /** Whether another replica decides on the pod. */
  isElsewhere(pod: Pod): boolean {
    return !this.#usesPod(this.#reach.keyOf(pod));
  }

  /** What is to be told of an outcome: that a pod fits nowhere in the shard is nothing yet. */
  told(outcome: Outcome): Outcome {
    return this.isSpilling ? { ...outcome, waiting: [], refusal: undefined } : outcome;
  }

  isAnswered(): boolean {
    return this.#options.bindings.areAnswered;
  }

  isClear(): boolean {
    const { cluster, isDeciding } = this.#options;
    if (isDeciding() || !this.isAnswered()) return false;
    for (const { assumed } of cluster.pods()) if (assumed) return false;
    return true;
  }

  podsVersion(): string | undefined {
    return this.#options.pods.boundVersion;
  }

  wants(): 'turn' | 'nodes' | undefined {
    const { active } = this.#options.queue.counts();
    if (active === 0 || this.#options.isPaused()) return undefined;
    return this.#waiting > 0 || this.#options.fleet.phase === 'all' ? 'turn' : 'nodes';
  }

  listAnew(): void {
    this.#options.watching.listAnew();
  }

  looked(): void {
    const { reservations, onChange, isDeciding } = this.#options;
    const { isIdle } = this;
    // a cycle goes on with the nodes that it began with, and nodes of others come when it is known what these have bound
    if (!isIdle && !isDeciding()) this.#dealOut();
    if (this.isHandingOver) reservations.giveUp('its node is handed over to another replica');
    if (isIdle === this.#wasIdle && !this.mustEnd) return;
    this.#wasIdle = isIdle;
    onChange();
  }

  /** What the control API shows. */
  record(): FleetRecord {
    const { fleet, cluster } = this.#options;
    const { version = 0, members = {}, views = {} } = fleet.state ?? {};
    return {
      identity: fleet.identity,
      phase: fleet.phase,
      version,
      turn: views[version]?.turn,
      nodes: cluster.nodes.count - cluster.nodes.outsideRows.size,
      members: Object.entries(members).map(([name, { acts, wants }]) => ({ name, acts, wants })),
    };
  }

  /** Has this replica's nodes and pods be those that the state says are its own. */
  #dealOut(): void {
    const { fleet, cluster, pods } = this.#options;
    const { state } = fleet;
    if (state === undefined) return;
    const nodesBy = textOf(state, true);
    // device classes say which pods ask for devices
    const podsBy = `${cluster.store.versionOf('DeviceClass')} ${textOf(state, false)}`;
    const [areNodesNew, arePodsNew] = [nodesBy !== this.#nodesBy, podsBy !== this.#podsBy];
    [this.#dealtBy, this.#nodesBy, this.#podsBy] = [state, nodesBy, podsBy];
    if (areNodesNew) cluster.nodes.leaveOut((name) => !fleet.usesNode(name, state));
    if (!arePodsNew) return;
    pods.moved();
    const isOverAll = this.#usesPod(this.#reach.keyOverAll);
    // what the one before has allocated comes by another watch than that of the pods
    if (isOverAll && !this.#wasOverAll && state.version > 1) this.listAnew();
    this.#wasOverAll = isOverAll;
  }

  #usesPod(key: string): boolean {
    return this.#dealtBy !== undefined && this.#options.fleet.usesPod(key, this.#dealtBy);
  }
}

/** By what each member acts. */
function textOf({ members, views }: FleetState, withTurns: boolean): string {
  const acted = Object.entries(members).map(([name, { acts }]) => {
    const { members: among, turn } = views[acts]!;
    return [name, among, withTurns ? turn : undefined];
  });
  return JSON.stringify(acted);
}
