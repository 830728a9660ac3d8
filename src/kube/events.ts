// The events that a scheduler writes about pods, as kube-scheduler writes them (events.k8s.io/v1).
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { NewEvent as SchedulerEvent } from '../../build/kubernetes.js';
import type { Right } from '../model/right.ts';
import { schedulerNameOf, type Pod } from '../model/types.ts';
import { systemClock, within, type Clock } from './clock.ts';
import { BINDINGS_IN_FLIGHT } from './binder.ts';
import { Outbox, type Message, type OutboxCounts } from './outbox.ts';
import type { Transport } from './transport.ts';

export const EVENT_RIGHT: Right = {
  group: 'events.k8s.io',
  resource: 'events',
  verbs: ['create', 'patch'],
};

export interface EventRecorderOptions {
  transport: Transport;
  /** Told of each event that could not be written. */
  onError: (error: Error) => void;
  /** Whether bindings wait for the API server now: they go first, for pods that start matter more than what is said of them. */
  mustYield?: () => boolean;
  /** Events that may wait to be written; further ones are dropped. */
  capacity?: number;
  /** The reporting instance is the scheduler's name and this. */
  host?: string;
  clock?: Clock;
  random?: () => number;
}

/** Of a FailedScheduling event that was written, to count its repetitions instead of writing each. */
interface Series {
  event: SchedulerEvent;
  count: number;
  lastObservedMs: number;
  lastWrittenMs: number;
}

/** Events that are under way while bindings wait. */
const YIELDING_IN_FLIGHT = 2;
/** Bindings may put off so much of what the buffer holds: the rest is for those that come when they go on for long. */
const YIELDING_SHARE = 0.5;
/** How long a scheduler that is told to end still writes events. */
const LAST_EVENTS_MS = 4000;
const NOTE_LIMIT_BYTES = 1024;
const NAME_LIMIT = 253;
/** Series that are known at a time: with more, those that were begun first end. */
const SERIES_LIMIT = 5_000;
/** A series that was not observed for this long has ended. */
const SERIES_END_MS = 6 * 60_000;
/** A series that goes on is written again before the server lets its event expire. */
const SERIES_REFRESH_MS = 30 * 60_000;

export class EventRecorder {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #series = new Map<string, Series>();
  #stopSweeping: () => void;
  #serial = 0;

  constructor(options: EventRecorderOptions) {
    const { transport, onError, mustYield = () => false, clock = systemClock, random } = options;
    const { capacity = 10_000, host = hostname() } = options;
    // each binding has its event: fewer at a time would in the end fall behind until some are dropped
    const concurrency = (waiting: number) =>
      mustYield() && waiting < YIELDING_SHARE * capacity ? YIELDING_IN_FLIGHT : BINDINGS_IN_FLIGHT;
    this.#outbox = new Outbox({ transport, capacity, concurrency, onError, clock, random });
    this.#clock = clock;
    this.#host = host;
    this.#stopSweeping = this.#sweepLater();
  }

  get counts(): Readonly<OutboxCounts> {
    return this.#outbox.counts;
  }

  scheduled(pod: Pod, node: string): void {
    const { namespace, name } = pod.metadata ?? {};
    const note = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#create(this.#event(pod, 'Normal', 'Scheduled', 'Binding', note));
  }

  /** A pod leaves a node for another pod. */
  preempted(victim: { namespace: string; name: string; uid?: string }, preemptor: Pod, node: string): void {
    const note = `Preempted by pod ${preemptor.metadata?.uid} on node ${node}`;
    const pod = { metadata: victim, spec: { schedulerName: preemptor.spec?.schedulerName, containers: [] } };
    const event = this.#event(pod, 'Normal', 'Preempted', 'Preempting', note);
    this.#create({ ...event, related: referenceTo(preemptor) });
  }

