// Makes a scenario of the objects that files hold: sorts pods by where they stand, creates those that do not exist yet
// as the API server would, and has workloads make theirs.
import { Problems } from '../model/shape.ts';
import {
  objectKey,
  type ApiObject,
  type PersistentVolumeClaim,
  type Pod,
  type Scenario,
} from '../model/types.ts';
import { admit, factsOf, generatedName, setDefaults, type ClusterFacts } from '../defaults/index.ts';
import { claimsFor, type ResourceClaimTemplate } from '../workloads/pod-claims.ts';
import { controllerOf, surroundingsOf, workloadOf } from '../workloads/index.ts';
import { complete, containersFault, isStored } from './creation.ts';
import type { Intake } from './intake.ts';
import { missingNotices } from './missing.ts';
import { podShape } from './shapes.ts';
import { unboundNotices } from './unbound.ts';

interface Waiting {
  pod: Pod;
  /** Of a pod that does not exist yet, how many were created before it. */
  order?: number;
}

export class Assembly {
  readonly #scenario: Scenario;
  readonly #intake: Intake;
  readonly #podsMax: number;
  /** All pods, in any phase, as controllers see them. */
  readonly #pods: Pod[] = [];
  readonly #unborn: { pod: Pod; file: string }[] = [];
  /** By namespace and name. */
  readonly #claimTemplates = new Map<string, ResourceClaimTemplate>();
  /** Claims of the files, and which. */
  readonly #claims = new Map<ApiObject, string>();
  readonly #workloads: { object: ApiObject; file: string }[] = [];
  readonly #waiting: Waiting[] = [];
  #nodes: Set<string> | undefined;
  /** The names that were generated, by their beginnings, and those of the pods in the files. */
  readonly #generated = new Map<string, number>();
  readonly #names = new Set<string>();

  /** @param podsMax how many pods workloads may make together */
  constructor(scenario: Scenario, intake: Intake, podsMax: number) {
    this.#scenario = scenario;
    this.#intake = intake;
    this.#podsMax = podsMax;
  }

  /** Takes a pod that is right in itself. */
  addPod(pod: Pod, file: string): void {
    this.#names.add(objectKey(pod));
    this.#pods.push(pod);
    setDefaults(pod);
    if (!isStored(pod)) this.#unborn.push({ pod, file });
  }

  /** Takes a workload that is right in itself and has its defaults. */
  addWorkload(object: ApiObject, file: string): void {
    object.metadata!.uid ??= `${object.metadata!.namespace}.${object.metadata!.name}`;
    this.#workloads.push({ object, file });
    // those by whose selectors pods spread
    this.#scenario.objects.push(object);
  }

  /** Takes a claim that is right in itself and has its defaults. */
  addClaim(claim: PersistentVolumeClaim, file: string): void {
    this.#claims.set(claim, file);
    this.#scenario.objects.push(claim);
  }

  /** Drops an object for a later one, which goes on being what it was. */
  replace(old: ApiObject, later: ApiObject & { status?: unknown }): void {
    later.metadata!.uid ??= old.metadata?.uid;
    later.status ??= (old as { status?: unknown }).status;
    const { objects } = this.#scenario;
    objects.splice(objects.indexOf(old), 1);
    const at = this.#workloads.findIndex(({ object }) => object === old);
    if (at >= 0) this.#workloads.splice(at, 1);
  }

