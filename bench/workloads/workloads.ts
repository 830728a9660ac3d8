// What is measured, as data. Those with a `shape` have the nodes, pods and counts of a scheduler_perf case at its 5,000
// and its 500 nodes, with two differences: 10,000 pods are measured at the full size where so many find room (3,000 on a
// real API server), and there are three zones where affinity to a zone would otherwise mean the whole cluster. As in
// MixedSchedulingBasePod, the mixed one has pods of all its templates on its nodes before.
import type { ApiObject, Service } from '../../src/model/types.ts';
import type { Size } from '../figure.ts';
import { devicesAndClaims, podWithDevices } from './devices.ts';
import {
  asking,
  NAMESPACE,
  podDefault,
  podLargeCpu,
  podOfItsOwn,
  podOfItsOwnApp,
  podWithLabel,
  podWithNodeAffinity,
  podWithPodAffinity,
  podWithPodAntiAffinity,
  podWithPreferredTopologySpreading,
  podWithTopologySpreading,
  type PodTemplate,
} from './templates.ts';
import { initialWithClaim, podWithOwnClaim, waitingClaims, zonalVolumes } from './volumes.ts';

export interface Counts {
  nodes: number;
  /** Pods that are on the nodes before. */
  initPods: number;
  pods: number;
}

export interface Workload {
  name: string;
  /** What its pods are like, for tables and plots. */
  title: string;
  /** The scheduler_perf case that it is transcribed from. */
  shape?: string;
  counts: Readonly<Record<Size, Counts>>;
  /** The nodes' zones, round robin; none where it is empty. */
  zones: readonly string[];
  services: readonly Service[];
  /** What else its pods name. Nobody makes or binds volumes where one is measured through an API. */
  objects?: (counts: Counts, zones: readonly string[]) => ApiObject[];
  /** The pods that are on the nodes before, stamped from these in turn. */
  init: readonly PodTemplate[];
  /** The pods to place, likewise. */
  pods: readonly PodTemplate[];
  order: 'grouped' | 'strict';
  /**
   * one: the pods are one class, and all find a node. many: they are several classes, and all find a node.
   * none: no pod finds one.
   */
  outcome: 'one' | 'many' | 'none';
}

const ZONES = ['moon-1', 'moon-2', 'moon-3'];

const BASIC = {
  full: { nodes: 5000, initPods: 1000, pods: 10_000 },
  smoke: { nodes: 500, initPods: 500, pods: 1000 },
};

const SPREADING = {
  full: { nodes: 5000, initPods: 5000, pods: 10_000 },
  smoke: { nodes: 500, initPods: 1000, pods: 1000 },
};

// a node has room for one: 4,000 of them leave a fifth of the nodes to choose from
const ANTI_AFFINITY = {
  full: { nodes: 5000, initPods: 1000, pods: 3000 },
  smoke: { nodes: 500, initPods: 100, pods: 300 },
};

const VOLUMES = {
  full: { nodes: 5000, initPods: 5000, pods: 2000 },
  smoke: { nodes: 500, initPods: 500, pods: 300 },
};

const UNSCHEDULABLE = {
  full: { nodes: 5000, initPods: 100, pods: 10_000 },
  smoke: { nodes: 500, initPods: 10, pods: 1000 },
};

const SERVICE: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'red', namespace: NAMESPACE },
  spec: { selector: { color: 'red' }, ports: [{ port: 80 }] },
};

const ALL_KINDS = [
  podDefault,
  podWithLabel,
  podWithTopologySpreading,
  podWithPodAffinity,
  podWithPodAntiAffinity,
];

