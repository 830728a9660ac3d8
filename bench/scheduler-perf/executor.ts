// Carries out the operations of a workload one after another, as Kubernetes' own executor does
// (test/integration/scheduler_perf/executor.go).
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiObject } from '../../src/model/types.ts';
import { until, type Daemon } from '../../test/cluster/processes.ts';
import { atRate, churn } from './background.ts';
import type { Operation } from './cases.ts';
import { allocateClaims } from './claims.ts';
import { Collector, type Collected } from './collector.ts';
import { createNodes } from './nodes.ts';
import { each, unless, type Objects } from './objects.ts';
import { createPods } from './pods.ts';
import type { PodsSeen, Seen } from './pods-seen.ts';
import { templateAt } from './templates.ts';

export interface Surroundings {
  objects: Objects;
  pods: PodsSeen;
  scheduler: Daemon;
  /** How long the pods of one operation may take. */
  waitSeconds: number;
}

/** Pods that are made in a steady state go at once. */
const AT_ONCE = { gracePeriodSeconds: 0, propagationPolicy: 'Background' };

export class Executor {
  readonly #objects: Objects;
  readonly #pods: PodsSeen;
  readonly #scheduler: Daemon;
  readonly #waitSeconds: number;
  /** How many pods of each namespace a barrier is to wait for. */
  readonly #awaited = new Map<string, number>();
  readonly #background: Promise<void>[] = [];
  readonly #end = new AbortController();
  #collector?: Collector;
  #collected?: Collected;

  constructor({ objects, pods, scheduler, waitSeconds }: Surroundings) {
    this.#objects = objects;
    this.#pods = pods;
    this.#scheduler = scheduler;
    this.#waitSeconds = waitSeconds;
  }

