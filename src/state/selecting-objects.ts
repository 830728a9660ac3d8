// Services and the controllers whose selectors stand in for a pod's own spread constraints.
import {
  matches,
  NOTHING,
  selectorOf,
  selectorOfSet,
  selectorText,
  type Labels,
  type Selector,
} from '../model/labels.ts';
import {
  objectKey,
  type ApiObject,
  type ReplicaSet,
  type ReplicationController,
  type Service,
} from '../model/types.ts';
import { SelectorIndex } from './selector-index.ts';

const SELECTING_KINDS = ['Service', 'ReplicationController', 'ReplicaSet', 'StatefulSet'] as const;
export type SelectingKind = (typeof SELECTING_KINDS)[number];

export interface SelectingObject {
  name: string;
  selector: Selector;
  /** A Service's or ReplicationController's selector is a set of labels, which are merged. */
  set?: Readonly<Record<string, string>>;
}

export class SelectingObjects {
  /** kind -> namespace -> name. */
  readonly #objects = new Map<SelectingKind, Map<string, Map<string, SelectingObject>>>();
  /** By namespace. */
  readonly #services = new Map<string, SelectorIndex<SelectingObject>>();

  /** Namespaces that have some of these objects, counted once for each kind. */
  get namespaces(): number {
    return [...this.#objects.values()].reduce((sum, { size }) => sum + size, this.#services.size);
  }

  get(kind: SelectingKind, namespace: string, name: string): SelectingObject | undefined {
    return this.#objects.get(kind)?.get(namespace)?.get(name);
  }

  /** The services of a namespace that select a pod of these labels. */
  servicesOf(namespace: string, labels: Labels | undefined): SelectingObject[] {
    const services = [...(this.#services.get(namespace)?.mayMatch(labels) ?? [])];
    return services.filter(({ selector }) => matches(selector, labels));
  }

  /** Takes or drops an object. Returns the selectors before and after, or undefined when nothing a pod sees changed. */
  set(object: ApiObject, present: boolean): { before?: Selector; after?: Selector } | undefined {
    const kind = object.kind as SelectingKind;
    const [namespace, name] = objectKey(object).split('/') as [string, string];
    const before = this.get(kind, namespace, name);
    const after = present ? selecting(object, name) : undefined;
    if (before && after && selectorText(before.selector) === selectorText(after.selector)) return undefined;
    if (!before && !after) return undefined;
    this.#keep(kind, namespace, name, after);
    if (kind === 'Service') {
      const services = getOrMake(this.#services, namespace, () => new SelectorIndex<SelectingObject>());
      if (before) services.delete(before.selector, before);
      if (after) services.add(after.selector, after);
      if (services.isEmpty) this.#services.delete(namespace);
    }
    return { before: before?.selector, after: after?.selector };
  }

  #keep(kind: SelectingKind, namespace: string, name: string, object: SelectingObject | undefined): void {
    const namespaces = getOrMake(this.#objects, kind, () => new Map<string, Map<string, SelectingObject>>());
    const objects = getOrMake(namespaces, namespace, () => new Map<string, SelectingObject>());
    if (object) objects.set(name, object);
    else objects.delete(name);
    if (objects.size === 0) namespaces.delete(namespace);
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

export function isSelecting(object: ApiObject): boolean {
  return (SELECTING_KINDS as readonly (string | undefined)[]).includes(object.kind);
}

function selecting(object: ApiObject, name: string): SelectingObject {
  if (object.kind === 'Service' || object.kind === 'ReplicationController') {
    const set = (object as Service | ReplicationController).spec?.selector;
    // a service without a selector selects no pods; a controller without one adds nothing to the others' labels
    return set ? { name, selector: selectorOfSet(set), set } : { name, selector: NOTHING };
  }
  return { name, selector: selectorOf((object as ReplicaSet).spec?.selector) };
}
