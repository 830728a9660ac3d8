// A planner: a cluster that is kept, changed by what happens in it, and asked where pods would go.
import { objectKey, type Decision, type Node, type Pod, type Scenario } from '../model/types.ts';
import { defaultConfiguration } from '../config/configuration.ts';
import type { Configuration } from '../config/types.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { inlinedKernel } from '../kernel/inlined.ts';
import { readObjects, ScenarioError, told } from '../scenario/reader.ts';
import { PODS_MAX } from '../workloads/index.ts';
import { Decider, type DecideOptions, type Plan } from './decider.ts';
import { Created } from './created.ts';
import { History, type Version } from './history.ts';
import { KeptCluster, type Sections } from './kept-cluster.ts';
import { PlannerError } from './planner-error.ts';
import type { KubernetesObject, ObjectName, WatchEvent } from './objects.ts';
import { preparedPods, readChange } from './prepared.ts';
import { exportState, importState } from './state.ts';

export interface PlannerOptions {
  /**
   * By default the one that is inlined, compiled when the first planner is made. A host that compiles no WebAssembly at run
   * time passes `instantiateKernel(module)`. Each planner needs a kernel of its own; forks share theirs.
   */
  kernel?: Kernel;
  /** By default one profile with the default plugins, as kube-scheduler has it. */
  configuration?: Configuration;
}

/** What the forks of a planner have in common with it. */
interface Shared {
  kept: KeptCluster;
  decider: Decider;
  history: History<Sections>;
}

/**
 * A cluster that is kept, and decided on by the cycle and the kernel of `coset run` and `coset plan`.
 *
 * Pods that are placed stay on their nodes, pods that others made way for are gone, and those that found no node wait in the
 * planner: `decide()` asks for them again. Two planners share nothing but code.
 */
export class Planner {
  readonly #shared: Shared;
  #version: Version<Sections> | undefined;

  private constructor(shared: Shared, version: Version<Sections>) {
    this.#shared = shared;
    this.#version = version;
  }

  /** A planner of a cluster in which there is nothing yet. */
  static empty({
    kernel = inlinedKernel(),
    configuration = defaultConfiguration(),
  }: PlannerOptions = {}): Planner {
    const { profiles, registry } = configuration;
    const kept = new KeptCluster(kernel, registry, profiles[0]!.args.EquivalenceClasses.seed);
    const history = new History<Sections>(kept);
    kept.follow(history);
    return new Planner({ kept, decider: new Decider(kept, configuration), history }, history.head);
  }

  /**
   * A planner of the cluster in a snapshot: what `coset snapshot` writes, `kubectl get -o json` prints, or a list of objects,
   * parsed. As in `coset plan`, pods without a node wait, and workloads make the pods that they lack. The objects become the
   * planner's: it sets defaults in them, and nobody else may change them.
   * @throws PlannerError when an object cannot be used
   */
  static of(snapshot: unknown, options?: PlannerOptions): Planner {
    let read;
    try {
      read = readObjects(snapshot, 'snapshot');
    } catch (error) {
      if (error instanceof ScenarioError) throw new PlannerError(error.message);
      throw error;
    }
    const faults = read.intake.passedOver.map(({ object, reason }) => `${object}: ${reason}`);
    if (faults.length > 0) throw new PlannerError(told(faults));
    return Planner.ofScenario(read.scenario, options);
  }

  /** A planner of a scenario that was read, whose objects become the planner's. Its pending pods wait. */
  static ofScenario(scenario: Scenario, options?: PlannerOptions): Planner {
    const planner = Planner.empty(options);
    planner.#shared.kept.load(scenario);
    return planner;
  }

