// The admission plugin Priority: a pod's priority and preemption policy are those of its class.
import type { Pod, PriorityClass } from '../model/types.ts';
import type { ClusterFacts, Refusal } from './facts.ts';

const PLUGIN = 'Priority';

/** The classes that every cluster has. */
export const SYSTEM_PRIORITY_CLASSES: readonly PriorityClass[] = [
  ['system-node-critical', 2_000_001_000] as const,
  ['system-cluster-critical', 2_000_000_000] as const,
].map(([name, value]) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  preemptionPolicy: 'PreemptLowerPriority',
}));

const NO_CLASS: Pick<PriorityClass, 'value' | 'preemptionPolicy'> = {
  value: 0,
  preemptionPolicy: 'PreemptLowerPriority',
};

export function setPriority(pod: Pod, facts: ClusterFacts): Refusal[] {
  const spec = pod.spec!;
  const named = spec.priorityClassName || undefined;
  const priorityClass = named === undefined ? defaultClass(facts) : classOf(named, facts);
  if (priorityClass === undefined && named !== undefined) {
    spec.priority ??= 0;
    const message = `no PriorityClass with name ${named} was found`;
    return [{ plugin: PLUGIN, message, missing: { kind: 'PriorityClass', name: named } }];
  }
  const { value = 0, preemptionPolicy } = priorityClass ?? NO_CLASS;
  if (spec.priority !== undefined && spec.priority !== value) {
    const message = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
    return [{ plugin: PLUGIN, message }];
  }
  if (
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  ) {
    const message = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    return [{ plugin: PLUGIN, message }];
  }
  spec.priority = value;
  if (priorityClass?.metadata?.name !== undefined) spec.priorityClassName = priorityClass.metadata.name;
  if (preemptionPolicy !== undefined) spec.preemptionPolicy = preemptionPolicy;
  return [];
}

function classOf(name: string, facts: ClusterFacts): PriorityClass | undefined {
  for (const priorityClass of facts.priorityClasses()) {
    if (priorityClass.metadata?.name === name) return priorityClass;
  }
  return SYSTEM_PRIORITY_CLASSES.find(({ metadata }) => metadata?.name === name);
}

/** Of several global defaults the lowest. */
function defaultClass(facts: ClusterFacts): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const priorityClass of facts.priorityClasses()) {
    if (
      priorityClass.globalDefault &&
      (lowest === undefined || (priorityClass.value ?? 0) < (lowest.value ?? 0))
    ) {
      lowest = priorityClass;
    }
  }
  return lowest;
}
