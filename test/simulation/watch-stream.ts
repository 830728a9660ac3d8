// A watch as its client sees it: the lines come one after another, late, twice, in pieces, or not at all.
import { Readable } from 'node:stream';
import type { WatchLine, WatchSubscription } from './api-server.ts';
import type { Site } from './network.ts';

const BOOKMARK_MS = 10_000;
const LATE_MS = 15_000;

export class WatchStream {
  readonly body: Readable;
  readonly #id: string;
  readonly #site: Site;
  readonly #subscription: WatchSubscription;
  readonly #unsubscribe: () => void;
  /** Lines of the time until the client has the head of the answer. */
  #before: WatchLine[] | undefined;
  /** What was sent and has not arrived. */
  readonly #underWay: { atMs: number; label: string; run: () => void }[] = [];
  #lines = 0;
  #bookmarks = 0;
  #isSilent = false;
  #isClosed = false;

  constructor(id: string, site: Site, subscription: WatchSubscription) {
    this.#id = id;
    this.#site = site;
    this.#subscription = subscription;
    this.body = new Readable({
      read: () => {},
      destroy: (error, done) => {
        this.close();
        done(error);
      },
    });
    this.#before = [...subscription.first];
    this.#unsubscribe = subscription.subscribe((line) => {
      if (this.#before === undefined) this.#send(line);
      else this.#before.push(line);
    });
  }

  /** The client has the head of the answer. */
  begin(): void {
    const lines = this.#before ?? [];
    this.#before = undefined;
    for (const line of lines) this.#send(line);
    const { world } = this.#site.network;
    const endMs = this.#subscription.timeoutSeconds * 1000;
    world.after(endMs, `${this.#id} ends`, () => this.#then(`${this.#id} ended`, () => this.break(true)));
    this.#bookmarkLater();
  }

  /** The server tells nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#unsubscribe?.();
    this.#site.streams.delete(this);
  }

  /** The connection breaks, with an error or without. */
  break(isClean: boolean): void {
    if (this.#isClosed) return;
    const isBegun = this.#before === undefined;
    this.close();
    if (!isBegun) return;
    if (isClean) this.body.push(null);
    else this.body.destroy(new Error('the connection broke'));
  }

  #bookmarkLater(): void {
    const { world, disturbances, weather } = this.#site.network;
    world.after(BOOKMARK_MS, `${this.#id} bookmark`, () => {
      if (this.#isClosed) return;
      const isLost = disturbances.happens(
        `${this.#id} bookmark ${this.#bookmarks++} is lost`,
        weather.lostBookmarks,
      );
      if (!isLost) this.#send(this.#subscription.bookmark());
      this.#bookmarkLater();
    });
  }

  #send(line: WatchLine): void {
    if (this.#isClosed || this.#isSilent) return;
    const { chance } = this.#site.network;
    const id = `${this.#id} line ${this.#lines++} (${line.type} ${line.object?.metadata?.name ?? ''})`;
    const fault = this.#site.watchFault(id);
    switch (fault) {
      case 'falls silent':
        this.#isSilent = true;
        return;
      case 'is cut in the line':
        this.#then(id, () => {
          this.body.push(Buffer.from(line.line.slice(0, line.line.length / 2)));
          this.break(chance.of(`${id} clean`) < 0.5);
        });
        this.#isSilent = true;
        return;
      case 'ends before it':
        this.#then(id, () => this.break(true));
        this.#isSilent = true;
        return;
      case 'tells of error 410':
      case 'tells of error 500':
        this.#fail(id, fault === 'tells of error 410' ? 410 : 500);
        return;
      case 'tells it in pieces': {
        const half = Math.floor(line.line.length / 2);
        this.#then(`${id} begins`, () => this.body.push(Buffer.from(line.line.slice(0, half))));
        this.#then(id, () => this.#tell(line, line.line.slice(half)));
        return;
      }
      case 'tells it twice':
        this.#then(id, () => this.#tell(line));
        this.#then(`${id} again`, () => this.#tell(line));
        return;
      default:
        this.#then(
          id,
          () => this.#tell(line),
          fault === 'tells it late' ? chance.between(`${id} late`, 0, LATE_MS) : 0,
        );
    }
  }

  #fail(id: string, code: number): void {
    const object = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Expired',
      message: 'a fault',
      code,
    };
    this.#then(id, () => {
      this.body.push(Buffer.from(`${JSON.stringify({ type: 'ERROR', object })}\n`));
      this.break(true);
    });
    this.#isSilent = true;
  }

  #tell(line: WatchLine, text = line.line): void {
    this.#site.view.tell(this.#subscription.resource.name, line);
    this.body.push(Buffer.from(text));
  }

  /** Has it happen on the client's side after what was sent before. */
  #then(label: string, run: () => void, lateMs = 0): void {
    const atMs = this.#site.network.world.nowMs + this.#site.latencyMs(label) + lateMs;
    this.#underWay.push({ atMs, label, run });
    if (this.#underWay.length === 1) this.#awaitFirst();
  }

  /** The first one arrives when it is time and nothing cuts the client off; none overtakes another. */
  #awaitFirst(): void {
    const [first] = this.#underWay;
    if (first === undefined) return;
    const { world } = this.#site.network;
    const atMs = Math.max(first.atMs, this.#site.cutOffUntilMs);
    const arrive = (): void => {
      if (this.body.destroyed || this.body.readableEnded) return;
      if (world.nowMs >= this.#site.cutOffUntilMs) {
        this.#underWay.shift();
        first.run();
      }
      this.#awaitFirst();
    };
    world.after(atMs - world.nowMs, first.label, arrive, this.#site.machine);
  }
}
