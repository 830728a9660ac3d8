// What a process was told of the cluster so far: by its lists, and by its watches.
import { objectKey, type ApiObject, type Node, type Pod } from '../../src/model/types.ts';
import type { WatchLine } from './api-server.ts';

export class View {
  readonly #objects = new Map<string, Map<string, ApiObject>>();
  readonly #versions = new Map<string, number>();

  /** The objects of a resource as they were told of last, in the order in which they came. */
  of<T extends ApiObject>(resource: string): T[] {
    return [...(this.#objects.get(resource)?.values() ?? [])] as T[];
  }

  get nodes(): Node[] {
    return this.of<Node>('nodes');
  }

  get pods(): Pod[] {
    return this.of<Pod>('pods');
  }

  pod(key: string): Pod | undefined {
    return this.#objects.get('pods')?.get(key);
  }

  /** What selects pods. */
  get objects(): ApiObject[] {
    return ['namespaces', 'services', 'replicationcontrollers', 'replicasets', 'statefulsets'].flatMap(
      (name) => this.of(name),
    );
  }

  /** The version of the last change of a resource that was told of. */
  versionOf(resource: string): number {
    return this.#versions.get(resource) ?? 0;
  }

  list(resource: string, items: readonly ApiObject[], version: number): void {
    this.#objects.set(resource, new Map(items.map((item) => [objectKey(item), item])));
    this.#versions.set(resource, version);
  }

  tell(resource: string, { type, object, version }: WatchLine): void {
    if (type === 'ERROR') return;
    this.#versions.set(resource, version);
    if (object === undefined) return;
    if (type === 'DELETED') this.#objects.get(resource)?.delete(objectKey(object));
    else this.#objects.get(resource)?.set(objectKey(object), object);
  }
}
