// What comes of pods and workloads that are sent to be decided: the pods among them, the pods that controllers make for the
// workloads, and the objects that go with these. Nothing is changed yet.
import { isObject, shown } from '../model/shape.ts';
import { objectKey, type ApiObject, type PersistentVolumeClaim, type Pod } from '../model/types.ts';
import { admit, generatedName, setDefaults } from '../defaults/index.ts';
import { labelOf, typeFault } from '../scenario/check.ts';
import { readingOf } from '../scenario/kinds.ts';
import { claimsFor, type ResourceClaimTemplate } from '../workloads/pod-claims.ts';
import { surroundingsOf, workloadOf, type Surroundings } from '../workloads/index.ts';
import type { KeptCluster } from './kept-cluster.ts';
import { PlannerError } from './planner-error.ts';
import { check, copied } from './prepared.ts';

export class Created {
  readonly pods: Pod[] = [];
  /** The workloads, and what their controllers make beside pods. */
  readonly objects: ApiObject[] = [];
  readonly #kept: KeptCluster;
  readonly #podsMax: number;
  #surroundings?: Surroundings;
  /** The names that were generated, by namespace and beginning. */
  readonly #generated = new Map<string, number>();

  /**
   * @param podsMax of all together
   * @throws PlannerError
   */
  constructor(sent: readonly unknown[], kept: KeptCluster, podsMax: number) {
    this.#kept = kept;
    this.#podsMax = podsMax;
    sent.forEach((object, n) => this.#add(object, `pods[${n}]`));
  }

  #add(given: unknown, place: string): void {
    if (!isObject(given)) throw new PlannerError(`${place}: must be an object, not ${shown(given)}`);
    const ofType = typeFault(given);
    if (ofType !== undefined) throw new PlannerError(`${place}: ${ofType}`);
    const reading = readingOf(given);
    if (reading?.as === 'workload') this.#expand(copied(given) as ApiObject, reading.kind, place);
    else if (reading?.as === 'read' && reading.kind === 'Pod') this.#addPod(given);
    else {
      const kind = reading === undefined || reading.as === 'list' ? shown(given.kind) : reading.kind;
      throw new PlannerError(`${place}: must be a pod or a workload, not ${kind}`);
    }
  }

  /** Until it is created, a pod may have no more than the beginning of a name. */
  #addPod(pod: Pod): void {
    const { metadata } = pod;
    if (isObject(metadata) && metadata.name === undefined && typeof metadata.generateName === 'string') {
      const name = this.#nameFor(metadata.generateName, pod.metadata?.namespace ?? 'default');
      this.pods.push({ ...pod, metadata: { ...metadata, name } });
    } else this.pods.push(pod);
  }

  #expand(object: ApiObject, kind: string, place: string): void {
    object.kind = kind;
    if (isObject(object.metadata)) object.metadata.namespace ??= 'default';
    check(object, kind, place);
    setDefaults(object);
    const metadata = object.metadata!;
    const before = this.#kept.objects.get(`${kind} ${objectKey(object)}`);
    metadata.uid ??= before?.metadata?.uid ?? `${metadata.namespace}.${metadata.name}`;
    const label = labelOf(object, kind);
    const surroundings = { ...this.#around(), podsMax: this.#podsMax - this.pods.length };
    const { pods, objects, why } = workloadOf(object)!.expand(object, surroundings);
    if (why !== undefined) throw new PlannerError(`${label}: ${why}`);
    this.objects.push(object);
    for (const made of objects) this.#addObject(made, label);
    for (const { pod, count } of pods) for (let n = 0; n < count; n++) this.#make(pod, label);
  }

  #make(alike: Pod, label: string): void {
    const { metadata } = alike;
    const namespace = metadata?.namespace ?? 'default';
    const name = metadata?.name ?? this.#nameFor(metadata?.generateName ?? '', namespace);
    const pod: Pod = { ...alike, metadata: { ...metadata, name, namespace } };
    // the uid that it gets when it is decided
    const born = { ...pod, metadata: { ...pod.metadata, uid: `${namespace}/${name}` } };
    const { objects, statuses } = claimsFor(born, (...key) => this.#claimTemplate(key.join('/')));
    for (const claim of objects) this.#addObject(claim, label);
    if (statuses.length > 0) pod.status = { resourceClaimStatuses: statuses };
    this.pods.push(pod);
  }

  #addObject(object: ApiObject, label: string): void {
    setDefaults(object);
    const [refusal] = admit(object, this.#kept.facts());
    if (refusal !== undefined) {
      const name = object.metadata?.name;
      throw new PlannerError(`${label}: the API server refuses its claim ${name}: ${refusal.message}`);
    }
    this.objects.push(object);
  }

  #claimTemplate(key: string): ResourceClaimTemplate | undefined {
    return this.#kept.objects.get(`ResourceClaimTemplate ${key}`);
  }

  /** What controllers see of the cluster as it is. */
  #around(): Surroundings {
    const { cluster, nodes, pods, objects } = this.#kept;
    const claims = cluster.store.list<PersistentVolumeClaim>('PersistentVolumeClaim');
    return (this.#surroundings ??= surroundingsOf(
      [...nodes.values()],
      [...pods.values()].map(({ pod }) => pod),
      [...objects.values(), ...claims],
    ));
  }

  /** A name that no pod of the namespace has. */
  #nameFor(generateName: string, namespace: string): string {
    const key = `${namespace}/${generateName}`;
    for (;;) {
      const number = this.#generated.get(key) ?? 0;
      this.#generated.set(key, number + 1);
      const name = generatedName(generateName, number);
      if (!this.#kept.pods.has(`${namespace}/${name}`)) return name;
    }
  }
}
