// The constraints. Adding one is adding its file and its line here; the profile decides in which order they are asked.
import type { Selector } from '../api/labels.ts';
import type { Pod } from '../api/types.ts';
import type { ClusterEvent } from '../cluster/events.ts';
import type { Constraint, ConstraintContext, Reservation } from './constraint.ts';
import { dynamicResources } from './dynamic-resources/dynamic-resources.ts';
import { defaultPreemption } from './default-preemption.ts';
import { extender } from './extender.ts';
import { gangScheduling } from './gang-scheduling.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity } from './inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { podTopologySpread } from './pod-topology-spread.ts';
import { taintToleration } from './taint-toleration.ts';
import { nodeVolumeLimits } from './volumes/node-volume-limits.ts';
import { volumeBinding } from './volumes/volume-binding.ts';
import { volumeRestrictions } from './volumes/volume-restrictions.ts';
import { volumeZone } from './volumes/volume-zone.ts';

export { allowsNode } from './node-selectors.ts';
export { keepsOff } from './taints.ts';

export const CONSTRAINTS: readonly Constraint[] = [
  nodeName,
  nodeUnschedulable,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
  dynamicResources,
  nodeResourcesBalancedAllocation,
  imageLocality,
  nodeDeclaredFeatures,
  defaultPreemption,
  gangScheduling,
  extender,
];

/** The kinds of objects that constraints read, besides those that the cluster always has. */
export const CONSTRAINT_KINDS: readonly string[] = [
  ...new Set(CONSTRAINTS.flatMap(({ kinds }) => kinds ?? [])),
];

const SELECTING = CONSTRAINTS.filter((constraint) => constraint.selectors !== undefined);
const TELLING_APART = CONSTRAINTS.filter((constraint) => constraint.isUnlikeItsTemplate !== undefined);
const UNBUILT = CONSTRAINTS.filter((constraint) => constraint.unbuilt !== undefined);
const RESERVING = CONSTRAINTS.filter((constraint) => constraint.reserve !== undefined);

/** The selectors that a pod brings along. */
export function selectorsOf(pod: Pod): Selector[] {
  const selectors: Selector[] = [];
  for (const constraint of SELECTING) selectors.push(...constraint.selectors!(pod));
  return selectors;
}

/** Whether something besides its own fields tells a pod from others of its template. */
export function isUnlikeItsTemplate(pod: Pod, context: ConstraintContext): boolean {
  for (const constraint of TELLING_APART) if (constraint.isUnlikeItsTemplate!(pod, context)) return true;
  return false;
}

/** Whether an event can help a pod that these plugins rejected. A plugin that is not known may be helped by anything. */
export function helps(
  event: ClusterEvent,
  pod: Pod,
  plugins: readonly string[],
  context: ConstraintContext,
): boolean {
  return plugins.some((name) => {
    const constraint = CONSTRAINTS.find((candidate) => candidate.name === name);
    return constraint === undefined || constraint.helps(event, pod, context);
  });
}

/** The first thing that the pod asks for and that is not built, with the plugin that would serve it. */
export function unbuiltOf(
  pod: Pod,
  context: ConstraintContext,
): { plugin: string; what: string } | undefined {
  for (const constraint of UNBUILT) {
    const what = constraint.unbuilt!(pod, context);
    if (what !== undefined) return { plugin: constraint.name, what };
  }
  return undefined;
}

/** Takes what the pod needs besides the node that it was assumed on. When one thing cannot be had, none is taken. */
export function reserve(pod: Pod, node: string, context: ConstraintContext): Reservation[] {
  const reservations: Reservation[] = [];
  try {
    for (const constraint of RESERVING) {
      const reservation = constraint.reserve!(pod, node, context);
      if (reservation !== undefined) reservations.push(reservation);
    }
  } catch (error) {
    for (const reservation of reservations) reservation.release();
    throw error;
  }
  return reservations;
}
