// Label selectors, parsed once and matched many times.
import type { LabelSelector } from './types.ts';

export type Labels = Readonly<Record<string, string>>;

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface Requirement {
  key: string;
  operator: SelectorOperator;
  values: readonly string[];
}

/** A conjunction of requirements; `nothing` matches no labels at all, an empty list all of them. */
export interface Selector {
  readonly nothing: boolean;
  readonly requirements: readonly Requirement[];
}

export const NOTHING: Selector = { nothing: true, requirements: [] };

/** The selector that a map of labels stands for: each key must have its value. */
export function selectorOfSet(set: Labels): Selector {
  return {
    nothing: false,
    requirements: Object.keys(set)
      .sort()
      .map((key) => ({ key, operator: 'In', values: [set[key]!] })),
  };
}

/** metav1.LabelSelectorAsSelector: an absent selector matches nothing, an empty one everything. */
export function selectorOf(selector: LabelSelector | undefined | null): Selector {
  if (!selector) return NOTHING;
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist') {
      throw new SelectorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    }
    requirements.push({ key, operator, values: [...(values ?? [])].sort() });
  }
  return { nothing: false, requirements: requirements.sort(byKey) };
}

function byKey(one: Requirement, two: Requirement): number {
  return one.key < two.key ? -1 : one.key > two.key ? 1 : 0;
}

/** A selector that cannot be understood. */
export class SelectorError extends Error {}

/** Both selectors' requirements. */
export function bothSelectors(one: Selector, two: Selector): Selector {
  if (one.nothing || two.nothing) return NOTHING;
  return { nothing: false, requirements: [...one.requirements, ...two.requirements].sort(byKey) };
}

export function isEmpty(selector: Selector): boolean {
  return !selector.nothing && selector.requirements.length === 0;
}

export function matches(selector: Selector, labels: Labels | undefined): boolean {
  if (selector.nothing) return false;
  for (const { key, operator, values } of selector.requirements) {
    const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'In':
        if (value === undefined || !values.includes(value)) return false;
        break;
      case 'NotIn':
        if (value !== undefined && values.includes(value)) return false;
        break;
      case 'Exists':
        if (value === undefined) return false;
        break;
      case 'DoesNotExist':
        if (value !== undefined) return false;
        break;
    }
  }
  return true;
}

/** The same text for the same requirements, whatever their order was. */
export function selectorText(selector: Selector): string {
  if (selector.nothing) return 'nothing';
  const requirements = selector.requirements.map(({ key, operator, values }) =>
    JSON.stringify([key, operator, ...[...new Set(values)].sort()]),
  );
  return [...new Set(requirements)].sort().join();
}

/** Whether there is a label with one of the keys; any will do where they are not known. */
export function hasKey(labels: Labels | undefined, keys: ReadonlySet<string> | undefined): boolean {
  if (keys === undefined) return true;
  for (const key in labels) if (keys.has(key)) return true;
  return false;
}

/** Whether the labels are the same, in any order. */
export function sameLabels(one: Labels, two: Labels): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => one[key] === two[key]);
}
