// The admission plugin RuntimeClass: what a runtime needs beside the containers, and where there is one.
import { parseQuantity } from '../model/quantity.ts';
import type { Pod, Toleration } from '../model/types.ts';
import type { ClusterFacts, Refusal } from './facts.ts';
import type { ResourceList } from './resource-list.ts';

const PLUGIN = 'RuntimeClass';

export function setRuntimeClass(pod: Pod, facts: ClusterFacts): Refusal[] {
  const spec = pod.spec!;
  const name = spec.runtimeClassName;
  if (name === undefined) return [];
  const runtimeClass = facts.runtimeClass(name);
  if (runtimeClass === undefined) {
    const message = `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`;
    return [{ plugin: PLUGIN, message, missing: { kind: 'RuntimeClass', name } }];
  }
  const { overhead, scheduling } = runtimeClass;
  if (overhead) {
    const fixed = overhead.podFixed ?? {};
    if (Object.keys(spec.overhead ?? {}).length > 0 && !sameAmounts(fixed, spec.overhead!)) {
      return [
        {
          plugin: PLUGIN,
          message: "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
        },
      ];
    }
    spec.overhead = { ...fixed };
  }
  if (!scheduling) return [];
  const selector = { ...spec.nodeSelector };
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    if (key in selector && selector[key] !== value) {
      const message = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${selector[key]}`;
      return [{ plugin: PLUGIN, message }];
    }
    selector[key] = value;
  }
  if (Object.keys(selector).length > 0) spec.nodeSelector = selector;
  const tolerations = mergeTolerations([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  if (tolerations.length > 0) spec.tolerations = tolerations;
  return [];
}

/** A pod has overhead only by its class. */
export function checkOverhead(pod: Pod, facts: ClusterFacts): Refusal[] {
  const { overhead, runtimeClassName } = pod.spec!;
  if (overhead === undefined) return [];
  if (runtimeClassName !== undefined && facts.runtimeClass(runtimeClassName)?.overhead) return [];
  return [
    {
      plugin: PLUGIN,
      message: 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    },
  ];
}

function sameAmounts(one: ResourceList, two: ResourceList): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(two).length &&
    names.every((name) => name in two && parseQuantity(one[name]!) === parseQuantity(two[name]!))
  );
}

/** Without those that another one includes; of equal ones the first stays. */
function mergeTolerations(all: readonly Toleration[]): Toleration[] {
  const merged: Toleration[] = [];
  all.forEach((toleration, i) => {
    if (merged.some((kept) => includes(kept, toleration))) return;
    const later = all.slice(i + 1);
    if (later.some((other) => !isSame(other, toleration) && includes(other, toleration))) return;
    merged.push(toleration);
  });
  return merged;
}

function isSame(one: Toleration, two: Toleration): boolean {
  return (
    (one.key ?? '') === (two.key ?? '') &&
    (one.operator ?? '') === (two.operator ?? '') &&
    (one.value ?? '') === (two.value ?? '') &&
    (one.effect ?? '') === (two.effect ?? '') &&
    one.tolerationSeconds === two.tolerationSeconds
  );
}

/** Whether all that `other` tolerates is tolerated by `toleration` too, and as long. */
function includes(toleration: Toleration, other: Toleration): boolean {
  if (isSame(toleration, other)) return true;
  const { operator = '', effect, tolerationSeconds } = toleration;
  const ofAllKeys = !toleration.key && operator === 'Exists';
  if ((toleration.key ?? '') !== (other.key ?? '') && !ofAllKeys) return false;
  if (effect && effect !== other.effect) return false;
  if (effect === 'NoExecute' && tolerationSeconds !== undefined) {
    if (other.tolerationSeconds === undefined || other.tolerationSeconds > tolerationSeconds) return false;
  }
  if (operator === 'Exists') return true;
  const isEqual = operator === '' || operator === 'Equal';
  return isEqual && other.operator === 'Equal' && (other.value ?? '') === (toleration.value ?? '');
}
