// Makes a scenario of values that were parsed: the project's own scenarios, and what kubectl prints of a cluster or people
// write for it.
import {
  having,
  isObject,
  dropNulls,
  Problems,
  shown,
  text as textShape,
  type Shape,
} from '../model/shape.ts';
import { DEFAULT_SCHEDULER, objectKey, type ApiObject, type Pod, type Scenario } from '../model/types.ts';
import { setDefaults } from '../defaults/index.ts';
import { PODS_MAX } from '../workloads/index.ts';
import { Assembly } from './assembly.ts';
import { labelOf, nameFault, shapeFault, typeFault } from './check.ts';
import { containersFault } from './creation.ts';
import type { FoundValue } from './documents.ts';
import { emptyIntake, type Intake } from './intake.ts';
import { readingOf } from './kinds.ts';
import { refusalOf, toolOf } from './refusals.ts';
import { nodeShape, objectShape, podShape, scenarioShape } from './shapes.ts';
import { podSpecsIn } from './templates.ts';

/** Files of which nothing can be used; the message has a line for each problem, with file name, object and field. */
export class ScenarioError extends Error {
  override name = 'ScenarioError';
}

/** What the files hold. */
export interface ReadScenario {
  scenario: Scenario;
  intake: Intake;
}

/** Messages beyond these are only counted. */
export const MESSAGES_MAX = 5;

/**
 * The scenario in a value: a scenario, an object, a List or a list of objects. They become the scenario's.
 * @param name what messages call the value
 * @param podsMax how many pods workloads may make together
 * @throws ScenarioError when nothing of it can be used
 */
export function readObjects(value: unknown, name: string, podsMax?: number): ReadScenario {
  const reader = new Reader(podsMax);
  reader.readValues(name, () => [{ place: '', value }]);
  return reader.finish();
}

/** Messages, one a line, as many as a reader wants to see. */
export function told(messages: readonly string[]): string {
  const rest = messages.length - MESSAGES_MAX;
  return [...messages.slice(0, MESSAGES_MAX), ...(rest > 0 ? [`... and ${rest} more`] : [])].join('\n');
}

export class Reader {
  readonly #scenario: Scenario = { nodes: [], pods: [], objects: [], pending: [] };
  readonly #intake = emptyIntake();
  readonly #assembly: Assembly;
  /** The objects by what they are called, and the files that brought them. */
  readonly #known = new Map<string, { object: ApiObject; file: string }>();
  /** What the file that is being read has brought: how much, and the faults that were found. */
  #used = 0;
  #faults: string[] = [];
  readonly #fatal: string[] = [];
  #file = '';

  /** @param podsMax how many pods workloads may make together */
  constructor(podsMax = PODS_MAX) {
    this.#assembly = new Assembly(this.#scenario, this.#intake, podsMax);
  }

