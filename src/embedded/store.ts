// A cluster's objects in memory, with the rules of the API for writing them.
import { randomUUID } from 'node:crypto';
import type { ApiObject, Binding, Pod } from '../api/types.ts';
import { Collection, type Stored } from './collection.ts';
import { alreadyExists, badRequest, conflict, invalid, notFound } from './errors.ts';
import { mergePatch } from './patch.ts';
import { groupVersion, resourceOfObject, RESOURCES, type Resource } from './resources.ts';

type Part = 'main' | 'status';

interface AnyObject extends ApiObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

const FIRST_NAMESPACES = ['default', 'kube-system'];

export class Store {
  readonly #collections: Map<string, Collection>;
  #version = 0;

  /** Each resource keeps at least `historyLimit` changes. */
  constructor(historyLimit: number) {
    this.#collections = new Map(RESOURCES.map(({ name }) => [name, new Collection(historyLimit)]));
    this.load(FIRST_NAMESPACES.map(namespaceObject));
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
      if (resource.namespaced && this.collection('namespaces').get(`/${namespace}`) === undefined) {
        this.load([namespaceObject(namespace)]);
      }
      this.#create(resource, namespace, resource.convert?.write(object) ?? object);
    }
  }

  get(resource: Resource, namespace: string, name: string): Stored {
    const stored = this.collection(resource.name).get(objectKey(resource, namespace, name));
    if (stored === undefined) throw notFound(resource.name, name);
    return stored;
  }

  /** Creates an object that was sent by a client. Throws ApiError. */
  create(resource: Resource, namespace: string, object: ApiObject): Stored {
    const stated = object.metadata?.namespace ?? namespace;
    if (resource.namespaced && stated !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    if (resource.namespaced && this.collection('namespaces').get(`/${namespace}`) === undefined) {
      throw notFound('namespaces', namespace);
    }
    const created: AnyObject = { ...(resource.convert?.write(object) ?? object) };
    // As in the real API, where a node registers with its status and everything else starts without.
    if (resource.hasStatus && resource.name !== 'nodes') delete created.status;
    return this.#create(resource, namespace, created);
  }

  /** Replaces an object, or its status. Throws ApiError: 404, or 409 if it was changed meanwhile. */
  update(resource: Resource, namespace: string, name: string, object: ApiObject, part: Part): Stored {
    const stored = this.get(resource, namespace, name);
    const old = stored.object;
    const { resourceVersion, uid } = object.metadata ?? {};
    if (resourceVersion && resourceVersion !== old.metadata?.resourceVersion) {
      throw conflict(
        resource.name,
        name,
        'the object has been modified; please apply your changes to the latest version',
      );
    }
    if (uid && uid !== old.metadata?.uid) {
      throw conflict(
        resource.name,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata?.uid}`,
      );
    }
    return this.#change(resource, namespace, stored, resource.convert?.write(object) ?? object, part);
  }

  /** Applies a merge patch or a strategic merge patch. Throws ApiError. */
  patch(
    resource: Resource,
    namespace: string,
    name: string,
    patch: unknown,
    { strategic, part }: { strategic: boolean; part: Part },
  ): Stored {
    const stored = this.get(resource, namespace, name);
    const old = stored.object;
    type Json = Parameters<typeof mergePatch>[1];
    const target = (resource.convert?.read(old) ?? old) as Json;
    const sent = mergePatch(target, patch as Json, strategic) as ApiObject;
    const patched = resource.convert?.write(sent) ?? sent;
    if (patched.metadata?.uid !== old.metadata?.uid) {
      throw invalid(
        resource.kind,
        name,
        `metadata.uid: Invalid value: "${patched.metadata?.uid}": field is immutable`,
      );
    }
    if (patched.metadata?.resourceVersion !== old.metadata?.resourceVersion) {
      throw conflict(
        resource.name,
        name,
        'the object has been modified; please apply your changes to the latest version',
      );
    }
    return this.#change(resource, namespace, stored, patched, part);
  }

  /** Deletes an object at once: there is no kubelet that would end a pod first. Throws ApiError 404. */
  delete(resource: Resource, namespace: string, name: string): Stored {
    const { object } = this.get(resource, namespace, name);
    const version = ++this.#version;
    const final = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    return this.collection(resource.name).remove(objectKey(resource, namespace, name), final, version);
  }

  /** Puts a pod on a node. Throws ApiError: 404, or 409 if the pod cannot be bound any more. */
  bind(resource: Resource, namespace: string, name: string, binding: Binding): void {
    if (!binding.target?.name) throw invalid('Binding', name, 'target.name: Required value');
    const pod = this.get(resource, namespace, name).object as Pod;
    const { uid } = binding.metadata ?? {};
    if (uid && uid !== pod.metadata?.uid) {
      throw conflict(
        'pods/binding',
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata?.uid}`,
      );
    }
    if (pod.spec?.nodeName) {
      throw conflict('pods/binding', name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
    }
    if (pod.spec?.schedulingGates?.length) {
      throw conflict('pods/binding', name, `pod ${name} has non-empty .spec.schedulingGates`);
    }
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: now() };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    this.#put(resource, namespace, {
      ...pod,
      spec: { ...pod.spec, nodeName: binding.target.name },
      status: { ...pod.status, conditions: [...others, scheduled] },
    } as ApiObject);
  }

  /** Forgets the history, so that a watch from an earlier version is told 410. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.compact();
  }

  #create(resource: Resource, namespace: string, object: ApiObject): Stored {
    const { name: givenName, generateName, ...metadata } = object.metadata ?? {};
    const name = givenName ?? (generateName && `${generateName}${randomUUID().slice(0, 5)}`);
    if (!name)
      throw invalid(resource.kind, '', 'metadata.name: Required value: name or generateName is required');
    if (this.collection(resource.name).get(objectKey(resource, namespace, name)) !== undefined) {
      throw alreadyExists(resource.name, name);
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
    if (resource.name === 'pods') {
      created.spec = { schedulerName: 'default-scheduler', ...created.spec };
      created.status = { phase: 'Pending', ...created.status };
    } else if (resource.name === 'namespaces') {
      created.status = { phase: 'Active', ...created.status };
    }
    return this.#put(resource, namespace, created);
  }

  #change(resource: Resource, namespace: string, before: Stored, sent: ApiObject, part: Part): Stored {
    const old = before.object as AnyObject;
    const next: AnyObject = part === 'status' ? { ...old, status: (sent as AnyObject).status } : { ...sent };
    if (part === 'main' && resource.hasStatus) next.status = old.status;
    const { name, uid, creationTimestamp, generation } = old.metadata ?? {};
    const respecified = resource.hasStatus && JSON.stringify(next.spec) !== JSON.stringify(old.spec);
    next.metadata = {
      ...next.metadata,
      name,
      uid,
      creationTimestamp,
      ...(resource.namespaced && { namespace }),
      ...(resource.hasStatus && { generation: (generation ?? 1) + (respecified ? 1 : 0) }),
      resourceVersion: old.metadata?.resourceVersion,
    };
    next.apiVersion = old.apiVersion;
    next.kind = old.kind;
    // A write that changes nothing makes no event.
    return JSON.stringify(next) === before.json ? before : this.#put(resource, namespace, next);
  }

  #put(resource: Resource, namespace: string, object: ApiObject): Stored {
    const version = ++this.#version;
    const stamped = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const key = objectKey(resource, namespace, object.metadata?.name ?? '');
    return this.collection(resource.name).put(key, stamped, version);
  }
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

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
