// The status of disruption budgets, which preemption reads.
import type { PodDisruptionBudget } from '../../../model/types.ts';
import { budgetState } from '../subresources/eviction.ts';
import type { ControlledCluster } from './controlled-cluster.ts';

export function updateBudgets(cluster: ControlledCluster): void {
  for (const budget of cluster.list<PodDisruptionBudget>('poddisruptionbudgets')) {
    cluster.setStatus(budget, {
      ...budgetState(cluster.store, budget),
      observedGeneration: budget.metadata?.generation,
    });
  }
}
