// Pod groups, and pods that name them.
import type { Pod } from '../../src/model/types.ts';
import type { PodGroup } from '../../src/model/pod-group.ts';
import { pod, type PodShape } from '../cycle/fixtures.ts';

export function podGroup(name: string, minCount: number, spec: PodGroup['spec'] = {}): PodGroup {
  return {
    apiVersion: 'scheduling.k8s.io/v1beta1',
    kind: 'PodGroup',
    metadata: { name, namespace: 'ns' },
    spec: { schedulingPolicy: { gang: { minCount } }, ...spec },
  };
}

/** A pod of a group. */
export function member(podGroupName: string, name: string, shape: PodShape = {}): Pod {
  return pod(name, { ...shape, spec: { ...shape.spec, schedulingGroup: { podGroupName } } });
}

export function members(podGroupName: string, count: number, shape: PodShape = {}): Pod[] {
  return Array.from({ length: count }, (_, n) => member(podGroupName, `${podGroupName}-${n}`, shape));
}
