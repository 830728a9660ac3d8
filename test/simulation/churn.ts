// Has things happen, one after another, until all is over.
import { Creations, nodeHappenings, podHappenings, type Happening } from './happenings.ts';
import { incidents } from './incidents.ts';
import type { Network } from './network.ts';
import { node } from './objects.ts';
import type { Replicas } from './replicas.ts';

/** From one thing to the next, in the mean. */
const GAP_MS = 500;
const PODS_MOST = 60;
/** One of so many times has an incident, where there are any. */
const INCIDENTS = 0.03;

export class Churn {
  readonly #network: Network;
  readonly #creations: Creations;
  readonly #happenings: Record<string, Happening>;
  readonly #incidents: Record<string, Happening>;
  #ticks = 0;

  constructor(network: Network, replicas: Replicas) {
    this.#network = network;
    this.#creations = new Creations(network);
    this.#happenings = {
      ...podHappenings(network, this.#creations),
      ...nodeHappenings(network, this.#creations),
    };
    this.#incidents = incidents(network, replicas);
  }

  /** What there is before the first process starts. */
  begin(): void {
    const { chance } = this.#network;
    const nodes = Math.floor(chance.between('nodes at first', 2, 9));
    for (let n = 0; n < nodes; n++) this.#creations.load(node(`node-${n}`, chance));
    this.#creations.pods('at first', Math.floor(chance.between('pods at first', 0, 12)));
    this.#nextTick();
  }

  #nextTick(): void {
    const { world, chance, disturbances } = this.#network;
    const n = this.#ticks++;
    const gapMs = -Math.log(1 - chance.of(`gap ${n}`)) * GAP_MS;
    world.after(gapMs, 'the cluster goes on', () => {
      if (disturbances.isOver) return;
      this.#tick(n);
      this.#nextTick();
    });
  }

  #tick(n: number): void {
    const { chance, weather, server } = this.#network;
    const isFull = server.store.collection('pods').size > PODS_MOST;
    const drawn = this.#drawn(`action ${n}`, this.#happenings);
    this.#happen(`action ${n}`, isFull ? 'a pod is deleted' : drawn, this.#happenings);
    const incident = this.#drawn(`incident ${n}`, this.#incidents);
    if (chance.of(`incident ${n} at all`) < INCIDENTS * weather.incidents)
      this.#happen(`incident ${n}`, incident, this.#incidents);
  }

  #drawn(id: string, from: Record<string, Happening>): string {
    const weights = Object.fromEntries(Object.entries(from).map(([name, { weight }]) => [name, weight]));
    return this.#network.chance.weighted(`${id} kind`, weights);
  }

  #happen(id: string, name: string, from: Record<string, Happening>): void {
    if (this.#network.disturbances.happens(`${id}: ${name}`, 1)) from[name]!.happen(id);
  }
}
