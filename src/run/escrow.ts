// What is given to pods that are not bound yet. Every decision counts it, for the cluster assumes each pod on its node; it is
// theirs when the API server says so, and given back when it says otherwise:
//
//   decided ──> reserving: claims are made real ──> waiting: for a slot ──> sent ──> unclear: the server has not said it yet
//                   │                                                        │          │
//                   └────────── given back: the pod waits again ─────────────┴──────────┴──> bound
import type { EscrowPhase, EscrowRecord } from '../control/types.ts';

interface Held {
  readonly uid: string;
  readonly node: string;
  phase: EscrowPhase;
  /** Since when it is held, in monotonic milliseconds. */
  readonly sinceMs: number;
}

export class Escrow {
  /** By the key of the pod, the longest held first. */
  readonly #held = new Map<string, Held>();

  hold({ key, uid }: { key: string; uid: string }, node: string, now: number): void {
    this.#held.set(key, { uid, node, phase: 'waiting', sinceMs: now });
  }

  enter(key: string, phase: EscrowPhase): void {
    const held = this.#held.get(key);
    if (held !== undefined) held.phase = phase;
  }

  /** It is the pod's, or was given back. */
  release(key: string): void {
    this.#held.delete(key);
  }

  /** The uid of the pod of this name for which something is held. */
  uidOf(key: string): string | undefined {
    return this.#held.get(key)?.uid;
  }

  counts(): Record<EscrowPhase, number> {
    const counts = { reserving: 0, waiting: 0, sent: 0, unclear: 0 };
    for (const { phase } of this.#held.values()) counts[phase]++;
    return counts;
  }

  /** The first of them. */
  list(limit: number, now: number): EscrowRecord[] {
    const records: EscrowRecord[] = [];
    for (const [pod, { node, phase, sinceMs }] of this.#held) {
      if (records.length === limit) break;
      records.push({ pod, node, phase, seconds: Math.round(now - sinceMs) / 1000 });
    }
    return records;
  }
}