  /**
   * The same message about the same pod is written once, a second time as a series, and from then on only
   * counted: a series is written again every half hour and at its end.
   */
  failedScheduling(pod: Pod, message: string): void {
    const now = this.#clock.now();
    const note = truncateNote(message);
    const key = `${pod.metadata?.uid} ${note}`;
    const series = this.#series.get(key);
    if (series === undefined) {
      const event = this.#event(pod, 'Warning', 'FailedScheduling', 'Scheduling', note);
      if (!this.#create(event)) return;
      this.#series.set(key, { event, count: 1, lastObservedMs: now, lastWrittenMs: now });
      if (this.#series.size > SERIES_LIMIT) this.#endFirst();
      return;
    }
    series.count++;
    series.lastObservedMs = now;
    if (series.count === 2) this.#writeSeries(series);
  }

  /** Writes the series that are due and forgets those that have ended; a timer calls it. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [key, series] of this.#series) {
      const ended = now - series.lastObservedMs > SERIES_END_MS;
      const due = ended || now - series.lastWrittenMs > SERIES_REFRESH_MS;
      if (due && series.count > 1) this.#writeSeries(series);
      if (ended) this.#series.delete(key);
    }
  }

  /** Resolves when every event that was taken is written or given up. */
  idle(): Promise<void> {
    return this.#outbox.idle();
  }

  /** Gives what waits a moment to be written, and drops the rest. */
  async stop(): Promise<void> {
    this.#stopSweeping();
    await within(LAST_EVENTS_MS, this.idle(), this.#clock);
    this.#outbox.stop();
  }

  #sweepLater(): () => void {
    return this.#clock.after(SERIES_END_MS, () => {
      this.sweep();
      this.#stopSweeping = this.#sweepLater();
    });
  }

  #endFirst(): void {
    const [first] = this.#series;
    if (first![1].count > 1) this.#writeSeries(first![1]);
    this.#series.delete(first![0]);
  }

  #create(event: SchedulerEvent): boolean {
    return this.#outbox.offer(() => createMessage(event));
  }

  #writeSeries(series: Series): void {
    series.lastWrittenMs = this.#clock.now();
    this.#outbox.offer(() => {
      const { event, count, lastObservedMs } = series;
      const update = { series: { count, lastObservedTime: microTime(lastObservedMs) } };
      return {
        method: 'PATCH',
        path: `${eventsPath(event)}/${event.metadata?.name}`,
        body: update,
        contentType: 'application/strategic-merge-patch+json',
        // The event may have expired, or its first writing may have failed.
        ifMissing: createMessage({ ...event, ...update }),
      };
    });
  }

  #event(pod: Pod, type: string, reason: string, action: string, note: string): SchedulerEvent {
    const { namespace = 'default', name = '' } = pod.metadata ?? {};
    const controller = schedulerNameOf(pod);
    const now = this.#clock.now();
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: this.#eventName(name, now), namespace },
      eventTime: microTime(now),
      type,
      reason,
      action,
      note,
      regarding: referenceTo(pod),
      reportingController: controller,
      reportingInstance: `${controller}-${this.#host}`,
    };
  }

  /** The pod's name and the time in nanoseconds, counted on where events fall in one millisecond. */
  #eventName(podName: string, now: number): string {
    this.#serial = (this.#serial + 1) % 1_000_000;
    const name = `${podName}.${(BigInt(now) * 1_000_000n + BigInt(this.#serial)).toString(16)}`;
    return name.length <= NAME_LIMIT ? name : randomUUID();
  }
}

function referenceTo({ metadata }: Pod): SchedulerEvent['regarding'] {
  const { namespace = 'default', name = '', uid, resourceVersion } = metadata ?? {};
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion };
}

function createMessage(event: SchedulerEvent): Message {
  return {
    method: 'POST',
    path: eventsPath(event),
    body: event,
    // its name is ours alone: an earlier attempt was carried out
    isNeedless: (reply) => reply.isRefusal('AlreadyExists', { name: event.metadata?.name }),
  };
}

function eventsPath(event: SchedulerEvent): string {
  return `/apis/events.k8s.io/v1/namespaces/${event.metadata?.namespace}/events`;
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** The server refuses notes of more than 1024 bytes. */
function truncateNote(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= NOTE_LIMIT_BYTES) return note;
  const suffix = ' ...';
  let end = NOTE_LIMIT_BYTES - suffix.length;
  // Not in the middle of a character: its continuation bytes begin with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + suffix;
}
