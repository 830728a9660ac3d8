// A workload as the scenario that the planner and kube-oracle read.
import type { Pod, Scenario } from '../../src/model/types.ts';
import { parseQuantity, quantityMilliValue, quantityValue } from '../../src/model/quantity.ts';
import { ownPlugins } from '../../src/cli/plugin-modules.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import type { Configuration } from '../../src/config/types.ts';
import { seededRandom } from '../random.ts';
import {
  asking,
  MIXED_SIZES,
  NODE_DEFAULT,
  stampNode,
  stampPod,
  stampPods,
  type NodeSize,
} from './templates.ts';
import type { Counts, Workload } from './workloads.ts';

/** uniform: all nodes are alike and empty, as in scheduler_perf. mixed: five sizes, each node under a load of its own. */
export type NodeKind = 'uniform' | 'mixed';

/** Mixed nodes are used up to this share of their cpu and memory before any pod of the workload comes. */
const LOAD_MAX = 0.6;
const SEED = 1;

export function scenarioOf(
  { name, zones, services, objects, init, pods }: Workload,
  counts: Counts,
  kind: NodeKind,
): Scenario {
  const random = seededRandom(SEED);
  const sizes = Array.from({ length: counts.nodes }, () => sizeOf(kind, random));
  const nodes = sizes.map((size, row) => stampNode(nodeName(row), size, zones[row % zones.length]));
  const onNode = (pod: Pod, row: number): Pod => ({
    ...pod,
    spec: { ...pod.spec!, nodeName: nodeName(row) },
  });
  const load = kind === 'uniform' ? [] : sizes.map((size, row) => onNode(loadOf(size, row, random), row));
  const initial = stampPods(init, 'init', counts.initPods).map((pod, n) => onNode(pod, n % counts.nodes));
  const pending = stampPods(pods, 'pod', counts.pods);
  return {
    name: `${name}, ${kind} nodes`,
    nodes,
    pods: [...load, ...initial],
    objects: [...services, ...(objects?.(counts, zones) ?? [])],
    pending,
  };
}

/** The name of a node by its place: padded, so that names sort as their places do. */
export function nodeName(row: number): string {
  return `node-${String(row).padStart(7, '0')}`;
}

/** The size of a node of the kind. */
export function sizeOf(kind: NodeKind, random: () => number): NodeSize {
  return kind === 'uniform' ? NODE_DEFAULT : MIXED_SIZES[Math.floor(random() * MIXED_SIZES.length)]!;
}

/** One pod that stands for all that is on the node already. */
function loadOf({ cpu, memory }: NodeSize, row: number, random: () => number): Pod {
  const share = (amount: number) => Math.floor(amount * LOAD_MAX * random());
  const milliCpu = share(quantityMilliValue(parseQuantity(cpu)));
  const bytes = share(quantityValue(parseQuantity(memory)));
  return stampPod(() => ({ spec: asking(`${milliCpu}m`, `${bytes}`) }), `load-${row}`, row);
}

/** The default profile, with the workload's order. */
export function planConfiguration(workload: Workload): Configuration {
  return configurationOf(configurationFile(workload), "the bench's configuration", ownPlugins);
}

/** What planConfiguration() is read from. */
export function configurationFile({ order }: Workload): object {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [{ pluginConfig: [{ name: 'EquivalenceClasses', args: { order } }] }],
  };
}
