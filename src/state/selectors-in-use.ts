// What decides by which labels and affinities pods are told apart: the selectors of services and controllers, of pods on
// nodes and of waiting pods, and the labels of namespaces, which affinity terms read.
import type { Labels, Selector } from '../model/labels.ts';
import type { ApiObject } from '../model/types.ts';
import { Affinities } from './affinities.ts';
import type { PodAffinityTerms } from './pod-affinity.ts';
import { SelectorKeys } from './pod-buckets.ts';
import { SelectingObjects } from './selecting-objects.ts';

/** What a pod brings along. */
interface PodSelectors {
  readonly selectors: readonly Selector[];
  readonly affinity?: PodAffinityTerms;
}

export class SelectorsInUse {
  readonly keys = new SelectorKeys();
  readonly affinities = new Affinities();
  readonly objects = new SelectingObjects();
  readonly #namespaces = new Map<string, Labels>();
  /** What waiting pods bring along, as far as they bring anything. */
  readonly #pending = new Map<string, PodSelectors>();
  #objectsVersion = 0;

  /** Counts the changes after which a pod may be told from others by something else. */
  get version(): number {
    return this.keys.version + this.#objectsVersion;
  }

  /** A namespace's labels; undefined when there is no such namespace. */
  readonly namespaceLabels = (namespace: string): Labels | undefined => this.#namespaces.get(namespace);

  /** A pod with these selectors and this affinity is there. */
  retain({ selectors, affinity }: PodSelectors): void {
    for (const selector of selectors) this.keys.retain(selector);
    if (affinity === undefined || !this.affinities.retain(affinity)) return;
    // with the first one labels begin to tell pods apart
    if (this.affinities.size === 1) this.#objectsVersion++;
  }

  release({ selectors, affinity }: PodSelectors): void {
    for (const selector of selectors) this.keys.release(selector);
    if (affinity !== undefined) this.affinities.release(affinity);
  }

  /** Takes what a waiting pod brings along, in the place of what it did before. */
  setPending(key: string, brought: PodSelectors): void {
    this.retain(brought);
    this.dropPending(key);
    if (brought.selectors.length > 0 || brought.affinity !== undefined) this.#pending.set(key, brought);
  }

  dropPending(key: string): void {
    const brought = this.#pending.get(key);
    if (brought === undefined) return;
    this.#pending.delete(key);
    this.release(brought);
  }

  /** Takes (or drops) a service or a controller. Returns whether its selector is another one now. */
  setObject(object: ApiObject, present: boolean): boolean {
    const change = this.objects.set(object, present);
    if (change === undefined) return false;
    if (change.after) this.keys.retain(change.after);
    if (change.before) this.keys.release(change.before);
    this.#objectsVersion++;
    return true;
  }

  /** Takes (or drops) a namespace. Returns whether its labels are others now. */
  setNamespace({ metadata }: ApiObject, present: boolean): boolean {
    const name = metadata?.name ?? '';
    const before = this.#namespaces.get(name);
    const labels = metadata?.labels ?? {};
    if (
      present
        ? before !== undefined && JSON.stringify(before) === JSON.stringify(labels)
        : before === undefined
    )
      return false;
    if (present) this.#namespaces.set(name, labels);
    else this.#namespaces.delete(name);
    // only terms with a namespace selector read them
    if (this.affinities.size > 0) this.#objectsVersion++;
    return true;
  }

  /** Forgets affinities and label keys that no pod has any longer, when they are many. */
  sweep(mayKeep = true): void {
    if (this.affinities.sweep(mayKeep)) this.#objectsVersion++;
    this.keys.sweep(mayKeep);
  }
}
