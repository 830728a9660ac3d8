// What NodeResourcesFit and NodeResourcesBalancedAllocation share: the columns of a scored resource.
import type { Amounts } from '../cluster/pod-resources.ts';
import { isScalarResource } from '../cluster/pod-resources.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ScoredResource } from '../classes/turn-parts.ts';
import type { ResourceSpec } from '../config/types.ts';

/** The resources that a score reads. A scalar resource that the pod does not ask for is left out, as in the reference. */
export function scoredNames(specs: readonly ResourceSpec[], requests: Amounts): string[] {
  return specs.map(({ name }) => name).filter((name) => requests.get(name) || !isScalarResource(name));
}

/**
 * The resources that a score reads, with what the pod adds to each. A scalar resource that the pod does not ask for is
 * left out, as in the reference. `nonzero` counts cpu and memory of pods that name none.
 */
export function scoredResources(
  specs: readonly ResourceSpec[],
  requests: Amounts,
  cluster: Cluster,
  nonzero: boolean,
): ScoredResource[] {
  const { nodes } = cluster;
  const resources: ScoredResource[] = [];
  for (const { name, weight } of specs) {
    const amount = requests.get(name) ?? 0;
    if (amount === 0 && isScalarResource(name)) continue;
    const { allocatable, used } = nodes.resource(name);
    const counted = !nonzero
      ? used
      : name === 'cpu'
        ? nodes.nonzeroCpu
        : name === 'memory'
          ? nodes.nonzeroMemory
          : used;
    resources.push({ allocatable, used: counted, amount, weight });
  }
  return resources;
}

/** The same text for the same amounts. */
export function amountsText(amounts: Amounts): string {
  let text = '';
  for (const name of [...amounts.keys()].sort()) text += `${name}=${amounts.get(name)},`;
  return text;
}
