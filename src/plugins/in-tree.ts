// The plugins of Kubernetes 1.37, in the order in which the default profile asks them. Adding one is adding its folder, and
// its line here.
import { dynamicResources } from './dynamic-resources/plugin.ts';
import { defaultPreemption } from './default-preemption/plugin.ts';
import { equivalenceClasses } from './equivalence-classes/plugin.ts';
import { extender } from './extender/plugin.ts';
import { gangScheduling } from './gang-scheduling/plugin.ts';
import { imageLocality } from './image-locality/plugin.ts';
import { interPodAffinity } from './inter-pod-affinity/plugin.ts';
import { nodeAffinity } from './node-affinity/plugin.ts';
import { nodeDeclaredFeatures } from './node-declared-features/plugin.ts';
import { nodeName } from './node-name/plugin.ts';
import { nodePorts } from './node-ports/plugin.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation/plugin.ts';
import { nodeResourcesFit } from './node-resources-fit/plugin.ts';
import { nodeUnschedulable } from './node-unschedulable/plugin.ts';
import { outOfTreePlugins } from './out-of-tree/plugin.ts';
import { podTopologySpread } from './pod-topology-spread/plugin.ts';
import { taintToleration } from './taint-toleration/plugin.ts';
import { nodeVolumeLimits } from './node-volume-limits/plugin.ts';
import { volumeBinding } from './volume-binding/plugin.ts';
import { volumeRestrictions } from './volume-restrictions/plugin.ts';
import { volumeZone } from './volume-zone/plugin.ts';
import { definePlugin } from './plugin.ts';
import { Registry } from './registry.ts';

const schedulingGates = definePlugin({ name: 'SchedulingGates', points: ['preEnqueue'] });
const prioritySort = definePlugin({ name: 'PrioritySort', points: ['queueSort'] });
const defaultBinder = definePlugin({ name: 'DefaultBinder', points: ['bind'] });

export const inTree = new Registry(
  [
    schedulingGates,
    prioritySort,
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
    defaultPreemption,
    nodeResourcesBalancedAllocation,
    imageLocality,
    defaultBinder,
    nodeDeclaredFeatures,
    gangScheduling,
  ],
  // what no file names
  [extender, equivalenceClasses, outOfTreePlugins],
);
