// Services, controllers and namespaces of the API server, into the cluster.
import { objectKey, type ApiObject } from '../model/types.ts';
import type { Cluster } from '../state/cluster.ts';
import type { Listing, WatchHandler } from '../kube/reflector.ts';
import type { SharedEvent } from '../queue/types.ts';
import { listingOf } from './listing.ts';
import { takeOrRefuse, type OnRefused } from './refused.ts';

export interface ObjectFeedOptions {
  /** Lists leave the kind of their items out. */
  kind: string;
  cluster: Cluster;
  notify: (event: SharedEvent) => void;
  onRefused: OnRefused<ApiObject>;
}

export class ObjectFeed implements WatchHandler<ApiObject> {
  readonly #options: ObjectFeedOptions;
  readonly #known = new Map<string, ApiObject>();

  constructor(options: ObjectFeedOptions) {
    this.#options = options;
  }

  list(): Listing<ApiObject> {
    return listingOf({
      keyOf: objectKey,
      take: (object) => this.added(object),
      known: this.#known,
      drop: (_, object) => this.deleted(object),
    });
  }

  added(object: ApiObject): void {
    const { kind } = this.#options;
    const { metadata } = object;
    const named = { kind, metadata: { namespace: metadata?.namespace, name: metadata?.name } };
    const take = (taken: ApiObject) => {
      this.#known.set(objectKey(taken), named);
      this.#take(taken, true);
    };
    takeOrRefuse(kind, { ...object, kind }, take, this.#options.onRefused);
  }

  modified(object: ApiObject): void {
    this.added(object);
  }

  deleted(object: ApiObject): void {
    this.#known.delete(objectKey(object));
    this.#take({ ...object, kind: this.#options.kind }, false);
  }

  #take(object: ApiObject, present: boolean): void {
    const { kind, cluster, notify } = this.#options;
    const known = cluster.store.stored(kind, objectKey(object));
    if (!cluster.setObject(object, present)) return;
    // what is missing from a new list is known by its name only
    notify({
      kind: 'Object',
      before: known ?? (present ? undefined : object),
      after: present ? object : undefined,
    });
  }
}