const LARGER: PodTemplate = () => ({ spec: asking('200m', '1000Mi') });

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'none',
    title: 'no constraints',
    shape: 'SchedulingBasic',
    counts: BASIC,
    zones: [],
    services: [],
    init: [podDefault],
    pods: [podDefault],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'default-spreading',
    title: 'under a Service',
    shape: 'DefaultTopologySpreading',
    counts: SPREADING,
    zones: ZONES,
    services: [SERVICE],
    init: [podDefault],
    pods: [podWithLabel],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'zone-spreading-soft',
    title: 'soft zone spreading',
    shape: 'PreferredTopologySpreading',
    counts: SPREADING,
    zones: ZONES,
    services: [],
    init: [podDefault],
    pods: [podWithPreferredTopologySpreading],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'zone-spreading-hard',
    title: 'hard zone spreading',
    shape: 'TopologySpreading',
    counts: SPREADING,
    zones: ZONES,
    services: [],
    init: [podDefault],
    pods: [podWithTopologySpreading],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'required-affinity',
    title: 'required affinity',
    shape: 'SchedulingPodAffinity',
    counts: SPREADING,
    zones: ZONES,
    services: [],
    init: [podWithPodAffinity],
    pods: [podWithPodAffinity],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'required-anti-affinity',
    title: 'required anti-affinity',
    shape: 'SchedulingPodAntiAffinity',
    counts: ANTI_AFFINITY,
    zones: [],
    services: [],
    init: [podWithPodAntiAffinity],
    pods: [podWithPodAntiAffinity],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'mixed',
    title: 'all five kinds',
    counts: SPREADING,
    zones: ZONES,
    services: [SERVICE],
    init: ALL_KINDS,
    pods: ALL_KINDS,
    order: 'grouped',
    outcome: 'many',
  },
  {
    name: 'six-classes',
    title: 'six classes in strict order',
    counts: SPREADING,
    zones: ZONES,
    services: [SERVICE],
    init: [podDefault],
    pods: [
      podDefault,
      LARGER,
      podWithLabel,
      podWithPreferredTopologySpreading,
      podWithTopologySpreading,
      podWithNodeAffinity(['moon-1', 'moon-2']),
    ],
    order: 'strict',
    outcome: 'many',
  },
  {
    name: 'own-class',
    title: 'every pod a class of its own',
    counts: BASIC,
    zones: [],
    services: [],
    init: [podDefault],
    pods: [podOfItsOwn],
    order: 'grouped',
    outcome: 'many',
  },
  {
    name: 'unschedulable',
    title: 'unschedulable',
    shape: 'Unschedulable',
    counts: UNSCHEDULABLE,
    zones: [],
    services: [],
    init: [podDefault],
    pods: [podLargeCpu],
    order: 'grouped',
    outcome: 'none',
  },
  {
    name: 'own-app',
    title: 'every pod an app of its own',
    counts: SPREADING,
    zones: ZONES,
    services: [],
    init: [podDefault],
    pods: [podOfItsOwnApp],
    order: 'grouped',
    outcome: 'many',
  },
  {
    name: 'wait-for-first-consumer',
    title: "claims of a StatefulSet's pods",
    counts: VOLUMES,
    zones: ZONES,
    services: [],
    objects: waitingClaims,
    init: [initialWithClaim],
    pods: [podWithOwnClaim],
    order: 'grouped',
    outcome: 'one',
  },
  {
    name: 'zonal-volumes',
    title: 'volumes that are bound to zones',
    counts: VOLUMES,
    zones: ZONES,
    services: [],
    objects: zonalVolumes,
    init: [initialWithClaim],
    pods: [podWithOwnClaim],
    order: 'grouped',
    outcome: 'many',
  },
  {
    name: 'device-claims',
    title: 'device claims from a template',
    counts: VOLUMES,
    zones: [],
    services: [],
    objects: devicesAndClaims,
    init: [podDefault],
    pods: [podWithDevices],
    order: 'grouped',
    outcome: 'one',
  },
];

/** @throws RangeError when there is none of that name */
export function workload(name: string): Workload {
  const found = WORKLOADS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`no workload is named ${name}`);
  return found;
}

/** As many as are measured through an API, where each costs a binding and an event. */
const PODS_THROUGH_API: Readonly<Record<Size, number>> = { full: 3000, smoke: 300 };

/** The workload's own counts, with as many pods as are measured through an API. */
export function countsThroughApi({ counts }: Workload, size: Size): Counts {
  return { ...counts[size], pods: Math.min(counts[size].pods, PODS_THROUGH_API[size]) };
}
