// The pods that wait for a node.
//
//   add --+------------------> active --- drain ---> in flight --- delete: bound, or gone --->
//         |                     ^   ^                 |     |
//         | has gates           |   | backoff ends    |     | park: its class fits nowhere
//         v                     |   |                 |     |
//       gated --- gates gone ---+   +---- backoff <---+     |
//                               |            ^     requeue  |
//                 backoff over  |            | still        v
//                               +------------+--------- unschedulable
//                                 an event or update that helps, or 5 minutes
//
// Backoff ends early for what an event has woken, when nothing is active.
import { isGated, objectKey, type Pod } from '../model/types.ts';
import { Backoff } from './backoff.ts';
import { type Entry, type Group, newEntry, queueRow } from './entry.ts';
import { EventLog, eventLabel } from './event-log.ts';
import { GroupMembers } from './group-members.ts';
import { Heap } from './heap.ts';
import { HintEffort, isTooMuch } from './hint-effort.ts';
import { Hints } from './hints.ts';
import { helpedMeanwhile, helpedOwners, type Help } from './own-objects.ts';
import { ParkedPods } from './parked-pods.ts';
import { schedulingPropertiesChanged } from './pod-change.ts';
import type {
  QueueCounts,
  QueueOptions,
  QueueRow,
  QueuedPod,
  Rejections,
  SharedEvent,
  Verdict,
  ClassMark,
} from './types.ts';

const FIVE_MINUTES_MS = 300_000;

/**
 * kube-scheduler's scheduling queue, with one verdict for a whole class instead of one a pod. It keeps no timer:
 * the owner sleeps until nextWakeup() and drains. Of a pod that the owner has assumed on a node it must hear
 * nothing but delete() when the pod is bound, or requeue() when that failed.
 */