  /**
   * A planner of what another one has exported, which decides alike if it has the same configuration.
   * @throws PlannerError when the bytes are damaged, cut off, or of another version
   */
  static import(bytes: Uint8Array, options?: PlannerOptions): Planner {
    const planner = Planner.empty(options);
    importState(bytes, planner.#shared.kept);
    return planner;
  }

  /**
   * Takes objects, new ones or in the place of those of their names. A pod with a node stands there, one without waits, one
   * that has ended is gone. Objects of kinds that scheduling does not read are passed over. They are copied.
   * @throws PlannerError when one cannot be used; none is taken then
   */
  set(...objects: KubernetesObject[]): void {
    this.apply(objects.map((object) => ({ type: 'MODIFIED', object })));
  }

  /** Drops objects, by what they are called. One that is not there is passed over. */
  remove(...objects: ObjectName[]): void {
    this.apply(objects.map((object) => ({ type: 'DELETED', object: object as KubernetesObject })));
  }

  /**
   * Takes what a watch has told, in its order.
   * @throws PlannerError when an object cannot be used; nothing has happened then
   */
  apply(events: Iterable<WatchEvent>): void {
    const kept = this.#entered();
    const changes = [...events].map((event, n) => readChange(event, `events[${n}]`, kept));
    this.#change();
    for (const change of changes) change();
  }

  /**
   * The pods that come of pods and workloads as they are sent to the API server, to be decided: the pods, and those that
   * the workloads lack in this cluster, with names. The workloads and the claims of their pods are taken; the pods are not
   * there until they are decided.
   * @param podsMax how many pods may come of all together
   * @throws PlannerError when something cannot be used, or makes no pods for a reason; nothing is taken then
   */
  create(sent: readonly (Pod | KubernetesObject)[], podsMax = PODS_MAX): Pod[] {
    const kept = this.#entered();
    const { pods, objects } = new Created(sent, kept, podsMax);
    this.#change();
    for (const object of objects) kept.setObject(object);
    return pods;
  }

  /**
   * Decides pods, in their order; without any, all that wait, by falling priority and then as they came. A pod is sent as it
   * would be to the API server, and gets its defaults, priority and limits. Those of a pod group are decided together when
   * they are decided by one call.
   * @throws PlannerError when a pod cannot be used; none is decided then
   * @throws EffortError when it takes more than `options.steps`; pods that are placed by then stay, the others wait
   */
  decide(pods?: readonly Pod[], options: DecideOptions = {}): Plan {
    const kept = this.#entered();
    const prepared = pods === undefined ? undefined : preparedPods(pods, kept);
    this.#change();
    for (const pod of prepared ?? []) if (kept.waiting.get(objectKey(pod))?.pod !== pod) kept.setPod(pod);
    return this.#shared.decider.decide(prepared ?? kept.waitingInOrder(), options);
  }

  /**
   * Where a pod would go and why, with every node's scores and rejections: a pod that waits or stands somewhere, by
   * "namespace/name", or one that is not there. Nothing is changed.
   * @throws PlannerError when the pod is not known or cannot be used
   */
  explain(pod: Pod | string, options: Omit<DecideOptions, 'explain'> = {}): Decision {
    const fork = this.fork();
    try {
      const asked = typeof pod === 'string' ? fork.#withoutNode(pod) : pod;
      return fork.decide([asked], { ...options, explain: 'detail' }).decisions[0]!;
    } finally {
      fork.discard();
    }
  }

  /**
   * A planner of the same cluster, for a what-if: what happens in one does not happen in the other. It costs nothing by
   * itself. Both stand on one packed cluster: whoever is asked after the other has first to set what the two differ by.
   */
  fork(): Planner {
    const version = this.#versionNow();
    version.planners++;
    return new Planner(this.#shared, version);
  }

  /** Throws the planner away, which is good for nothing afterwards. One that is only forgotten goes a little later. */
  discard(): void {
    if (this.#version !== undefined) this.#shared.history.leave(this.#version);
    this.#version = undefined;
  }

  /** What there is, in few bytes, for `Planner.import`. */
  export(): Uint8Array<ArrayBuffer> {
    return exportState(this.#entered());
  }

  /** The nodes. Nobody may change them. */
  nodes(): Node[] {
    return [...this.#entered().nodes.values()];
  }

  /** All pods: node by node, by name, in the order in which they stand there; then those that wait. Nobody may change them. */
  pods(): Pod[] {
    return this.#entered().podsInOrder();
  }

  /** The pods that have no node, in the order in which `decide` asks for them. Nobody may change them. */
  waiting(): Pod[] {
    return this.#entered().waitingInOrder();
  }

  /** The cluster as it is in this planner. */
  #entered(): KeptCluster {
    const { history, kept } = this.#shared;
    history.enter(this.#versionNow());
    return kept;
  }

  /** What is changed from now on is changed in this planner only. */
  #change(): void {
    this.#version = this.#shared.history.change(this.#versionNow());
  }

  #versionNow(): Version<Sections> {
    if (this.#version === undefined) throw new PlannerError('the planner was discarded');
    return this.#version;
  }

  /** Takes a pod off its node; returns it as it was sent. */
  #withoutNode(key: string): Pod {
    const kept = this.#entered();
    const found = kept.pods.get(key);
    if (found === undefined) throw new PlannerError(`pod ${key}: is not known`);
    this.#change();
    kept.removePod(key);
    return { ...found.pod, spec: { ...found.pod.spec!, nodeName: undefined } };
  }
}