  /** A name that no pod of the namespace has. */
  nameFor(generateName: string, namespace: string): string {
    const key = `${namespace}/${generateName}`;
    for (;;) {
      const number = this.#generated.get(key) ?? 0;
      this.#generated.set(key, number + 1);
      const name = generatedName(generateName, number);
      if (this.#names.has(`${namespace}/${name}`)) continue;
      this.#names.add(`${namespace}/${name}`);
      return name;
    }
  }

  assemble(): void {
    const { nodes, objects, pending } = this.#scenario;
    for (const pod of this.#pods) if (isStored(pod)) this.#place(pod);
    for (const object of objects)
      if (object.kind === 'ResourceClaimTemplate') this.#claimTemplates.set(objectKey(object), object);
    const facts = factsOf([...nodes, ...objects]);
    this.#createClaims(facts);
    for (const { pod, file } of this.#unborn) this.#create(pod, 1, `${file}: pod ${objectKey(pod)}`, facts);
    this.#expand(facts);
    pending.push(...this.#waiting.sort(byQueueOrder).map(({ pod }) => pod));
    this.#intake.notices.push(...missingNotices(this.#scenario), ...unboundNotices(this.#scenario));
  }

  /** A pod that exists: it waits, or has a node, or is at its end. */
  #place(pod: Pod): void {
    const { phase } = pod.status ?? {};
    const node = pod.spec!.nodeName;
    pod.metadata!.uid ??= objectKey(pod);
    if (phase === 'Succeeded' || phase === 'Failed') this.#intake.finished++;
    else if (node) {
      this.#scenario.pods.push(pod);
      if (this.#isNode(node)) this.#intake.running++;
      else this.#intake.unknownNodes[node] = (this.#intake.unknownNodes[node] ?? 0) + 1;
    } else if (pod.metadata!.deletionTimestamp !== undefined) this.#intake.terminating++;
    else this.#waiting.push({ pod });
  }

  #isNode(name: string): boolean {
    this.#nodes ??= new Set(this.#scenario.nodes.map(({ metadata }) => metadata?.name ?? ''));
    return this.#nodes.has(name);
  }

  #expand(facts: ClusterFacts): void {
    const { nodes, objects } = this.#scenario;
    const surroundings = surroundingsOf(nodes, this.#pods, objects, this.#podsMax);
    const there = new Set(this.#workloads.map(({ object }) => `${object.kind} ${objectKey(object)}`));
    for (const { object, file } of this.#workloads) {
      const owner = controllerOf(object);
      // a deployment in the files speaks for its replica sets
      const ofDeployment = `Deployment ${object.metadata!.namespace}/${owner?.name}`;
      if (object.kind === 'ReplicaSet' && owner?.kind === 'Deployment' && there.has(ofDeployment)) continue;
      const workload = `${object.kind} ${objectKey(object)}`;
      if (object.metadata!.deletionTimestamp !== undefined) {
        this.#intake.leftOut.push({ object: workload, reason: 'it is being deleted' });
        continue;
      }
      const expansion = workloadOf(object)!.expand(object, surroundings);
      if (expansion.why !== undefined) this.#intake.leftOut.push({ object: workload, reason: expansion.why });
      const of = `${file}: ${object.kind!.toLowerCase()} ${objectKey(object)}`;
      const refused = expansion.objects.filter((made) => !this.#add(made, of, facts)).map(objectKey);
      let pods = 0;
      for (const { pod, count } of expansion.pods) {
        if (claimsOf(pod).some((claim) => refused.includes(claim))) continue;
        if (!this.#create(pod, count, of, facts)) break;
        pods += count;
      }
      surroundings.podsMax -= pods;
      if (pods > 0) this.#intake.made.push({ workload, pods, there: expansion.there });
    }
  }

  /** Creates pods that are alike but for the names that are generated for them. Returns whether they can be. */
  #create(pod: Pod, count: number, of: string, facts: ClusterFacts): boolean {
    const problems: string[] = [];
    podShape(pod, '', new Problems('', problems));
    let first = problems[0]?.replace(/^: /, '') ?? containersFault(pod);
    if (first === undefined) {
      const { faults, missing } = complete(pod, facts);
      [first] = faults;
      for (const { kind, name } of missing)
        this.#notice(`${kind} ${name} is not in the files: pods are planned without it`);
    }
    if (first !== undefined) {
      this.#intake.passedOver.push({ object: of, reason: `${count > 1 ? `${count} pods: ` : ''}${first}` });
      return false;
    }
    const { metadata, spec } = pod;
    const { namespace = 'default' } = metadata!;
    for (let i = 0; i < count; i++) {
      const name = metadata!.name ?? this.nameFor(metadata!.generateName ?? '', namespace);
      const named: Pod = { ...pod, metadata: { ...metadata!, name, uid: `${namespace}/${name}` } };
      const claims = claimsFor(named, (...key) => this.#claimTemplates.get(key.join('/')));
      for (const claim of claims.objects) this.#add(claim, of, facts);
      if (claims.statuses.length > 0) named.status = { resourceClaimStatuses: claims.statuses };
      if (spec!.nodeName) this.#place(named);
      else this.#waiting.push({ pod: named, order: this.#waiting.length });
    }
    return true;
  }

  /** Creates the claims of the files that do not exist yet; the pods of one that is refused wait for it. */
  #createClaims(facts: ClusterFacts): void {
    this.#scenario.objects = this.#scenario.objects.filter((object) => {
      const file = this.#claims.get(object);
      if (file === undefined || isStored(object)) return true;
      const [refusal] = admit(object, facts);
      if (refusal === undefined) return true;
      const reason = `the API server refuses it: ${refusal.message}`;
      this.#intake.passedOver.push({ object: `${file}: claim ${objectKey(object)}`, reason });
      return false;
    });
  }

  /** Adds what a workload's controller makes for its pods. Returns whether the API server lets it. */
  #add(object: ApiObject, of: string, facts: ClusterFacts): boolean {
    setDefaults(object);
    const [refusal] = admit(object, facts);
    if (refusal === undefined) this.#scenario.objects.push(object);
    else {
      const reason = `the API server refuses its claim ${object.metadata!.name}: ${refusal.message}`;
      this.#intake.passedOver.push({ object: of, reason });
    }
    return refusal === undefined;
  }

  #notice(text: string): void {
    if (!this.#intake.notices.includes(text)) this.#intake.notices.push(text);
  }
}

/** The keys of the claims that a pod names. */
function claimsOf({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
    claim ? objectKey({ metadata: { namespace: metadata?.namespace, name: claim.claimName } }) : [],
  );
}

function byQueueOrder(a: Waiting, b: Waiting): number {
  const priority = (b.pod.spec?.priority ?? 0) - (a.pod.spec?.priority ?? 0);
  if (priority !== 0) return priority;
  if (a.order !== undefined || b.order !== undefined) return (a.order ?? -1) - (b.order ?? -1);
  return (
    compare(a.pod.metadata?.creationTimestamp ?? '', b.pod.metadata?.creationTimestamp ?? '') ||
    compare(objectKey(a.pod), objectKey(b.pod))
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
