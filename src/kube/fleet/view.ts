// Who has what, as far as one view says: nodes and pods are dealt out to the members by rendezvous hashing, so that only
// those move that a member leaves behind, or takes.

/** Who there is. Names stand for processes, each of which has one of its own. */
export interface View {
  /** In their order. */
  readonly members: readonly string[];
  /** The member that has all nodes, for a turn; the others have none then. Pods stay with their members. */
  readonly turn?: string;
}

/** The member that has the node; undefined where there is no member. */
export function nodeOwner({ members, turn }: View, node: string): string | undefined {
  return turn ?? chosen(members, node);
}

/** The member that decides on the pods of this key. */
export function podOwner({ members }: View, key: string): string | undefined {
  return chosen(members, key);
}

/** The member of the greatest hash with the key: another member's coming or going changes nothing between two others. */
function chosen(members: readonly string[], key: string): string | undefined {
  const keyHash = hashOf(key);
  let greatest = -1;
  let found: string | undefined;
  for (const member of members) {
    const hash = mixed(keyHash ^ memberHash(member));
    if (hash <= greatest) continue;
    greatest = hash;
    found = member;
  }
  return found;
}

/** Of few members, which are asked for at every node. */
const memberHashes = new Map<string, number>();
const REMEMBERED = 1000;

function memberHash(member: string): number {
  let hash = memberHashes.get(member);
  if (hash !== undefined) return hash;
  if (memberHashes.size === REMEMBERED) memberHashes.clear();
  hash = hashOf(member);
  memberHashes.set(member, hash);
  return hash;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The end of MurmurHash3: each bit hangs on all others. */
function mixed(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
