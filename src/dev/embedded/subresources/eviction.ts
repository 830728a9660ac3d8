// pods/eviction: deletes a pod unless a disruption budget forbids it, as `kubectl drain` asks.
import type { ApiObject, Pod, PodDisruptionBudget } from '../../../model/types.ts';
import { matches, selectorOf } from '../../../model/labels.ts';
import { ApiError } from '../http/errors.ts';
import type { Resource } from '../schema/resources.ts';
import type { DeleteOptions, Store } from '../store/store.ts';

/** What a budget comes to, of the pods that are there. */
export interface BudgetState {
  expectedPods: number;
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
}

/** Throws ApiError 404, or 429 when a budget has no disruption left. */
export function evict(
  store: Store,
  resource: Resource,
  namespace: string,
  name: string,
  options: DeleteOptions,
): void {
  const pod = store.get(resource, namespace, name).object as Pod;
  if (!isFinished(pod)) {
    for (const budget of budgetsOf(store, pod)) {
      if (isHealthy(pod) && budgetState(store, budget).disruptionsAllowed < 1) {
        throw disruptionForbidden(budget);
      }
    }
  }
  store.delete(resource, namespace, name, options);
}

function budgetsOf(store: Store, pod: Pod): PodDisruptionBudget[] {
  return store
    .list<PodDisruptionBudget>('poddisruptionbudgets')
    .filter((budget) => isInNamespaceOf(pod, budget) && selects(budget, pod));
}

export function budgetState(store: Store, budget: PodDisruptionBudget): BudgetState {
  const pods = store
    .list<Pod>('pods')
    .filter((pod) => isInNamespaceOf(pod, budget) && selects(budget, pod) && !isFinished(pod));
  const currentHealthy = pods.filter(isHealthy).length;
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const desiredHealthy =
    maxUnavailable === undefined
      ? amountOf(minAvailable, pods.length)
      : Math.max(0, pods.length - amountOf(maxUnavailable, pods.length));
  return {
    expectedPods: pods.length,
    currentHealthy,
    desiredHealthy,
    disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
  };
}

function isInNamespaceOf(one: ApiObject, other: ApiObject): boolean {
  return one.metadata?.namespace === other.metadata?.namespace;
}

function selects({ spec }: PodDisruptionBudget, pod: Pod): boolean {
  return matches(selectorOf(spec?.selector), pod.metadata?.labels);
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isHealthy({ metadata, status }: Pod): boolean {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  return metadata?.deletionTimestamp === undefined && isReady === true;
}

/** A number, or a share of all that is rounded up. */
function amountOf(value: unknown, all: number): number {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(typeof value === 'string' ? value : '');
  return share === null ? 0 : Math.ceil((Number(share[1]) * all) / 100);
}

function disruptionForbidden({ metadata }: PodDisruptionBudget): ApiError {
  const message = `The disruption budget ${metadata?.name} does not allow evicting pods currently`;
  return new ApiError(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    { causes: [{ reason: 'DisruptionBudget', message }] },
  );
}