  /** @throws Error when an operation is not known, fails, or its pods are not bound in time */
  async run(operations: readonly Operation[]): Promise<Collected> {
    try {
      for (const [at, operation] of operations.entries()) {
        await this.#carryOut(operation, at).catch((error: unknown) => {
          throw new Error(`operation ${at}, ${operation.opcode}: ${(error as Error).message}`, {
            cause: error,
          });
        });
      }
    } finally {
      this.#end.abort();
      await Promise.all(this.#background);
    }
    if (this.#collected === undefined) throw new Error('no operation collects');
    return this.#collected;
  }

  #carryOut(operation: Operation, at: number): Promise<void> {
    switch (operation.opcode) {
      case 'allocResourceClaims':
        return allocateClaims(this.#objects, operation.namespace!);
      case 'barrier':
        return this.#barrier(operation);
      case 'churn':
        return this.#churn(operation, at);
      case 'createAny':
        return this.#createAny(operation);
      case 'createNamespaces':
        return this.#createNamespaces(operation);
      case 'createNodes':
        return createNodes(this.#objects, operation, at);
      case 'createPodGroups':
        return this.#createPodGroups(operation);
      case 'createPods':
        return this.#createPods(operation, at);
      case 'deletePods':
        return this.#deletePods(operation);
      case 'startCollectingMetrics':
        return this.#startCollecting(operation.namespaces!, operation.labelSelector);
      case 'stopCollectingMetrics':
        return this.#stopCollecting();
      case 'updateAny':
        return this.#updateAny(operation);
      default:
        return Promise.reject(new Error('there is no such operation'));
    }
  }

  async #createNamespaces({ prefix, count, namespaceTemplatePath }: Operation): Promise<void> {
    const template = namespaceTemplatePath === undefined ? undefined : templateAt(namespaceTemplatePath)({});
    for (let n = 0; n < count!; n++) await this.#enter(`${prefix}-${n}`, template);
  }

  async #createPods(operation: Operation, at: number): Promise<void> {
    const {
      namespace = `namespace-${at}`,
      count,
      collectMetrics,
      skipWaitToCompletion,
      steadyState,
    } = operation;
    await this.#enter(namespace);
    if (collectMetrics) await this.#startCollecting([namespace]);
    if (steadyState) await this.#createSteadily(operation, namespace);
    else {
      await createPods(this.#objects, operation, namespace);
      if (skipWaitToCompletion) this.#awaited.set(namespace, this.#awaited.get(namespace)! + count!);
      else await this.#untilAll(namespace, {}, count!, ({ isBound }) => isBound);
    }
    if (collectMetrics) await this.#stopCollecting();
  }

  async #createPodGroups(operation: Operation): Promise<void> {
    const { namespace, count, templatePath, templateParams } = operation;
    await this.#enter(namespace!);
    await each(count!, (n) => {
      const group = templateAt(templatePath!)({ ...templateParams, Index: n });
      // some templates are of an older version
      return this.#objects.create({ ...group, apiVersion: 'scheduling.k8s.io/v1beta1' }, namespace);
    });
  }

  async #createAny({ namespace, count = 1, templatePath, templateParams }: Operation): Promise<void> {
    if (namespace !== undefined) await this.#enter(namespace);
    await each(count, (n) =>
      this.#objects.create(
        templateAt(templatePath!)({ ...templateParams, Index: n, Count: count }),
        namespace,
      ),
    );
  }

  async #updateAny(operation: Operation): Promise<void> {
    const { namespace, count = 1, templatePath, updatePerSecond, subresources = [] } = operation;
    await atRate(updatePerSecond!, count, this.#end.signal, async (n) => {
      const object = templateAt(templatePath!)({ Index: n, Count: count });
      const path = `${await this.#objects.pathOf(object, namespace)}/${object.metadata!.name}`;
      for (const own of [['', ...subresources].at(-1), 'status']) {
        await this.#objects.client.text('PUT', own === '' ? path : `${path}/${own}`, object);
      }
    });
  }

  async #deletePods(operation: Operation): Promise<void> {
    const { namespace, labelSelector, deletePodsPerSecond, skipWaitToCompletion } = operation;
    const pods = this.#pods.list(namespace, labelSelector);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const all = atRate(deletePodsPerSecond!, pods.length, this.#end.signal, (n) =>
      this.#objects.delete(path, pods[n]!.name),
    );
    if (skipWaitToCompletion) this.#background.push(all);
    else await all;
  }

  async #churn(operation: Operation, at: number): Promise<void> {
    const { namespace = `namespace-${at}` } = operation;
    await this.#objects.namespace(namespace);
    this.#background.push(churn(this.#objects, operation, namespace, this.#end.signal));
  }

  async #barrier({ namespaces = [], labelSelector = {}, stageRequirement }: Operation): Promise<void> {
    const all = namespaces.length > 0 ? namespaces : [...this.#awaited.keys()];
    const isDone = ({ isBound, isTried }: Seen) => isBound || (stageRequirement === 'Attempted' && isTried);
    for (const namespace of all) {
      await this.#untilAll(namespace, labelSelector, this.#awaited.get(namespace)!, isDone);
      if (stageRequirement !== 'Attempted') this.#awaited.delete(namespace);
    }
  }

  #startCollecting(namespaces: readonly string[], labels?: Readonly<Record<string, string>>): Promise<void> {
    this.#collector = new Collector(this.#pods, this.#scheduler, namespaces, labels);
    return Promise.resolve();
  }

  #stopCollecting(): Promise<void> {
    this.#collected = this.#collector!.stop();
    return Promise.resolve();
  }

  /** Creates the namespace unless a barrier knows it. */
  async #enter(namespace: string, template?: ApiObject): Promise<void> {
    if (this.#awaited.has(namespace)) return;
    await this.#objects.namespace(namespace, template);
    this.#awaited.set(namespace, 0);
  }

  async #untilAll(
    namespace: string,
    labels: Readonly<Record<string, string>>,
    count: number,
    isDone: (pod: Seen) => boolean,
  ): Promise<void> {
    let done = 0;
    const what = `${count} pods of ${namespace}`;
    await until(what, this.#waitSeconds, () => {
      this.#scheduler.check();
      this.#pods.check();
      done = this.#pods.list(namespace, labels).filter(isDone).length;
      return done >= count ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${done} are`, { cause: error });
    });
  }

  /** Deletes each pod that is bound and creates another one, for a time. */
  async #createSteadily(operation: Operation, namespace: string): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const bound: string[] = [];
    const take = (pod: Seen) => pod.namespace === namespace && bound.push(pod.name);
    this.#pods.onBound.add(take);
    const until = performance.now() + operation.durationSeconds! * 1000;
    try {
      await createPods(this.#objects, operation, namespace);
      while (performance.now() < until) {
        this.#scheduler.check();
        const name = bound.shift();
        if (name === undefined) {
          await sleep(1);
          continue;
        }
        await this.#objects.client.text('DELETE', `${path}/${name}`, AT_ONCE).catch(unless(404));
        await createPods(this.#objects, operation, namespace, 1);
      }
    } finally {
      this.#pods.onBound.delete(take);
    }
  }
}
