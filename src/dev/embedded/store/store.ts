// A cluster's objects in memory, with the rules of the API for writing them.
import { randomInt, randomUUID } from 'node:crypto';
import { equal } from '../../../model/equal.ts';
import { DEFAULT_SCHEDULER, type ApiObject } from '../../../model/types.ts';
import { GENERATED_NAMES, generatedName, SYSTEM_PRIORITY_CLASSES } from '../../../defaults/index.ts';
import { alreadyExists, badRequest, conflict, forbidden, invalid, notFound } from '../http/errors.ts';
import { omit } from '../omit.ts';
import { groupVersion, resourceOfObject, RESOURCES, type Resource } from '../schema/resources.ts';
import { Collection, Stored } from './collection.ts';

/** What a write may change: a status is written apart from the rest, except by the server itself. */
export type Part = 'both' | 'main' | 'status';

/** An object of which every kind's fields can be asked. */
export interface AnyObject extends ApiObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface WriteOptions {
  /** Answers as if it were written, and writes nothing. */
  dryRun?: boolean;
  /** What is to be written in place of `next`, or an ApiError; `before` is there when an object is changed. */
  admit?: (next: ApiObject, before?: ApiObject) => ApiObject;
}

export interface DeleteOptions {
  dryRun?: boolean;
  /** Preconditions: the object must still be this one. */
  uid?: string;
  resourceVersion?: string;
}

/** A deletion's outcome: gone, or there until its finalizers or its contents are. */
export interface Deletion {
  stored: Stored;
  gone: boolean;
}

/** What a client cannot choose for a new object. */
const SET_BY_SERVER = ['creationTimestamp', 'deletionTimestamp', 'generation', 'uid'] as const;
const FIRST_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const KEPT_NAMESPACES = ['default', 'kube-public', 'kube-system'];
const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';
const NAMESPACES = RESOURCES.find(({ name }) => name === 'namespaces')!;

export class Store {
  readonly #collections: Map<string, Collection>;
  #version = 0;

  /** Each resource keeps at least `historyLimit` changes. */
  constructor(historyLimit: number) {
    this.#collections = new Map(RESOURCES.map(({ name }) => [name, new Collection(historyLimit)]));
    this.load([...FIRST_NAMESPACES.map(namespaceObject), ...SYSTEM_PRIORITY_CLASSES]);
  }

  /** The version of the last change. */
  get version(): number {
    return this.#version;
  }

  /** The collection of a resource, by its name in the plural. */
  collection(name: string): Collection {
    const collection = this.#collections.get(name);
    if (collection === undefined) throw new Error(`the embedded API has no ${name}`);
    return collection;
  }

  /** The objects of a resource in the order of their keys. */
  list<T extends ApiObject>(name: string): T[] {
    return this.collection(name)
      .sorted()
      .map(({ object }) => object as T);
  }

