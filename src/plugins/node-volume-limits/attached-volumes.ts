// What is attached to each node, counted once and again for the rows only that pods or objects have touched. All classes of
// a cluster read it.
import { addToCount, addToSet, deleteFromSet } from '../../model/by-key.ts';
import { objectKey, type CSINode, type Pod, type VolumeAttachment } from '../../model/types.ts';
import { LogReader } from '../../state/change-log.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { StoreChange } from '../../state/object-store.ts';
import { claimNameOf, clusterKey, type Objects } from '../common/volume-claims.ts';
import { ATTACHMENT } from '../common/volume-index.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';
import { addAttachments, attach, type Attached } from './attachments.ts';

const CSI_NODE = 'CSINode';

/** What is attached to one node. */
export interface RowVolumes {
  /** The node that stood in the row, and what of its pods was counted. */
  readonly node: string;
  readonly version: number;
  /** The volumes of its pods. */
  readonly ofPods: Attached;
  /** By driver: these, and those that VolumeAttachments tell of besides. */
  readonly counts: ReadonlyMap<string, number>;
}

const NOTHING: Attached = new Map();
const NO_COUNTS: ReadonlyMap<string, number> = new Map();
const known = new WeakMap<Cluster, AttachedVolumes>();

export class AttachedVolumes {
  readonly #cluster: Cluster;
  readonly #changes: LogReader<StoreChange>;
  readonly #rows: (RowVolumes | undefined)[] = [];
  /** The rows whose counts have read an object, by kind and "namespace/name"; mostly it is one. */
  readonly #readers = new Map<string, Map<string, number | Set<number>>>();
  readonly #attachments = new Map<string, VolumeAttachment>();
  /** By the node's name. */
  readonly #attachmentsOn = new Map<string, Set<VolumeAttachment>>();
  /** By driver, the rows with a limit, and of which state of the nodes that is. */
  readonly #limits = new Map<string, ReadonlyMap<number, number>>();
  #limitsVersion = '';

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#changes = new LogReader(cluster.store.changes, 'everything');
  }

  /** What is attached to the nodes of a cluster, as it is now. */
  static of(cluster: Cluster): AttachedVolumes {
    let volumes = known.get(cluster);
    if (volumes === undefined) known.set(cluster, (volumes = new AttachedVolumes(cluster)));
    volumes.#follow();
    return volumes;
  }

  on(row: number): RowVolumes {
    const { nodes, volumeUsers } = this.#cluster;
    const node = nodes.node(row)?.name ?? '';
    const version = volumeUsers.versionOf(row);
    let counted = this.#rows[row];
    if (counted?.version !== version || counted.node !== node)
      this.#rows[row] = counted = this.#count(row, node, version);
    return counted;
  }

  /** How many volumes a driver can attach to each node that says so, by row. */
  limits(driver: string): ReadonlyMap<number, number> {
    const { nodes, store } = this.#cluster;
    const version = `${nodes.version} ${store.versionOf(CSI_NODE)}`;
    if (version !== this.#limitsVersion) this.#limits.clear();
    this.#limitsVersion = version;
    let limits = this.#limits.get(driver);
    if (limits === undefined) {
      const found = new Map<number, number>();
      for (const csiNode of store.list<CSINode>(CSI_NODE)) {
        const row = nodes.rowOf(csiNode.metadata?.name ?? '');
        const limit = limitOf(csiNode, driver);
        if (row !== undefined && limit !== undefined) found.set(row, limit);
      }
      this.#limits.set(driver, (limits = found));
    }
    return limits;
  }

  #count(row: number, node: string, version: number): RowVolumes {
    const { store } = this.#cluster;
    const objects: Objects = {
      get: (kind, key) => {
        this.#note(kind, key, row);
        return store.get(kind, key);
      },
    };
    let ofPods = NOTHING;
    let hasCSINode: boolean | undefined;
    for (const { key, namespace, volumes } of this.#cluster.podsIn(row)) {
      if (volumes.length === 0) continue;
      if (ofPods === NOTHING) ofPods = new Map();
      hasCSINode ??= store.get(CSI_NODE, clusterKey(node)) !== undefined;
      const pod: Pod = { metadata: { namespace, name: key.slice(namespace.length + 1) } };
      for (const volume of volumes) {
        const claim = claimNameOf(pod, volume);
        try {
          attach(volume, claim && { namespace, name: claim.name }, hasCSINode, objects, ofPods);
        } catch (error) {
          // another pod's mistake: its disk is not attached
          if (!(error instanceof VolumeError)) throw error;
        }
      }
    }
    const attachments = this.#attachmentsOn.get(node);
    if (ofPods === NOTHING && attachments === undefined) return { node, version, ofPods, counts: NO_COUNTS };
    const all: Attached = new Map();
    addAttachments(attachments ?? [], objects, all);
    for (const [volume, driver] of ofPods) all.set(volume, driver);
    return { node, version, ofPods, counts: countsOf(all) };
  }

  #note(kind: string, key: string, row: number): void {
    let ofKind = this.#readers.get(kind);
    if (ofKind === undefined) this.#readers.set(kind, (ofKind = new Map<string, number | Set<number>>()));
    const readers = ofKind.get(key);
    if (readers === undefined) ofKind.set(key, row);
    else if (readers instanceof Set) readers.add(row);
    else if (readers !== row) ofKind.set(key, new Set([readers, row]));
  }

  #follow(): void {
    const { store } = this.#cluster;
    const changes = this.#changes.next();
    if (changes === undefined) {
      this.#readAll();
      return;
    }
    for (const { kind, key } of changes) {
      if (kind === CSI_NODE) this.#touchNode(key.slice(key.indexOf('/') + 1));
      else if (kind === ATTACHMENT) this.#takeAttachment(key, store.get<VolumeAttachment>(kind, key));
      const ofKind = this.#readers.get(kind);
      const readers = ofKind?.get(key);
      if (readers === undefined) continue;
      ofKind!.delete(key);
      for (const row of readers instanceof Set ? readers : [readers]) this.#touch(row);
    }
  }

  #readAll(): void {
    this.#readers.clear();
    this.#attachments.clear();
    this.#attachmentsOn.clear();
    const { nodes, store } = this.#cluster;
    for (const attachment of store.list<VolumeAttachment>(ATTACHMENT))
      this.#takeAttachment(objectKey(attachment), attachment);
    for (let row = 0; row < nodes.columns.rows; row++) this.#touch(row);
  }

  #takeAttachment(key: string, attachment: VolumeAttachment | undefined): void {
    const before = this.#attachments.get(key);
    if (before !== undefined) {
      const { nodeName } = before.spec;
      deleteFromSet(this.#attachmentsOn, nodeName, before);
      this.#attachments.delete(key);
      this.#touchNode(nodeName);
    }
    if (attachment === undefined) return;
    const { nodeName } = attachment.spec;
    this.#attachments.set(key, attachment);
    addToSet(this.#attachmentsOn, nodeName, attachment);
    this.#touchNode(nodeName);
  }

  #touchNode(name: string): void {
    const row = this.#cluster.nodes.rowOf(name);
    if (row !== undefined) this.#touch(row);
  }

  #touch(row: number): void {
    if (this.#rows[row] !== undefined) this.#cluster.volumeUsers.touch(row);
  }
}

/** The volumes that a node's driver can attach; undefined when it does not say. */
export function limitOf(csiNode: CSINode | undefined, driver: string): number | undefined {
  return csiNode?.spec.drivers.find(({ name }) => name === driver)?.allocatable?.count;
}

function countsOf(attached: Attached): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const driver of attached.values()) addToCount(counts, driver, 1);
  return counts;
}
