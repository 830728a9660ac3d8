// The cluster as controllers use it.
import type { ApiObject, Node, Pod } from '../../../model/types.ts';
import { surroundingsOf, type Surroundings } from '../../../workloads/index.ts';
import { admission } from '../admission.ts';
import { ApiError } from '../http/errors.ts';
import { resourceOfObject, type Resource } from '../schema/resources.ts';
import type { AnyObject, Store } from '../store/store.ts';

/** One round of a loop; true if it is to be called again after a while, although nothing changes. */
export type Loop = (cluster: ControlledCluster) => boolean | void;

/** The store as controllers use it: what cannot be written now is tried again when something changes. */
export class ControlledCluster {
  readonly store: Store;
  #surroundings: Surroundings | undefined;

  constructor(store: Store) {
    this.store = store;
  }

  beginRound(): void {
    this.#surroundings = undefined;
  }

  /** What the loops see, as of the first of them that asks in a round: none makes what another one counts. */
  surroundings(): Surroundings {
    const objects = () =>
      ['replicasets', 'jobs', 'persistentvolumeclaims'].flatMap((name) => this.list(name));
    return (this.#surroundings ??= surroundingsOf(
      this.list<Node>('nodes'),
      this.list<Pod>('pods'),
      objects(),
    ));
  }

  list<T extends ApiObject>(name: string): T[] {
    return this.store.list<T>(name);
  }

  /** Creates an object; false if the API refuses it. */
  create(object: ApiObject): boolean {
    const resource = resourceOf(object);
    const { namespace = '' } = object.metadata ?? {};
    const admit = admission(this.store, resource, { manager: undefined, part: 'main' });
    return attempt(() => this.store.create(resource, namespace, structuredClone(object), { admit }));
  }

  delete(object: ApiObject): boolean {
    const { namespace = '', name = '', uid } = object.metadata ?? {};
    return attempt(() => this.store.delete(resourceOf(object), namespace, name, { ...(uid && { uid }) }));
  }

  setSpec(object: ApiObject, fields: object): boolean {
    return this.#modify(object, 'main', (old) => ({ ...old, spec: { ...old.spec, ...fields } }));
  }

  setStatus(object: ApiObject, status: object): boolean {
    return this.#modify(object, 'status', (old) => ({ ...old, status: { ...old.status, ...status } }));
  }

  annotate(object: ApiObject, more: Record<string, string>): boolean {
    return this.#modify(object, 'main', (old) => {
      const annotations = { ...old.metadata?.annotations, ...more };
      return { ...old, metadata: { ...old.metadata, annotations } };
    });
  }

  dropFinalizer(object: ApiObject, finalizer: string): void {
    const finalizers = object.metadata?.finalizers;
    if (finalizers?.includes(finalizer) !== true) return;
    const left = finalizers.filter((one) => one !== finalizer);
    this.#modify(object, 'main', (old) => ({ ...old, metadata: { ...old.metadata, finalizers: left } }));
  }

  #modify(object: ApiObject, part: 'main' | 'status', change: (old: AnyObject) => AnyObject): boolean {
    const { namespace = '', name = '', uid } = object.metadata ?? {};
    return attempt(() =>
      this.store.modify(resourceOf(object), namespace, name, part, (old) =>
        old.metadata?.uid === uid ? change(old) : old,
      ),
    );
  }
}

function resourceOf(object: ApiObject): Resource {
  const resource = resourceOfObject(object);
  if (resource === undefined) throw new Error(`no resource of ${object.apiVersion}/${object.kind}`);
  return resource;
}

function attempt(write: () => unknown): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
