// The real cycle and queue on a WebAssembly kernel, with a binder and a clock that the test holds.
import { instantiateSync } from '@assemblyscript/loader';
import { expect } from 'vitest';
import { simd } from '../../build/kernels.js';
import type { ApiObject, Container, Node, Pod, Service } from '../../src/model/types.ts';
import type { SharedEvent } from '../../src/queue/types.ts';
import type { Configuration } from '../../src/config/types.ts';
import type { EquivalenceClassesArgs } from '../../src/plugins/equivalence-classes/plugin.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import type { Placement, Outcome } from '../../src/cycle/outcome.ts';
import { SchedulingCycle } from '../../src/cycle/cycle.ts';
import type { Binder } from '../../src/cycle/ports.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { Kernel, type KernelExports } from '../../src/kernel/kernel.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import type { Preemptor } from '../../src/cycle/preemption/preemptor.ts';
import { differences } from '../state/audit.ts';
import { SchedulingQueue } from '../../src/queue/scheduling-queue.ts';

export interface NodeShape {
  cpu?: string;
  memory?: string;
  pods?: string;
  extra?: Record<string, string>;
  labels?: Record<string, string>;
  taints?: NonNullable<Node['spec']>['taints'];
  unschedulable?: boolean;
  images?: { names: string[]; sizeBytes: number }[];
  declaredFeatures?: string[];
}

/** The object as it travels: what is undefined is not there. */
function wire<T>(object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}

export function node(name: string, shape: NodeShape = {}): Node {
  const { cpu = '8', memory = '32Gi', pods = '110', extra, labels, taints, unschedulable } = shape;
  const { images, declaredFeatures } = shape;
  return wire({
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints, unschedulable },
    status: { allocatable: { cpu, memory, pods, ...extra }, images, declaredFeatures },
  });
}

export interface PodShape {
  namespace?: string;
  labels?: Record<string, string>;
  owner?: { apiVersion: string; kind: string; name: string };
  cpu?: string;
  memory?: string;
  /** hostPorts of the only container. */
  ports?: number[];
  spec?: Partial<NonNullable<Pod['spec']>>;
  status?: Pod['status'];
}

export function pod(name: string, shape: PodShape = {}): Pod {
  const { namespace = 'ns', labels, owner, cpu, memory, ports, spec, status } = shape;
  const requests: Record<string, string> = {};
  if (cpu !== undefined) requests['cpu'] = cpu;
  if (memory !== undefined) requests['memory'] = memory;
  const container: Container = {
    name: 'main',
    image: 'registry.example/app:1',
    resources: { requests },
    ports: ports?.map((port) => ({ containerPort: port, hostPort: port })),
  };
  return wire({
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      labels,
      ownerReferences: owner && [{ ...owner, uid: owner.name, controller: true }],
    },
    spec: { containers: [container], ...spec },
    status,
  });
}

/** The pod as the API server shows it once it is bound. */
export function on(nodeName: string, waiting: Pod): Pod {
  return { ...waiting, spec: { ...waiting.spec!, nodeName } };
}

export function pods(count: number, prefix: string, shape: PodShape = {}): Pod[] {
  return Array.from({ length: count }, (_, n) => pod(`${prefix}-${n}`, shape));
}

export function service(name: string, selector: Record<string, string>, namespace = 'ns'): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector } };
}

/** A configuration of one profile with coset's own settings and, if given, more of pluginConfig. */
export function configuration(
  args: Partial<EquivalenceClassesArgs> = {},
  pluginConfig: { name: string; args: unknown }[] = [],
): Configuration {
  return configurationOf(
    {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      profiles: [{ pluginConfig: [{ name: 'EquivalenceClasses', args }, ...pluginConfig] }],
    },
    'test configuration',
    inTree.with([dynamicResources]),
  );
}

