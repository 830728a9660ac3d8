// Selectors by a label that they ask for, so that those which may match a pod are found without asking all of them.
import type { Labels, Requirement, Selector } from '../model/labels.ts';

export class SelectorIndex<T> {
  /** "key=value" -> what was added under selectors that ask for it. A key has no equals sign. */
  readonly #byLabel = new Map<string, Set<T>>();
  /** Under selectors that name no value: Exists, NotIn, DoesNotExist, or nothing at all. */
  readonly #others = new Set<T>();

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    return this.#byLabel.size === 0 && this.#others.size === 0;
  }

  add(selector: Selector, item: T): void {
    for (const label of labelsOf(selector)) {
      const items = label === undefined ? this.#others : this.#byLabel.get(label);
      if (items === undefined) this.#byLabel.set(label!, new Set([item]));
      else items.add(item);
    }
  }

  delete(selector: Selector, item: T): void {
    for (const label of labelsOf(selector)) {
      const items = label === undefined ? this.#others : this.#byLabel.get(label);
      items?.delete(item);
      if (label !== undefined && items?.size === 0) this.#byLabel.delete(label);
    }
  }

  /** What was added under selectors that may match the labels; what was added under several may come more than once. */
  *mayMatch(labels: Labels | undefined): Iterable<T> {
    yield* this.#others;
    for (const key in labels) yield* this.#byLabel.get(`${key}=${labels[key]}`) ?? [];
  }
}

/** The labels, one of which the selector asks for, as "key=value"; undefined when it names no value. */
function labelsOf(selector: Selector): (string | undefined)[] {
  if (selector.nothing) return [];
  const asked = valuesAsked(selector);
  return asked === undefined ? [undefined] : asked.values.map((value) => `${asked.key}=${value}`);
}

/** The requirement that leaves the fewest values to a label; undefined when none names its values. */
export function valuesAsked({ requirements }: Selector): Requirement | undefined {
  let least: Requirement | undefined;
  for (const requirement of requirements) {
    if (requirement.operator !== 'In') continue;
    if (least === undefined || requirement.values.length < least.values.length) least = requirement;
  }
  return least;
}
