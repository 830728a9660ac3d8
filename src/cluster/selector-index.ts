// Selectors by a label that they ask for, so that those which may match a pod are found without asking all of them.
import type { Labels, Requirement, Selector } from '../api/labels.ts';

export class SelectorIndex<T> {
  /** "key=value" -> what was added under selectors that ask for it. A key has no equals sign. */
  readonly #byLabel = new Map<string, Set<T>>();
  /** Under selectors that name no value: Exists, NotIn, DoesNotExist, or nothing at all. */
  readonly #others = new Set<T>();

  add(selector: Selector, item: T): void {
    for (const items of this.#setsOf(selector)) items.add(item);
  }

  delete(selector: Selector, item: T): void {
    for (const items of this.#setsOf(selector)) items.delete(item);
  }

  /** What was added under selectors that may match the labels; what was added under several may come more than once. */
  *near(labels: Labels | undefined): Iterable<T> {
    yield* this.#others;
    for (const key in labels) yield* this.#byLabel.get(`${key}=${labels[key]}`) ?? [];
  }

  #setsOf(selector: Selector): Set<T>[] {
    if (selector.nothing) return [];
    const asked = valuesAsked(selector);
    if (asked === undefined) return [this.#others];
    return asked.values.map((value) => {
      const label = `${asked.key}=${value}`;
      let items = this.#byLabel.get(label);
      if (items === undefined) this.#byLabel.set(label, (items = new Set()));
      return items;
    });
  }
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
