// The persistent volumes of a cluster by what is asked of them: which are free, for whom others are reserved, and which are
// one and the same to their driver. It follows the changes of the store.
import { addToCount, addToSet, deleteFromSet } from '../../model/by-key.ts';
import { objectKey, type PersistentVolume, type VolumeAttachment } from '../../model/types.ts';
import { LogReader } from '../../state/change-log.ts';
import type { ObjectStore, StoreChange } from '../../state/object-store.ts';
import { csiOfVolume } from '../node-volume-limits/csi-migration.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';
import { classNameOf, clusterKey, VOLUME } from './volume-claims.ts';

export const ATTACHMENT = 'VolumeAttachment';

/** Where a volume stands in the index. */
interface Known {
  className: string;
  /** "namespace/name" of the claim that it is reserved for. */
  claim?: string;
  /** As its driver knows it. */
  handle?: string;
}

const indexes = new WeakMap<ObjectStore, VolumeIndex>();

export class VolumeIndex {
  readonly #store: ObjectStore;
  readonly #changes: LogReader<StoreChange>;
  readonly #known = new Map<string, Known>();
  readonly #free = new Map<string, Set<string>>();
  readonly #reserved = new Map<string, Set<string>>();
  readonly #handles = new Map<string, number>();
  /** The volumes of attachments, by the attachment. */
  readonly #attached = new Map<string, string>();
  readonly #attachments = new Map<string, number>();

  private constructor(store: ObjectStore) {
    this.#store = store;
    this.#changes = new LogReader(store.changes, 'everything');
  }

  /** The index of a store, as it is now. */
  static of(store: ObjectStore): VolumeIndex {
    let index = indexes.get(store);
    if (index === undefined) indexes.set(store, (index = new VolumeIndex(store)));
    index.#follow();
    return index;
  }

  /** The volumes of a storage class that no claim has. */
  free(className: string): PersistentVolume[] {
    return this.#volumes(this.#free.get(className));
  }

  /** The volumes that name a claim, by "namespace/name". */
  reservedFor(claim: string): PersistentVolume[] {
    return this.#volumes(this.#reserved.get(claim));
  }

  /** Whether some volume names the claim. */
  isReserved(claim: string): boolean {
    return this.#reserved.has(claim);
  }

  /** Whether several volumes are one to their driver. */
  isManifold(handle: string): boolean {
    return (this.#handles.get(handle) ?? 0) > 1;
  }

  /** Whether the volume of this name is attached to some node, as far as VolumeAttachments say. */
  isAttached(volume: string): boolean {
    return this.#attachments.has(volume);
  }

  #volumes(names: ReadonlySet<string> | undefined): PersistentVolume[] {
    return [...(names ?? [])].map((name) => this.#store.get<PersistentVolume>(VOLUME, name)!);
  }

  #follow(): void {
    const changes = this.#changes.next();
    if (changes === undefined) {
      this.#readAll();
      return;
    }
    for (const { kind, key } of changes) {
      if (kind === VOLUME) this.#take(key, this.#store.get(kind, key));
      else if (kind === ATTACHMENT) this.#takeAttachment(key, this.#store.get(kind, key));
    }
  }

  #readAll(): void {
    for (const map of [this.#known, this.#free, this.#reserved]) map.clear();
    for (const map of [this.#handles, this.#attached, this.#attachments]) map.clear();
    for (const volume of this.#store.list<PersistentVolume>(VOLUME)) this.#take(objectKey(volume), volume);
    for (const attachment of this.#store.list<VolumeAttachment>(ATTACHMENT))
      this.#takeAttachment(objectKey(attachment), attachment);
  }

  #take(key: string, volume: PersistentVolume | undefined): void {
    const before = this.#known.get(key);
    if (before !== undefined) {
      this.#known.delete(key);
      if (before.claim === undefined) deleteFromSet(this.#free, before.className, key);
      else deleteFromSet(this.#reserved, before.claim, key);
      if (before.handle !== undefined) addToCount(this.#handles, before.handle, -1);
    }
    if (volume === undefined) return;
    const reference = volume.spec?.claimRef;
    const known: Known = {
      className: classNameOf(volume),
      claim: reference ? `${reference.namespace ?? 'default'}/${reference.name}` : undefined,
      handle: handleOf(volume),
    };
    this.#known.set(key, known);
    if (known.claim === undefined) addToSet(this.#free, known.className, key);
    else addToSet(this.#reserved, known.claim, key);
    if (known.handle !== undefined) addToCount(this.#handles, known.handle, 1);
  }

  #takeAttachment(key: string, attachment: VolumeAttachment | undefined): void {
    const before = this.#attached.get(key);
    if (before !== undefined) addToCount(this.#attachments, before, -1);
    this.#attached.delete(key);
    const name = attachment?.spec.source.persistentVolumeName;
    if (!name) return;
    this.#attached.set(key, clusterKey(name));
    addToCount(this.#attachments, clusterKey(name), 1);
  }
}

/** What a volume is to its driver, in one text; undefined when no driver serves it. */
export function handleOf(volume: PersistentVolume): string | undefined {
  try {
    const known = csiOfVolume(volume);
    return known && `${known.driver}/${known.handle}`;
  } catch (error) {
    if (error instanceof VolumeError) return undefined;
    throw error;
  }
}
