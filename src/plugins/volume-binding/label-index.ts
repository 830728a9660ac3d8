// Things in an order of which only some can be reached from a node, by the labels that it must have: what asks for a value of
// a label is looked at for nodes with that value only.
import { append } from '../../model/by-key.ts';
import type { Labels } from '../../model/labels.ts';

interface Placed<T> {
  thing: T;
  order: number;
}

export class LabelIndex<T> {
  /** By the label and its value. */
  readonly #byLabel = new Map<string, Map<string, Placed<T>[]>>();
  readonly #others: Placed<T>[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds the next thing in the order; `required` is a label that nodes must have one of the values of. */
  add(thing: T, required?: { key: string; values?: readonly string[] }): void {
    const placed = { thing, order: this.#count++ };
    if (required === undefined) {
      this.#others.push(placed);
      return;
    }
    let byValue = this.#byLabel.get(required.key);
    if (byValue === undefined) this.#byLabel.set(required.key, (byValue = new Map<string, Placed<T>[]>()));
    for (const value of new Set(required.values)) append(byValue, value, placed);
  }

  /** The first thing in the order that is wanted, of those that nodes with these labels can reach. */
  first(labels: Labels, isWanted: (thing: T) => boolean): T | undefined {
    let best = this.#others.find(({ thing }) => isWanted(thing));
    for (const [key, byValue] of this.#byLabel) {
      const list = Object.hasOwn(labels, key) ? byValue.get(labels[key]!) : undefined;
      const found = list?.find(({ thing }) => isWanted(thing));
      if (found !== undefined && (best === undefined || found.order < best.order)) best = found;
    }
    return best?.thing;
  }
}
