// Reads scenarios: the project's own scenario files, and what kubectl prints of a cluster.
import { dropNulls, having, isObject, Problems, shown, text as textShape, type Shape } from '../api/shape.ts';
import { objectKey, type ApiObject, type Node, type Pod, type Scenario } from '../api/types.ts';
import { parseYaml } from '../api/yaml.ts';
import { nodeShape, objectShape, podShape, scenarioShape } from './shapes.ts';

/** A scenario that cannot be used; the message has a line for each problem, with file name, object and field. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
}

/** A file's text and the name by which messages call it. */
export interface SourceFile {
  name: string;
  text: string;
}

/** Kinds of objects, besides pods, that a scheduler reads and that live in a namespace. */
const NAMESPACED = ['Service', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'PersistentVolumeClaim'];

/**
 * Reads one scenario from all the files together. A file is a scenario in JSON or YAML, or Kubernetes objects: a
 * List as kubectl prints it, single objects, or several YAML documents of these.
 *
 * Of Kubernetes objects, pods on a node that have not ended become `pods`; pods without a node that are not being
 * deleted become `pending`, by falling priority, then age, then name. Pending pods of a scenario file come before them, in
 * the file's order. Pods on a node that have ended are left out. A pod that cannot be read is passed over, unless no pod
 * is pending then.
 * @throws ScenarioError
 */
export function readScenario(files: SourceFile[]): Scenario {
  const reader = new Reader();
  for (const file of files) reader.readFile(file);
  return reader.finish();
}

class Reader {
  readonly #scenario: Scenario = { nodes: [], pods: [], objects: [], pending: [] };
  readonly #waiting: Pod[] = [];
  readonly #messages: string[] = [];
  /** What is wrong with pods. */
  readonly #passedOver: string[] = [];
  /** Which file brought an object: "node a" -> file name. */
  readonly #origin = new Map<string, string>();