export class SchedulingQueue {
  /** How often a pod became active. */
  activeVersion = 0;
  readonly #options: QueueOptions;
  readonly #flushAfterMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #active = new Heap<Entry>(
    (a, b) => (b.priority - a.priority || a.timestamp - b.timestamp || a.sequence - b.sequence) < 0,
  );
  readonly #backoff = new Backoff();
  readonly #parked: ParkedPods;
  readonly #inFlight = new Set<Entry>();
  /** Where the event log stood when pods were drained that were given back since. */
  readonly #givenBack = new Map<Entry, number>();
  readonly #members = new GroupMembers();
  readonly #log = new EventLog();
  readonly #hints: Hints;
  #gated = 0;
  #sequence = 0;
  readonly #help: Help = (event, { pod, group }) => this.#hints.help(event, pod, group!.plugins);

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#hints = new Hints(options);
    this.#parked = new ParkedPods(options.ownObjectsOf);
    this.#flushAfterMs = options.flushAfterMs ?? FIVE_MINUTES_MS;
  }

  /**
   * Takes a pending pod, with its class where that is known: active, or gated if it has scheduling gates. One that is known
   * is updated.
   */
  add(pod: Pod, classified?: ClassMark): void {
    const entry = newEntry(pod, this.#sequence++, this.#options.now(), classified);
    const known = this.#entries.get(entry.key);
    if (known?.uid === entry.uid) {
      this.#update(known, pod, classified);
      return;
    }
    if (known) this.#remove(known);
    this.#entries.set(entry.key, entry);
    this.#members.add(entry);
    if (isGated(pod)) {
      this.#gated += 1;
      this.#options.onIncoming?.('unschedulable', 'UnscheduledPodAdd', 1);
    } else {
      this.#activate(entry);
      this.#options.onIncoming?.('active', 'UnscheduledPodAdd', 1);
    }
  }

  /**
   * Takes the new object of a pending pod. A gated pod without gates becomes active; a parked one wakes if the
   * change can help it; one in flight keeps the object until it comes back. An unknown pod is added.
   */
  update(before: Pod, after: Pod, classified?: ClassMark): void {
    const known = this.#entries.get(objectKey(before));
    if (known && known.uid === (after.metadata?.uid ?? '')) this.#update(known, after, classified);
    else this.add(after, classified);
  }

  /** Every pod that is known, wherever it stands. */
  *pods(): Iterable<QueuedPod> {
    yield* this.#entries.values();
  }

  /** The pod of this name and uid, wherever it stands. */
  get(key: string, uid: string): QueuedPod | undefined {
    const entry = this.#entries.get(key);
    return entry?.uid === uid ? entry : undefined;
  }

  /** Forgets a pod: it is bound, or gone. With a uid, a pod of the same name and another uid stays. */
  delete(key: string, uid?: string): void {
    const entry = this.#entries.get(key);
    if (entry && (uid === undefined || uid === entry.uid)) this.#remove(entry);
  }

  /** Takes the active pods, at most `limit`: priority descending, then timestamp, then order of arrival. */
  drain(limit = Infinity): QueuedPod[] {
    this.#wakeDue(this.#options.now());
    const drained: Entry[] = [];
    const held: Entry[] = [];
    while (drained.length < limit) {
      const entry = this.#active.pop();
      if (!entry) break;
      if (this.#options.isHeld?.(entry.pod, this.#givenBack.has(entry))) {
        held.push(entry);
        continue;
      }
      this.#beginAttempt(entry);
      drained.push(entry);
    }
    for (const entry of held) this.#active.push(entry);
    return drained;
  }

  /** Takes the pods of a pod group that wait, also those that back off or are parked; gated ones stay. */
  drainGroup(podGroup: string): QueuedPod[] {
    const drained = [...this.#members.of(podGroup)].filter(
      ({ queue }) => queue !== 'gated' && queue !== 'inFlight',
    );
    for (const entry of drained) {
      if (entry.queue === 'active') this.#active.remove(entry);
      else if (entry.queue === 'backoff') this.#backoff.remove(entry);
      else this.#parked.leave(entry);
      this.#beginAttempt(entry);
    }
    return drained;
  }

  /** How many pods of a pod group wait here: gated ones count, those in flight do not. */
  waitingOf(podGroup: string): number {
    let waiting = 0;
    for (const { queue } of this.#members.of(podGroup)) if (queue !== 'inFlight') waiting++;
    return waiting;
  }

  /**
   * Parks drained pods of one class that fit nowhere. The newest verdict of a class stands for all its parked
   * pods. If an event since the drain can help, they go to backoff instead, and what was parked of the class
   * wakes with them. Pods that were deleted meanwhile are dropped. A verdict without plugins is an error, as no
   * event could end it: the pods are requeued.
   */
  park(group: string, pods: readonly QueuedPod[], verdict: Verdict): void {
    if (verdict.plugins.length === 0) {
      for (const pod of pods) this.requeue(pod, verdict.message);
      return;
    }
    const now = this.#options.now();
    const decided: Entry[] = [];
    let eventsFrom = Infinity;
    for (const pod of pods) {
      const entry = this.#inFlightEntry(pod);
      if (!entry) continue;
      entry.unschedulableAttempts += 1;
      entry.consecutiveErrors = 0;
      const outdated = this.#endAttempt(entry, verdict.message, now);
      if (outdated) this.#parkChanged(entry, outdated, verdict, now);
      else {
        decided.push(entry);
        eventsFrom = Math.min(eventsFrom, entry.eventsFrom);
      }
    }
    const [first] = decided;
    const name = `class:${group}`;
    const help = first && this.#missedHelp(eventsFrom, first.pod, verdict.plugins);
    if (help) {
      const parked = this.#parked.group(name)?.entries ?? [];
      this.#wake([...parked, ...decided], 'ScheduleAttemptFailure', now, help === 'asked');
    } else if (first) {
      this.#park(name, decided, verdict.plugins, now);
      this.#wakeOwners(decided, eventsFrom, now);
    }
    this.#freeLog();
  }

  /** Gives back a drained pod whose attempt ended with an error, such as a failed binding: it backs off. */
  requeue(pod: QueuedPod, message = ''): void {
    const entry = this.#inFlightEntry(pod);
    if (!entry) return;
    const now = this.#options.now();
    entry.consecutiveErrors += 1;
    this.#endAttempt(entry, message, now);
    this.#wake([entry], 'ScheduleAttemptFailure', now);
    this.#freeLog();
  }

  /**
   * Gives back a drained pod that was not decided: it is active again, as if it had never been drained, and misses no
   * event. A pod that was deleted meanwhile is not.
   */
  giveBack(pod: QueuedPod): void {
    const entry = this.#inFlightEntry(pod);
    if (!entry) return;
    const { eventsFrom } = entry;
    this.#inFlight.delete(entry);
    if (entry.newest) replacePod(entry, entry.newest);
    Object.assign(entry, { newest: undefined, changed: false, attempts: entry.attempts - 1 });
    if (isGated(entry.pod)) {
      entry.queue = 'gated';
      this.#gated += 1;
    } else {
      this.#givenBack.set(entry, eventsFrom);
      this.#activate(entry);
    }
    this.#freeLog();
  }

  /** Wakes the parked groups that the event can help; returns how many pods woke. */
  event(event: SharedEvent): number {
    if (this.#isWatched) this.#log.append(event, () => this.#oldestInFlight());
    const now = this.#options.now();
    const effort = new HintEffort();
    const owners = helpedOwners(this.#parked.ownersOf(event), event, this.#help);
    let woken = this.#wake(owners, eventLabel(event), now);
    for (const { entries, plugins, terms } of this.#parked.groups()) {
      const [first] = entries;
      const isAsked = effort.affords(terms);
      if (!first || (isAsked && !this.#hints.help(event, first.pod, plugins))) continue;
      woken += this.#wake([...entries], eventLabel(event), now, isAsked);
    }
    return woken;
  }

  /** When the earliest backoff or stay ends, in milliseconds; undefined if only an event can wake a pod. */
  nextWakeup(): number | undefined {
    const mayGoEarly = this.#active.size === 0 && this.#backoff.hasEarly;
    const backoffUntil = Math.min(this.#backoff.nextEnd, mayGoEarly ? this.#options.now() : Infinity);
    const flushAt = (this.#parked.oldest()?.parkedAt ?? Infinity) + this.#flushAfterMs;
    const next = Math.min(backoffUntil, flushAt);
    return next === Infinity ? undefined : next;
  }

  /** How many events are kept for the pods in flight; 0 when none is. */
  get inFlightEvents(): number {
    return this.#log.size;
  }

  /** Pods by queue, without those in flight; a pod whose backoff has ended is in backoff until the next drain. */
  counts(): QueueCounts {
    return {
      active: this.#active.size,
      backoff: this.#backoff.size,
      unschedulable: this.#parked.size,
      gated: this.#gated,
    };
  }

  /** The first `limit` pods in order of arrival, also those in flight. */
  snapshot(limit: number): QueueRow[] {
    const rows: QueueRow[] = [];
    for (const entry of this.#entries.values()) {
      if (rows.length >= limit) break;
      rows.push(queueRow(entry));
    }
    return rows;
  }

  /** How many parked pods of a profile each plugin rejected. */
  rejections(): Rejections[] {
    return this.#parked.rejections();
  }

  #update(entry: Entry, pod: Pod, classified?: ClassMark): void {
    const before = entry.newest ?? entry.pod;
    const changed = schedulingPropertiesChanged(before, pod);
    if (entry.queue === 'inFlight') {
      entry.newest = pod;
      entry.changed ||= changed;
      return;
    }
    replacePod(entry, pod, classified);
    if (entry.queue === 'active') this.#active.update(entry);
    else if (entry.queue === 'gated' && !isGated(pod)) {
      this.#gated -= 1;
      this.#activate(entry);
      this.#options.onIncoming?.('active', 'TargetPodUpdatePodSchedulingGatesEliminated', 1);
    } else if (entry.group && changed) {
      const { plugins, parkedAt } = entry.group;
      if (this.#hints.help({ kind: 'TargetPod', before, after: pod }, pod, plugins)) {
        this.#wake([entry], 'TargetPodUpdate', this.#options.now());
      } else {
        // Its class may be another one now: the others of the group must no longer speak for it, nor it for them.
        this.#parked.leave(entry);
        this.#parked.park(groupOfOne(entry), [entry], plugins, parkedAt);
      }
    }
  }

  /** Parks a pod that was changed while its class was decided: the verdict was on the object before. */
  #parkChanged(entry: Entry, before: Pod, { plugins }: Verdict, now: number): void {
    const after = entry.pod;
    const helps = this.#hints.help({ kind: 'TargetPod', before, after }, after, plugins);
    const help = helps ? 'asked' : this.#missedHelp(entry.eventsFrom, after, plugins);
    if (help) this.#wake([entry], 'ScheduleAttemptFailure', now, help === 'asked');
    else this.#park(groupOfOne(entry), [entry], plugins, now);
  }

  /** Whether an event since the drain helps, or there are too many to ask: then one is taken to. */
  #missedHelp(eventsFrom: number, pod: Pod, plugins: readonly string[]): 'asked' | 'not asked' | undefined {
    if (isTooMuch(this.#log.countSince(eventsFrom), pod)) return 'not asked';
    const helps = this.#log.someHelps(eventsFrom, (event) => this.#hints.help(event, pod, plugins));
    return helps ? 'asked' : undefined;
  }

  /** Wakes those of pods that were just parked whose own objects have changed in a way that helps, while they were decided. */
  #wakeOwners(parked: readonly Entry[], eventsFrom: number, now: number): void {
    const told = this.#log.byObjectSince(eventsFrom);
    const ownObjectsOf = (entry: Entry) => this.#parked.ownObjectsOf(entry);
    this.#wake(helpedMeanwhile(parked, told, ownObjectsOf, this.#help), 'ScheduleAttemptFailure', now);
  }

  /** The pod's entry if it is still in flight; a pod that was deleted, and perhaps created anew, has none. */
  #inFlightEntry(pod: QueuedPod): Entry | undefined {
    const entry = this.#entries.get(pod.key);
    return entry?.queue === 'inFlight' && entry.uid === pod.uid ? entry : undefined;
  }

  /** Ends a failed attempt; returns the object that was decided on if the pod was changed since. */
  #endAttempt(entry: Entry, message: string, now: number): Pod | undefined {
    const { initialBackoffMs, maxBackoffMs } = this.#options;
    const failures = entry.consecutiveErrors || entry.unschedulableAttempts;
    entry.timestamp = now;
    entry.backoffUntil = now + Math.min(initialBackoffMs * 2 ** (failures - 1), maxBackoffMs);
    entry.message = message;
    this.#inFlight.delete(entry);
    const { pod, newest, changed } = entry;
    if (newest) replacePod(entry, newest);
    entry.newest = undefined;
    entry.changed = false;
    return changed ? pod : undefined;
  }

  #beginAttempt(entry: Entry): void {
    entry.queue = 'inFlight';
    entry.attempts += 1;
    entry.eventsFrom = this.#givenBack.get(entry) ?? this.#log.end;
    this.#givenBack.delete(entry);
    this.#inFlight.add(entry);
  }

  #freeLog(): void {
    if (!this.#isWatched) this.#log.clear();
  }

  /** Whether some pod must not miss an event. */
  get #isWatched(): boolean {
    return this.#inFlight.size + this.#givenBack.size > 0;
  }

  #oldestInFlight(): number {
    const [oldest] = this.#inFlight;
    let from = oldest?.eventsFrom ?? this.#log.end;
    for (const position of this.#givenBack.values()) from = Math.min(from, position);
    return from;
  }

  #activate(entry: Entry): void {
    this.activeVersion += 1;
    entry.queue = 'active';
    entry.firstAttempt ??= this.#options.now();
    this.#active.push(entry);
  }

  #park(name: string, entries: readonly Entry[], plugins: readonly string[], now: number): void {
    this.#parked.park(name, entries, plugins, now);
    this.#options.onIncoming?.('unschedulable', 'ScheduleAttemptFailure', entries.length);
  }

  /** Moves pods that may fit now to backoff, or to active where their backoff has run out. Returns how many. */
  #wake(entries: readonly Entry[], event: string, now: number, isAsked = true): number {
    let active = 0;
    for (const entry of entries) {
      this.#parked.leave(entry);
      if (entry.backoffUntil > now) {
        entry.queue = 'backoff';
        this.#backoff.push(entry, isAsked);
      } else {
        this.#activate(entry);
        active += 1;
      }
    }
    if (active > 0) this.#options.onIncoming?.('active', event, active);
    if (active < entries.length) this.#options.onIncoming?.('backoff', event, entries.length - active);
    return entries.length;
  }

  /** Wakes what only waited for the time to pass. */
  #wakeDue(now: number): void {
    const isDue = ({ parkedAt }: Group) => parkedAt + this.#flushAfterMs <= now;
    for (let group; (group = this.#parked.oldest()) && isDue(group);)
      this.#wake([...group.entries], 'UnschedulableTimeout', now);
    let ended = 0;
    for (let entry; (entry = this.#backoff.popEnded(now)) !== undefined; ended++) this.#activate(entry);
    if (ended > 0) this.#options.onIncoming?.('active', 'BackoffComplete', ended);
    if (this.#active.size > 0) return;
    let early = 0;
    for (let entry; (entry = this.#backoff.popEarly()) !== undefined; early++) this.#activate(entry);
    if (early > 0) this.#options.onIncoming?.('active', 'PopFromBackoffQ', early);
  }

  #remove(entry: Entry): void {
    entry.hasLeft = true;
    this.#entries.delete(entry.key);
    this.#members.delete(entry);
    this.#givenBack.delete(entry);
    if (entry.queue === 'active') this.#active.remove(entry);
    else if (entry.queue === 'backoff') this.#backoff.remove(entry);
    else if (entry.queue === 'unschedulable') this.#parked.leave(entry);
    else if (entry.queue === 'gated') this.#gated -= 1;
    else {
      this.#inFlight.delete(entry);
      this.#freeLog();
    }
  }
}

function replacePod(entry: Entry, pod: Pod, classified?: ClassMark): void {
  entry.pod = pod;
  entry.priority = pod.spec?.priority ?? 0;
  entry.classified = classified;
}

function groupOfOne(entry: Entry): string {
  return `pod:${entry.key}`;
}
