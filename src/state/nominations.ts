// Pods that wait for a node on which preemption makes room for them.
import type { PodRecord } from './pod-record.ts';

export interface Nomination {
  /** The pod as it would be on its node. */
  readonly pod: PodRecord;
  /** The API server's object names the node too; until then only we know of it. */
  readonly isTold: boolean;
}

export class Nominations {
  readonly #byPod = new Map<string, Nomination>();
  readonly #byNode = new Map<string, Map<string, PodRecord>>();

  get size(): number {
    return this.#byPod.size;
  }

  of(key: string): Nomination | undefined {
    return this.#byPod.get(key);
  }

  /** The pods that are nominated to a node. */
  on(node: string): Iterable<PodRecord> {
    return this.#byNode.get(node)?.values() ?? [];
  }

  /** The nodes that pods are nominated to. */
  nodes(): Iterable<string> {
    return this.#byNode.keys();
  }

  /** Adds a pod that has no nomination yet. */
  add(nomination: Nomination): void {
    const { pod } = nomination;
    this.#byPod.set(pod.key, nomination);
    const others = this.#byNode.get(pod.nodeName);
    if (others === undefined) this.#byNode.set(pod.nodeName, new Map([[pod.key, pod]]));
    else others.set(pod.key, pod);
  }

  /** Returns the pod, when it was nominated. */
  delete(key: string): PodRecord | undefined {
    const pod = this.#byPod.get(key)?.pod;
    if (pod === undefined) return undefined;
    this.#byPod.delete(key);
    const others = this.#byNode.get(pod.nodeName)!;
    others.delete(key);
    if (others.size === 0) this.#byNode.delete(pod.nodeName);
    return pod;
  }
}