/** The SIMD build with some of its functions replaced. */
export function kernelWith(replace: (exports: KernelExports) => Partial<KernelExports>): Kernel {
  const exports = instantiateSync(simd, {}).exports as unknown as KernelExports;
  return new Kernel(
    Object.create(exports, Object.getOwnPropertyDescriptors(replace(exports))) as KernelExports,
  );
}

/** Records what it is given; nothing is acknowledged until the test says so. */
class RecordingBinder implements Binder {
  readonly placements: Placement[] = [];
  /** Keys of pods whose binding throws at once. */
  readonly throwsOn = new Set<string>();
  onBind?: (placement: Placement) => void;

  bind(placement: Placement): void {
    if (this.throwsOn.has(placement.pod.key)) throw new Error(`no binding for ${placement.pod.key}`);
    this.placements.push(placement);
    this.onBind?.(placement);
  }

  /** "namespace/name node" in the order of the bindings. */
  get log(): string[] {
    return this.placements.map(({ pod: bound, node: name }) => `${bound.key} ${name}`);
  }
}

export interface HarnessOptions {
  nodes?: readonly Node[];
  /** Pods that have a node. */
  pods?: readonly Pod[];
  objects?: readonly ApiObject[];
  args?: Partial<EquivalenceClassesArgs>;
  pluginConfig?: { name: string; args: unknown }[];
  configuration?: Configuration;
  kernel?: Kernel;
  preemptor?: Preemptor;
  explain?: 'ties' | 'detail';
  mayLinger?: boolean;
}

/** A scheduler without an API server. */
export function newHarness(options: HarnessOptions = {}) {
  const kernel = options.kernel ?? loadKernel();
  const settings = options.configuration ?? configuration(options.args, options.pluginConfig);
  const profiles = new Map(settings.profiles.map((profile) => [profile.schedulerName, profile]));
  const profile = settings.profiles[0]!;
  const { nodes = [], pods: bound = [], objects = [] } = options;
  const scenario = { nodes: [...nodes], pods: [...bound], objects: [...objects], pending: [] };
  const cluster = clusterOf(scenario, kernel, profile.args.EquivalenceClasses.seed, settings.registry);
  const context = { cluster, profile };
  const clock = { ms: 0 };
  const queue = new SchedulingQueue({
    now: () => clock.ms,
    initialBackoffMs: 1_000,
    maxBackoffMs: 10_000,
    helps: (event, waiting, plugins) => profile.registry.helps(event, waiting, plugins, context),
    ownObjectsOf: profile.registry.ownObjectsOf,
  });
  const binder = new RecordingBinder();
  const { preemptor, explain, mayLinger } = options;
  const cycle = new SchedulingCycle({
    kernel,
    cluster,
    queue,
    binder,
    preemptor,
    profiles,
    explain,
    mayLinger,
  });
  return {
    kernel,
    cluster,
    context,
    queue,
    cycle,
    binder,
    clock,
    /** Takes pending pods as an informer would. */
    submit(...waiting: readonly Pod[]): void {
      for (const each of waiting) {
        cluster.setPending(each);
        queue.add(each);
      }
    },
    /** One cycle from beginning to end. */
    run(): Outcome[] {
      const outcomes = [...cycle.run()];
      expect(differences(cluster)).toEqual([]);
      return outcomes;
    },
    /** Tells the queue of an event that the cluster was told of. */
    event(event: SharedEvent): number {
      return queue.event(event);
    },
    /** Acknowledges all bindings that are open. */
    acknowledgeAll(): void {
      for (const { pod: bound } of binder.placements) cycle.bound(bound.key);
    },
  };
}

export type Harness = ReturnType<typeof newHarness>;

export const keysOf = (list: readonly { key: string }[]): string[] => list.map(({ key }) => key);

/** The node of each pod that was given one, by the pod's name. */
export function nodesByPod(outcomes: readonly Outcome[]): Record<string, string> {
  return Object.fromEntries(
    outcomes.flatMap(({ placed }) =>
      placed.map(({ pod: bound, node: name }) => [bound.pod.metadata?.name ?? '', name]),
    ),
  );
}
