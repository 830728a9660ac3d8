// Pod disruption budgets: which of the pods that may be preempted would be one too many.
import {
  isEmpty,
  matches,
  NOTHING,
  selectorOf,
  SelectorError,
  type Labels,
  type Selector,
} from '../../model/labels.ts';
import type { PodDisruptionBudget } from '../../model/types.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { PodRecord } from '../../state/pod-record.ts';
import { SelectorIndex } from '../../state/selector-index.ts';

const SELECTED_MAX = 10_000;

interface Budget {
  name: string;
  selector: Selector;
  allowed: number;
  /** Names of pods whose disruption the budget has counted already. */
  disrupted: ReadonlySet<string>;
}

export class Budgets {
  /** In the order of their names; kube-scheduler has them in none. */
  readonly #byNamespace = new Map<string, SelectorIndex<Budget>>();
  /** Those that select the pods of the same labels, which many pods share. */
  readonly #bySelected = new Map<string, Budget[]>();

  constructor(cluster: Cluster) {
    const budgets = [...cluster.store.list<PodDisruptionBudget>('PodDisruptionBudget')];
    const name = ({ metadata }: PodDisruptionBudget) => metadata?.name ?? '';
    for (const budget of budgets.sort((one, two) => (name(one) < name(two) ? -1 : 1))) {
      const { metadata, spec, status } = budget;
      const selector = selectorIn(spec);
      if (selector.nothing || isEmpty(selector)) continue;
      const namespace = metadata?.namespace ?? 'default';
      const read = {
        name: name(budget),
        selector,
        allowed: status?.disruptionsAllowed ?? 0,
        disrupted: new Set(Object.keys(status?.disruptedPods ?? {})),
      };
      let index = this.#byNamespace.get(namespace);
      if (index === undefined) this.#byNamespace.set(namespace, (index = new SelectorIndex()));
      index.add(selector, read);
    }
  }

  /** Splits pods, the most important first, into those whose loss breaks a budget and the others. */
  split(pods: readonly PodRecord[]): { violating: PodRecord[]; others: PodRecord[] } {
    const left = new Map<Budget, number>();
    const violating: PodRecord[] = [];
    const others: PodRecord[] = [];
    for (const pod of pods) (this.#breaksOne(pod, left) ? violating : others).push(pod);
    return { violating, others };
  }

  /** The budgets that select a pod, in the order of their names. */
  #of(namespace: string, labels: Labels): readonly Budget[] {
    const index = this.#byNamespace.get(namespace);
    if (index === undefined) return [];
    const text = JSON.stringify([namespace, labels]);
    let budgets = this.#bySelected.get(text);
    if (budgets === undefined) {
      const found = [...new Set(index.mayMatch(labels))].filter(({ selector }) => matches(selector, labels));
      budgets = found.sort((one, two) => (one.name < two.name ? -1 : 1));
      if (this.#bySelected.size === SELECTED_MAX) this.#bySelected.clear();
      this.#bySelected.set(text, budgets);
    }
    return budgets;
  }

  /** Takes the pod from what is left of its budgets, up to the first that is overdrawn. */
  #breaksOne({ namespace, key, labels }: PodRecord, left: Map<Budget, number>): boolean {
    if (labels === undefined || Object.keys(labels).length === 0) return false;
    const name = key.slice(key.indexOf('/') + 1);
    for (const budget of this.#of(namespace, labels)) {
      if (budget.disrupted.has(name)) continue;
      const now = (left.get(budget) ?? budget.allowed) - 1;
      left.set(budget, now);
      if (now < 0) return true;
    }
    return false;
  }
}

/** A selector that cannot be understood selects no pod. */
function selectorIn(spec: PodDisruptionBudget['spec']): Selector {
  try {
    return selectorOf(spec?.selector);
  } catch (error) {
    if (error instanceof SelectorError) return NOTHING;
    throw error;
  }
}