  /** Takes what a file holds. */
  readValues(name: string, values: () => readonly FoundValue[]): void {
    this.#file = name;
    this.#used = 0;
    this.#faults = [];
    try {
      for (const { place, value, error, notice } of values()) {
        if (notice !== undefined) this.#intake.notices.push(`${name}: ${place}${notice}`);
        if (error !== undefined) this.#passOver(place.replace(/: $/, ''), error);
        else this.#addValue(value, place);
      }
    } catch (error) {
      // thousands of brackets inside each other, for instance
      if (!(error instanceof RangeError)) throw error;
      this.#passOver('', 'is nested too deeply');
      this.#used = 0;
    }
    if (this.#used === 0) this.#fatal.push(...this.#faults);
  }

  /** @throws ScenarioError when of one file nothing can be used */
  finish(): ReadScenario {
    if (this.#fatal.length > 0) throw new ScenarioError(told(this.#fatal));
    this.#assembly.assemble();
    return { scenario: this.#scenario, intake: this.#intake };
  }

  #addValue(value: unknown, place: string): void {
    dropNulls(value);
    // "jq .items" prints a list by itself
    if (Array.isArray(value)) {
      this.#used++;
      value.forEach((item, i) => this.#addObject(item, `${place}[${i}]`));
    } else if (isScenario(value)) this.#addScenario(value);
    else this.#addObject(value, place.replace(/: $/, ''));
  }

  #addScenario(value: object): void {
    const problems = new Problems(this.#file);
    scenarioShape(value, '', problems);
    const { name, configuration, nodes, pods, objects, pending } = value as Partial<Scenario>;
    if (configuration !== undefined && this.#scenario.configuration !== undefined) {
      problems.add('configuration', 'another file has one already');
    }
    if (problems.count > 0) {
      this.#fatal.push(problems.toString());
      return;
    }
    this.#used++;
    this.#scenario.name ??= name;
    this.#scenario.configuration ??= configuration;
    nodes?.forEach((node, i) => {
      if (!this.#check(node, 'Node', nodeShape, `nodes[${i}]`)) return;
      if (node.status?.capacity) node.status.allocatable ??= node.status.capacity;
      this.#scenario.nodes.push(node);
    });
    pods?.forEach((pod, i) => this.#addScenarioPod(pod, `pods[${i}]`, true));
    pending?.forEach((pod, i) => this.#addScenarioPod(pod, `pending[${i}]`, false));
    objects?.forEach((object: ApiObject, i) => {
      const ofType = isObject(object) ? typeFault(object) : undefined;
      if (ofType !== undefined) this.#passOver(`objects[${i}]`, ofType);
      else if (this.#check(object, object.kind ?? '', objectShape(object.kind ?? ''), `objects[${i}]`))
        this.#scenario.objects.push(object);
    });
  }

  /** A pod as it is stored, with all that the API server has set. */
  #addScenarioPod(pod: Pod, position: string, isBound: boolean): void {
    if (!this.#checkPod(pod, position) || (isBound && hasEnded(pod))) return;
    if (isBound && !pod.spec!.nodeName) {
      this.#passOver(`pod ${objectKey(pod)}`, 'spec.nodeName: must be set, or the pod be in pending');
      return;
    }
    pod.metadata!.uid ??= objectKey(pod);
    pod.spec!.schedulerName ??= DEFAULT_SCHEDULER;
    (isBound ? this.#scenario.pods : this.#scenario.pending).push(pod);
  }

  /** @param position where in the file the object is, to name it when its name cannot be told */
  #addObject(value: unknown, position: string): void {
    const problems = new Problems('');
    having({ apiVersion: textShape, kind: textShape })(value, '', problems);
    if (problems.count > 0) {
      this.#passOver(position, problems.toString().replaceAll(/^: /gm, ''));
      return;
    }
    const object = value as ApiObject & { items?: unknown };
    const refusal = refusalOf(object);
    const reading = readingOf(object);
    if (refusal !== undefined) this.#passOver(position, refusal);
    else if (reading === undefined) {
      this.#passOver(
        position,
        'is neither a scenario nor a Kubernetes object: it has no kind, and its shape tells none',
      );
    } else if (reading.as === 'list') {
      this.#used++;
      reading.items.forEach((item, i) => {
        const { itemKind } = reading;
        const typed = itemKind && isObject(item) && !('kind' in item) ? { ...itemKind, ...item } : item;
        this.#addObject(typed, `${position === '' ? '' : `${position}.`}items[${i}]`);
      });
    } else {
      object.kind = reading.kind;
      if (reading.namespaced && isObject(object.metadata)) object.metadata.namespace ??= 'default';
      if (reading.as === 'other') this.#addOther(object);
      else this.#addRead(object, reading.as === 'workload', position);
    }
  }

  #addRead(object: ApiObject, isWorkload: boolean, position: string): void {
    if (object.kind === 'Node') {
      if (!this.#check(object, 'Node', nodeShape, position)) return;
      setDefaults(object);
      this.#scenario.nodes.push(object);
    } else if (object.kind === 'Pod') {
      if (!this.#checkPod(object, position)) return;
      this.#assembly.addPod(object, this.#file);
    } else if (this.#check(object, object.kind!, objectShape(object.kind!), position)) {
      setDefaults(object);
      if (isWorkload) this.#assembly.addWorkload(object, this.#file);
      else if (object.kind === 'PersistentVolumeClaim') this.#assembly.addClaim(object, this.#file);
      else this.#scenario.objects.push(object);
    }
  }

  /** An object of a kind that scheduling does not read. It may hold pods for a controller that coset does not know. */
  #addOther(object: ApiObject): void {
    this.#used++;
    const { kind = '', metadata } = object;
    const name = isObject(metadata) && typeof metadata.name === 'string' ? ` ${metadata.name}` : '';
    const tool = toolOf(object);
    if (tool !== undefined) {
      this.#intake.leftOut.push({ object: `${kind}${name}`, reason: tool });
      return;
    }
    this.#intake.others[kind] = (this.#intake.others[kind] ?? 0) + 1;
    const specs = podSpecsIn(object);
    if (specs.length === 0) return;
    const reason = `${specs.join(', ')}: pods that its own controller makes, and coset does not know how many`;
    this.#intake.leftOut.push({ object: `${kind}${name}`, reason });
  }

  #checkPod(pod: Pod, position: string): boolean {
    // until it is created, a pod may have no more than the beginning of a name
    const { metadata } = pod;
    if (isObject(metadata) && metadata.name === undefined && typeof metadata.generateName === 'string') {
      metadata.name = this.#assembly.nameFor(metadata.generateName, pod.metadata?.namespace ?? 'default');
    }
    if (!this.#check(pod, 'Pod', podShape, position)) return false;
    const fault = containersFault(pod);
    if (fault !== undefined) {
      this.#used--;
      this.#passOver(`pod ${objectKey(pod)}`, fault);
      return false;
    }
    metadata!.namespace ??= 'default';
    return true;
  }

  /** Whether an object has a name, a right shape, and no other object of its kind its name. */
  #check(object: ApiObject, kind: string, shape: Shape, position: string): boolean {
    if (!isObject(object)) {
      this.#passOver(position, `must be an object, not ${shown(object)}`);
      return false;
    }
    const ofName = nameFault(object);
    if (ofName !== undefined) {
      this.#passOver([position, 'metadata.name'].filter(Boolean).join('.'), ofName);
      return false;
    }
    const label = labelOf(object, kind);
    const fault = shapeFault(object, shape);
    if (fault !== undefined) {
      this.#passOver(label, fault);
      return false;
    }
    this.#used++;
    const identity = `${label} ${(object as ApiObject).apiVersion ?? 'v1'}`;
    const twin = this.#known.get(identity);
    this.#known.set(identity, { object, file: this.#file });
    return twin === undefined || this.#isNewer(object, kind, label, twin);
  }

  /**
   * Whether an object is to be taken beside another one of its name: not the same one again; a changed one from another
   * file in its place, as kubectl would apply it; but for nodes and pods, of which only one can be meant.
   */
  #isNewer(
    object: ApiObject,
    kind: string,
    label: string,
    twin: { object: ApiObject; file: string },
  ): boolean {
    setDefaults(object);
    if (JSON.stringify(object) === JSON.stringify(twin.object)) return false;
    if (kind === 'Node' || kind === 'Pod' || twin.file === this.#file) {
      this.#used--;
      this.#passOver(label, `is there twice, first in ${twin.file}`);
      return false;
    }
    this.#intake.notices.push(`${this.#file}: ${label}: takes the place of the one in ${twin.file}`);
    this.#assembly.replace(twin.object, object);
    return true;
  }

  #passOver(object: string, reason: string): void {
    const where = object === '' ? this.#file : `${this.#file}: ${object}`;
    this.#faults.push(`${where}: ${reason}`);
    this.#intake.passedOver.push({ object: where, reason });
  }
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isScenario(value: unknown): value is object {
  return (
    isObject(value) &&
    !('kind' in value) &&
    ['nodes', 'pods', 'objects', 'pending'].some((field) => field in value)
  );
}