  /** The objects that name an owner of this uid. */
  ownedBy(uid: string): { resource: Resource; object: ApiObject }[] {
    // Events are there in two versions of one store.
    return RESOURCES.filter((resource) => resource.convert === undefined).flatMap((resource) =>
      this.list(resource.name)
        .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid))
        .map((object) => ({ resource, object })),
    );
  }

  /**
   * Creates the objects, which have apiVersion and kind set, and the namespaces that they name.
   * The status is kept as given, and so is a pod's node. Throws an Error on an object that is not served.
   */
  load(objects: ApiObject[]): void {
    for (const object of objects) {
      const resource = resourceOfObject(object);
      if (resource === undefined) {
        throw new Error(`the embedded API does not serve ${object.apiVersion}/${object.kind}`);
      }
      const namespace = object.metadata?.namespace ?? 'default';
      if (resource.namespaced && this.#namespace(namespace) === undefined) {
        this.load([namespaceObject(namespace)]);
      }
      this.#create(resource, namespace, resource.convert?.write(object) ?? object, {});
    }
  }

  get(resource: Resource, namespace: string, name: string): Stored {
    const stored = this.collection(resource.name).get(objectKey(resource, namespace, name));
    if (stored === undefined) throw notFound(resource, name);
    return stored;
  }

  /** Creates an object that was sent by a client. Throws ApiError. */
  create(resource: Resource, namespace: string, object: ApiObject, options: WriteOptions = {}): Stored {
    const stated = object.metadata?.namespace ?? namespace;
    if (resource.namespaced && stated !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    if (object.metadata?.resourceVersion) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    if (resource.namespaced) this.#checkNamespace(resource, namespace, object.metadata?.name ?? '');
    const created: AnyObject = { ...(resource.convert?.write(object) ?? object) };
    // As in the real API, where a node registers with its status and everything else starts without.
    if (resource.hasStatus && resource.name !== 'nodes') delete created.status;
    const metadata = omit(created.metadata ?? {}, ...SET_BY_SERVER);
    return this.#create(resource, namespace, { ...created, metadata }, options);
  }

  /** Replaces an object, or its status. Throws ApiError: 404, or 409 if it was changed meanwhile. */
  update(
    resource: Resource,
    namespace: string,
    name: string,
    object: ApiObject,
    part: Part,
    options: WriteOptions = {},
  ): Stored {
    const sent = resource.convert?.write(object) ?? object;
    return this.modify(resource, namespace, name, part, () => sent, options);
  }

  /**
   * Puts what a function makes of an object, or of its status, in its place. A uid or a resourceVersion that it
   * states must be the object's own. Throws ApiError: 404, or 409.
   */
  modify(
    resource: Resource,
    namespace: string,
    name: string,
    part: Part,
    change: (old: ApiObject) => ApiObject,
    options: WriteOptions = {},
  ): Stored {
    const stored = this.get(resource, namespace, name);
    const old = stored.object;
    const sent = change(old);
    const { resourceVersion, uid, name: statedName } = sent.metadata ?? {};
    if (statedName !== undefined && statedName !== name) {
      throw badRequest(`the name of the object (${statedName}) does not match the name on the URL (${name})`);
    }
    if (uid && uid !== old.metadata?.uid) throw uidConflict(resource, name, uid, old);
    if (resourceVersion && resourceVersion !== old.metadata?.resourceVersion) {
      throw conflict(resource, name, MODIFIED);
    }
    return this.#change(resource, namespace, stored, sent, part, options);
  }

  /**
   * Deletes an object at once: there is no kubelet that would end a pod first. What has finalizers stays until it has
   * none, and a namespace until it is empty. Throws ApiError: 404, or 409 for a precondition.
   */
  delete(resource: Resource, namespace: string, name: string, options: DeleteOptions = {}): Deletion {
    const stored = this.get(resource, namespace, name);
    const { object } = stored;
    if (options.uid && options.uid !== object.metadata?.uid) {
      throw uidConflict(resource, name, options.uid, object);
    }
    if (options.resourceVersion && options.resourceVersion !== object.metadata?.resourceVersion) {
      throw conflict(resource, name, MODIFIED);
    }
    if (resource === NAMESPACES && KEPT_NAMESPACES.includes(name)) {
      throw forbidden(resource, name, 'this namespace may not be deleted');
    }
    const stays = resource === NAMESPACES || (object.metadata?.finalizers?.length ?? 0) > 0;
    if (options.dryRun) return { stored, gone: !stays };
    if (!stays) return { stored: this.#remove(resource, namespace, name, object), gone: true };
    if (object.metadata?.deletionTimestamp) return { stored, gone: false };
    const ending: AnyObject = {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: now(), deletionGracePeriodSeconds: 0 },
    };
    if (resource === NAMESPACES) {
      ending.status = { ...ending.status, phase: 'Terminating' };
      setImmediate(() => this.#empty(name));
    }
    return { stored: this.#put(resource, namespace, ending), gone: false };
  }

  /** Forgets the history, so that a watch from an earlier version is told 410. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact();
  }

  #namespace(name: string): ApiObject | undefined {
    return this.collection('namespaces').get(`/${name}`)?.object;
  }

  /** Whether an object may be created in a namespace. Throws ApiError. */
  #checkNamespace(resource: Resource, name: string, object: string): void {
    const namespace = this.#namespace(name);
    if (namespace === undefined) throw notFound(NAMESPACES, name);
    if (namespace.metadata?.deletionTimestamp) {
      const why = `unable to create new content in namespace ${name} because it is being terminated`;
      throw forbidden(resource, object, why, [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${name} is being terminated`,
          field: 'metadata.namespace',
        },
      ]);
    }
  }

  /** Deletes what is in a namespace, and the namespace itself when nothing stays. */
  #empty(namespace: string): void {
    if (!this.#namespace(namespace)?.metadata?.deletionTimestamp) return;
    let isEmpty = true;
    // Events are there in two versions of one store.
    for (const resource of RESOURCES.filter((one) => one.namespaced && one.convert === undefined)) {
      for (const object of this.list(resource.name)) {
        if (object.metadata?.namespace !== namespace) continue;
        if (!this.delete(resource, namespace, object.metadata.name!).gone) isEmpty = false;
      }
    }
    if (isEmpty) this.#remove(NAMESPACES, '', namespace, this.#namespace(namespace)!);
  }

  #create(resource: Resource, namespace: string, object: ApiObject, options: WriteOptions): Stored {
    const { name: givenName, generateName, ...metadata } = object.metadata ?? {};
    const name = givenName || (generateName && this.#generateName(resource, namespace, generateName));
    if (!name) {
      const detail = 'name or generateName is required';
      throw invalid(kindOf(resource), '', [{ type: 'Required', field: 'metadata.name', detail }]);
    }
    if (this.collection(resource.name).get(objectKey(resource, namespace, name)) !== undefined) {
      throw alreadyExists(resource, name);
    }
    const created: AnyObject = {
      ...object,
      apiVersion: resource.convert ? object.apiVersion : groupVersion(resource),
      kind: resource.kind,
      metadata: {
        name,
        ...(generateName && { generateName }),
        ...metadata,
        ...(resource.namespaced && { namespace }),
        uid: metadata.uid ?? randomUUID(),
        creationTimestamp: metadata.creationTimestamp ?? now(),
        ...(resource.hasStatus && { generation: 1 }),
      },
    };
    if (!resource.namespaced) delete created.metadata!.namespace;
    if (resource.name === 'pods') {
      created.spec = { schedulerName: DEFAULT_SCHEDULER, ...created.spec };
      created.status = { phase: 'Pending', ...created.status };
    } else if (resource === NAMESPACES) {
      created.spec = { finalizers: ['kubernetes'], ...created.spec };
      created.status = { phase: 'Active', ...created.status };
    }
    const admitted = options.admit?.(created) ?? created;
    return options.dryRun ? new Stored(admitted) : this.#put(resource, namespace, admitted);
  }

  /** A name that begins with the given text and is not taken. Throws ApiError 409 when many tries find none. */
  #generateName(resource: Resource, namespace: string, base: string): string {
    for (let tries = 0; tries < GENERATED_TRIES; tries++) {
      const name = generatedName(base, randomInt(GENERATED_NAMES));
      if (this.collection(resource.name).get(objectKey(resource, namespace, name)) === undefined) return name;
    }
    throw alreadyExists(resource, base);
  }

  #change(
    resource: Resource,
    namespace: string,
    before: Stored,
    sent: ApiObject,
    part: Part,
    { dryRun, admit }: WriteOptions,
  ): Stored {
    const old = before.object as AnyObject;
    const next: AnyObject = part === 'status' ? { ...old, status: (sent as AnyObject).status } : { ...sent };
    if (part === 'main' && resource.hasStatus) next.status = old.status;
    const { name, uid, creationTimestamp, generation, resourceVersion } = old.metadata ?? {};
    const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata ?? {};
    next.metadata = {
      ...next.metadata,
      name,
      uid,
      creationTimestamp,
      ...(resource.namespaced && { namespace }),
      ...(resource.hasStatus && { generation: generation ?? 1 }),
      resourceVersion,
      ...(deletionTimestamp && { deletionTimestamp, deletionGracePeriodSeconds }),
    };
    next.apiVersion = old.apiVersion;
    next.kind = old.kind;
    const admitted: AnyObject = admit?.(next, old) ?? next;
    // A write that changes nothing makes no event.
    if (equal(admitted, old)) return before;
    if (resource.hasStatus && !equal(admitted.spec, old.spec)) {
      admitted.metadata = { ...admitted.metadata, generation: (generation ?? 1) + 1 };
    }
    if (dryRun) return new Stored(admitted);
    const isEnding = deletionTimestamp !== undefined && resource !== NAMESPACES;
    if (!isEnding || (admitted.metadata?.finalizers?.length ?? 0) > 0) {
      return this.#put(resource, namespace, admitted);
    }
    const removed = this.#remove(resource, namespace, name!, admitted);
    this.#empty(namespace);
    return removed;
  }

  #put(resource: Resource, namespace: string, object: ApiObject): Stored {
    const version = ++this.#version;
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const key = objectKey(resource, namespace, object.metadata?.name ?? '');
    return this.collection(resource.name).put(key, stamped, version);
  }

  #remove(resource: Resource, namespace: string, name: string, object: ApiObject): Stored {
    const version = ++this.#version;
    const final = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    return this.collection(resource.name).remove(objectKey(resource, namespace, name), final, version);
  }
}

const GENERATED_TRIES = 8;

/** How messages name a resource's kind. */
export function kindOf({ group, kind }: Resource): { group: string; name: string } {
  return { group, name: kind };
}

function uidConflict(resource: Resource, name: string, uid: string, { metadata }: ApiObject): Error {
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata?.uid}`;
  return conflict(resource, name, why);
}

function objectKey(resource: Resource, namespace: string, name: string): string {
  return resource.namespaced ? `${namespace}/${name}` : `/${name}`;
}

function namespaceObject(name: string): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  };
}

/** The present time, as the API writes it. */
export function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
