// The events since the oldest drain: a pod that is being decided must not miss one that could help it.
import { append } from '../model/by-key.ts';
import { objectKey } from '../model/types.ts';
import type { SharedEvent } from './types.ts';

/**
 * How many events are kept. A pod that is in flight for longer than this many events is tried again after its
 * backoff instead, which costs an attempt but never strands it.
 */
export const MAX_EVENTS = 4096;

export interface LoggedEvent {
  position: number;
  event: SharedEvent;
}

export class EventLog {
  #events: SharedEvent[] = [];
  /** The position of the oldest kept event; positions count all events ever appended. */
  #start = 0;

  /** The position that the next event gets: a pod drained now has to look at events from here on. */
  get end(): number {
    return this.#start + this.#events.length;
  }

  get size(): number {
    return this.#events.length;
  }

  /** How many events have come since the position. */
  countSince(from: number): number {
    return this.end - from;
  }

  /** Keeps an event. `oldestNeeded` gives the smallest position that a pod in flight was drained at. */
  append(event: SharedEvent, oldestNeeded: () => number): void {
    if (this.#events.length >= MAX_EVENTS) {
      // At least half goes, so that the search for the oldest pod is paid once per many events.
      this.#dropBefore(Math.max(oldestNeeded(), this.end - MAX_EVENTS / 2));
    }
    this.#events.push(event);
  }

  clear(): void {
    this.#start = this.end;
    this.#events = [];
  }

  /** The kept events from a position on that are about an object, by the object as "kind namespace/name". */
  byObjectSince(from: number): ReadonlyMap<string, readonly LoggedEvent[]> {
    const told = new Map<string, LoggedEvent[]>();
    for (let position = Math.max(from, this.#start); position < this.end; position++) {
      const event = this.#events[position - this.#start]!;
      const name = objectNameOf(event);
      if (name !== undefined) append(told, name, { position, event });
    }
    return told;
  }

  /** Whether `helps` holds for an event at or after `from`; so it does if one of that range is no longer kept. */
  someHelps(from: number, helps: (event: SharedEvent) => boolean): boolean {
    if (from < this.#start) return true;
    for (let index = from - this.#start; index < this.#events.length; index += 1) {
      const event = this.#events[index];
      if (event && helps(event)) return true;
    }
    return false;
  }

  #dropBefore(position: number): void {
    this.#events = this.#events.slice(position - this.#start);
    this.#start = position;
  }
}

/** The object of the event, as "kind namespace/name", where it is about one that only plugins read. */
export function objectNameOf(event: SharedEvent): string | undefined {
  if (event.kind !== 'Object') return undefined;
  const object = event.after ?? event.before;
  return object && `${object.kind} ${objectKey(object)}`;
}

/** The event's name in metrics, as kube-scheduler builds it: what, then Add, Update or Delete. */
export function eventLabel(event: SharedEvent): string {
  const { before, after } = event;
  const resource = event.kind === 'Object' ? (event.after ?? event.before)?.kind : event.kind;
  return `${resource ?? event.kind}${before ? (after ? 'Update' : 'Delete') : 'Add'}`;
}
