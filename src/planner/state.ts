// A kept cluster as bytes: what it is made of, which is packed again when it is read.
//
//   "coset state" | version u16 | length of the body u32 | CRC-32 of the body u32 | body: one value (values.ts)
import { objectKey, type ApiObject, type Node, type Pod } from '../model/types.ts';
import { isObject } from '../model/shape.ts';
import type { StoreEntry } from '../state/object-store.ts';
import type { KeptCluster } from './kept-cluster.ts';
import { PlannerError } from './planner-error.ts';
import { decodeValue, encodeValue, ValuesError } from './values.ts';

const MARK = new TextEncoder().encode('coset state');
/** Of the form; one that changes what is read has the next number. */
const VERSION = 1;
const HEADER_BYTES = MARK.length + 2 + 4 + 4;

interface State {
  nodes: Node[];
  objects: ApiObject[];
  entries: { kind: string; key: string; entry: StoreEntry }[];
  /** Node by node in the order in which they stand there, then those that wait. */
  pods: Pod[];
  random: readonly [number, number];
}

/** The state as bytes, which are the same however it came about. */
export function exportState(kept: KeptCluster): Uint8Array<ArrayBuffer> {
  const state: State = {
    nodes: inOrder([...kept.nodes.values()], objectKey),
    objects: inOrder([...kept.objects.values()], (object) => `${object.kind} ${objectKey(object)}`),
    entries: inOrder([...kept.cluster.store.entries()], ({ kind, key }) => `${kind} ${key}`),
    pods: kept.podsInOrder(),
    random: kept.cluster.nodes.columns.random,
  };
  const body = encodeValue(state);
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  bytes.set(MARK);
  const view = new DataView(bytes.buffer, MARK.length);
  view.setUint16(0, VERSION, true);
  view.setUint32(2, body.length, true);
  view.setUint32(6, crc32(body), true);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/**
 * Fills an empty cluster with what was exported.
 * @throws PlannerError when the bytes are no state, not all of one, not as they were written, or of another version
 */
export function importState(bytes: Uint8Array, kept: KeptCluster): void {
  const { nodes, objects, entries, pods, random } = stateIn(bytes);
  kept.load({ nodes, objects, pods, pending: [] });
  for (const { kind, key, entry } of entries)
    if (kept.cluster.store.keeps(kind)) kept.cluster.store.put(kind, key, entry);
  kept.cluster.nodes.columns.random = [...random];
}

function stateIn(bytes: Uint8Array): State {
  if (!(bytes instanceof Uint8Array)) throw refused('must be the bytes of an export');
  if (!MARK.every((byte, at) => bytes[at] === byte)) throw refused('is not what a planner has exported');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) throw refused('ends too early');
  const version = view.getUint16(MARK.length, true);
  if (version !== VERSION)
    throw refused(`is of version ${version}, and this coset reads version ${VERSION}: export it again`);
  const length = view.getUint32(MARK.length + 2, true);
  if (bytes.length !== HEADER_BYTES + length)
    throw refused(`has ${bytes.length - HEADER_BYTES} bytes where ${length} are due`);
  const body = bytes.subarray(HEADER_BYTES);
  if (crc32(body) !== view.getUint32(MARK.length + 6, true))
    throw refused('is damaged: its checksum is another');
  try {
    const state = decodeValue(body) as Partial<State> | undefined;
    const lists = [state?.nodes, state?.objects, state?.entries, state?.pods, state?.random];
    if (!isObject(state) || !lists.every(Array.isArray)) throw refused('holds something else than a state');
    return state as unknown as State;
  } catch (error) {
    if (error instanceof ValuesError) throw refused(`is damaged: ${error.message}`);
    throw error;
  }
}

function inOrder<T>(items: T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => [keyOf(item), item] as const)
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([, item]) => item);
}

function refused(reason: string): PlannerError {
  return new PlannerError(`state: ${reason}`);
}

let table: Uint32Array | undefined;

/** The checksum of zip files. */
function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