  readFile(file: SourceFile): void {
    const problems = new Problems(file.name, this.#messages);
    const values = parse(file.text, problems);
    if (values.length === 0 && problems.count === 0) problems.add('', 'is empty');
    for (const value of values) {
      dropNulls(value);
      if (isScenario(value)) this.#addScenario(value, file.name, problems);
      else this.#addObject(value, '', file.name, problems);
    }
  }

  finish(): Scenario {
    this.#scenario.pending.push(...this.#waiting.sort(byQueueOrder));
    const problems = new Problems('', [...this.#messages, ...this.#passedOver]);
    const isEmpty = this.#scenario.pending.length === 0 && problems.count > 0;
    if (this.#messages.length > 0 || isEmpty) throw new ScenarioError(problems.toString());
    if (problems.count > 0) this.#scenario.passedOver = this.#passedOver;
    return this.#scenario;
  }

  #addScenario(value: object, file: string, problems: Problems): void {
    const before = problems.count;
    scenarioShape(value, '', problems);
    if (problems.count > before) return;
    const { name, configuration, nodes, pods, objects, pending } = value as Partial<Scenario>;
    this.#scenario.name ??= name;
    if (configuration !== undefined && this.#scenario.configuration !== undefined) {
      problems.add('configuration', 'another file has one already');
    }
    this.#scenario.configuration ??= configuration;
    nodes?.forEach((node, i) => this.#addNode(node, `nodes[${i}]`, file, problems));
    pods?.forEach((pod, i) => {
      if (!this.#checkPod(pod, `pods[${i}]`, file, problems) || hasEnded(pod)) return;
      if (pod.spec!.nodeName) this.#scenario.pods.push(pod);
      else this.#pass(pod, file, 'spec.nodeName', 'must be set, or the pod be in pending');
    });
    pending?.forEach((pod, i) => {
      if (this.#checkPod(pod, `pending[${i}]`, file, problems)) this.#scenario.pending.push(pod);
    });
    objects?.forEach((object, i) => this.#addObject(object, `objects[${i}]`, file, problems));
  }

  /** @param position where in the file the object is, to name it when its name cannot be told */
  #addObject(value: unknown, position: string, file: string, problems: Problems): void {
    const before = problems.count;
    having({ apiVersion: textShape, kind: textShape })(value, position, problems);
    if (problems.count > before) return;
    const object = value as ApiObject & { items?: unknown };
    const kind = object.kind ?? '';
    if (kind === '') {
      problems.add(position, 'is neither a scenario nor a Kubernetes object: it has no kind');
    } else if (Array.isArray(object.items)) {
      this.#addItems(object.items, kind, object.apiVersion, position, file, problems);
    } else if (kind === 'Node') {
      this.#addNode(object, position, file, problems);
    } else if (kind === 'Pod') {
      this.#addClusterPod(object, position, file, problems);
    } else if (this.#check(object, kind, objectShape(kind), position, file, problems)) {
      if (NAMESPACED.includes(kind)) object.metadata!.namespace ??= 'default';
      this.#scenario.objects.push(object);
    }
  }

  #addItems(
    items: unknown[],
    listKind: string,
    apiVersion: string | undefined,
    position: string,
    file: string,
    problems: Problems,
  ): void {
    // A PodList of the API leaves the kind of its items out; kubectl's List does not.
    const kind = listKind.replace(/List$/, '');
    items.forEach((item, i) => {
      const typed = kind !== '' && isObject(item) && !('kind' in item) ? { apiVersion, kind, ...item } : item;
      this.#addObject(typed, `${position === '' ? '' : `${position}.`}items[${i}]`, file, problems);
    });
  }

  #addNode(node: Node, position: string, file: string, problems: Problems): void {
    if (!this.#check(node, 'Node', nodeShape, position, file, problems)) return;
    // As the API server does.
    if (node.status?.capacity) node.status.allocatable ??= node.status.capacity;
    this.#scenario.nodes.push(node);
  }

  #addClusterPod(pod: Pod, position: string, file: string, problems: Problems): void {
    if (!this.#checkPod(pod, position, file, problems)) return;
    if (hasEnded(pod)) return;
    if (pod.spec!.nodeName) this.#scenario.pods.push(pod);
    else if (pod.metadata!.deletionTimestamp === undefined) this.#waiting.push(pod);
  }

  #checkPod(pod: Pod, position: string, file: string, problems: Problems): boolean {
    if (!this.#check(pod, 'Pod', podShape, position, file, problems)) return false;
    const { metadata, spec } = pod;
    // The type promises containers, a file may have none.
    const containers: unknown = spec?.containers;
    if (spec === undefined || !Array.isArray(containers) || containers.length === 0) {
      this.#pass(pod, file, 'spec.containers', 'must have at least one container');
      return false;
    }
    metadata!.namespace ??= 'default';
    metadata!.uid ??= objectKey(pod);
    spec.schedulerName ??= 'default-scheduler';
    return true;
  }

  /** Passes over a pod. */
  #pass(pod: Pod, file: string, field: string, message: string): void {
    new Problems(file, this.#passedOver).within(`pod ${objectKey(pod)}`).add(field, message);
  }

  /** Whether an object has a name, a right shape, and no other object of its kind its name. */
  #check(
    object: ApiObject,
    kind: string,
    shape: Shape,
    position: string,
    file: string,
    problems: Problems,
  ): boolean {
    const name: unknown = isObject(object) && isObject(object.metadata) ? object.metadata.name : undefined;
    if (typeof name !== 'string' || name === '') {
      const at = position === '' ? '' : `${position}.`;
      if (isObject(object))
        problems.add(
          `${at}metadata.name`,
          name === undefined ? 'must be set' : `must be a name, not ${shown(name)}`,
        );
      else problems.add(position, `must be an object, not ${shown(object)}`);
      return false;
    }
    const label = `${kind.toLowerCase()} ${kind === 'Node' || !isNamespaced(object, kind) ? name : objectKey(object)}`;
    // one pod that cannot be read keeps no other from being planned
    const found = kind === 'Pod' ? new Problems(file, this.#passedOver) : problems;
    const before = found.count;
    shape(object, '', found.within(label));
    const isRight = found.count === before;
    const identity = `${label} ${object.apiVersion ?? 'v1'}`;
    const origin = this.#origin.get(identity);
    if (origin !== undefined) problems.within(label).add('', `is there twice, first in ${origin}`);
    this.#origin.set(identity, origin ?? file);
    return isRight && origin === undefined;
  }
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isNamespaced(object: ApiObject, kind: string): boolean {
  return kind === 'Pod' || NAMESPACED.includes(kind) || object.metadata?.namespace !== undefined;
}

function isScenario(value: unknown): value is object {
  return (
    isObject(value) &&
    !('kind' in value) &&
    ['nodes', 'pods', 'objects', 'pending'].some((field) => field in value)
  );
}

/** The values in a text. JSON has its own path: it is what large clusters come in, and far faster to read. */
function parse(text: string, problems: Problems): unknown[] {
  if (!/^\s*(\{\s*["}]|\[)/.test(text)) return parseYaml(text, problems);
  try {
    return [JSON.parse(text)];
  } catch (error) {
    problems.add('', `is not JSON: ${(error as Error).message}`);
    return [];
  }
}

function byQueueOrder(a: Pod, b: Pod): number {
  const priority = (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0);
  if (priority !== 0) return priority;
  return (
    compare(a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? '') ||
    compare(objectKey(a), objectKey(b))
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
