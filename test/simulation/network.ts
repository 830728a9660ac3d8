// The network between processes and the API server: what one sends arrives at the other, unless something goes wrong.
import { Readable } from 'node:stream';
import type { Answer, Carrier, Outgoing } from '../../src/kube/carrier.ts';
import { UnsentError } from '../../src/kube/carrier.ts';
import type { CarrierSource } from '../../src/kube/reconnecting-carrier.ts';
import type { ApiObject } from '../../src/model/types.ts';
import { targetOf } from '../../src/dev/embedded/http/request.ts';
import { apiRequestOf, type ApiServer, type ServerAnswer } from './api-server.ts';
import type { Chance, Disturbances } from './chance.ts';
import type { Machine } from './machine.ts';
import { View } from './view.ts';
import { WatchStream } from './watch-stream.ts';
import type { RequestFault, WatchFault, Weather } from './weather.ts';
import type { World } from './world.ts';

/** How long a client waits for an answer. */
const TIMEOUT_MS = 30_000;
/** What was sent arrives within this: less than a lease outlives the last request of who held it. */
const LATE_REQUEST_MS = 3_500;
const LATE_ANSWER_MS = 20_000;

/** Told of what the server was asked, and what it did. */
export interface Witness {
  answered(site: Site, request: Outgoing, answer: ServerAnswer): void;
}

export interface NetworkOptions {
  world: World;
  chance: Chance;
  disturbances: Disturbances;
  weather: Weather;
  server: ApiServer;
}

export class Network {
  readonly world: World;
  readonly chance: Chance;
  readonly disturbances: Disturbances;
  readonly weather: Weather;
  readonly server: ApiServer;
  readonly sites = new Set<Site>();
  readonly witnesses: Witness[] = [];
  /** Takes no connection before. */
  downUntilMs = 0;
  /** Counts the server's starts: what it was asked before is not answered after. */
  starts = 0;

  constructor({ world, chance, disturbances, weather, server }: NetworkOptions) {
    this.world = world;
    this.chance = chance;
    this.disturbances = disturbances;
    this.weather = weather;
    this.server = server;
  }

  get isDown(): boolean {
    return this.world.nowMs < this.downUntilMs;
  }

  /** The server starts anew: everything that was under way breaks. */
  restart(downMs: number): void {
    this.starts++;
    this.downUntilMs = this.world.nowMs + downMs;
    for (const site of this.sites) for (const stream of [...site.streams]) stream.break(false);
  }
}

/** Where a process is: its connections, what it was told on them, and what cuts it off. */
export class Site implements CarrierSource, Carrier {
  readonly machine: Machine;
  readonly network: Network;
  readonly view = new View();
  readonly streams = new Set<WatchStream>();
  readonly isSpent = false;
  readonly isEnded = false;
  /** Nothing comes or goes before. */
  cutOffUntilMs = 0;
  readonly #onKill: () => void;
  readonly #counts = new Map<string, number>();

  constructor(machine: Machine, network: Network, onKill: () => void) {
    this.machine = machine;
    this.network = network;
    this.#onKill = onKill;
    network.sites.add(this);
  }

  carrier(): Carrier {
    return this;
  }

  retire(): void {}

  close(): Promise<void> {
    this.leave();
    return Promise.resolve();
  }

  /** Nothing comes or goes for so long. */
  cutOff(ms: number): void {
    this.cutOffUntilMs = Math.max(this.cutOffUntilMs, this.network.world.nowMs + ms);
  }

  /** The process has ended. */
  leave(): void {
    for (const stream of [...this.streams]) stream.close();
    this.network.sites.delete(this);
  }

  send(request: Outgoing): Promise<Answer> {
    return this.#exchange(request, (id, fault) => {
      const { server, witnesses } = this.network;
      const refusal = refusalBy(fault, `${id} after`, this.network.chance);
      if (refusal !== undefined) return { answer: refusal };
      const answer = server.answer(request);
      for (const witness of witnesses) witness.answered(this, request, answer);
      if (fault === 'is carried out and answered 500') return { answer: statusOf(500, 'InternalError') };
      return { answer, taken: () => this.#takeList(request, answer) };
    }).then(({ status, body, retryAfter }) => ({ status, retryAfter, bytes: Buffer.from(body) }));
  }

  async open(request: Outgoing): Promise<{ status: number; body: Readable }> {
    let stream: WatchStream | undefined;
    const { status, body } = await this.#exchange(request, (id, fault) => {
      const refusal = refusalBy(fault, `${id} after`, this.network.chance);
      const subscription = refusal ?? this.network.server.watch(request);
      if ('status' in subscription) return { answer: subscription };
      const opened = new WatchStream(id, this, subscription);
      this.streams.add(opened);
      return {
        answer: { status: 200, body: '' },
        taken: () => {
          stream = opened;
          stream.begin();
        },
        dropped: () => opened.close(),
      };
    });
    if (stream === undefined) return { status, body: Readable.from([Buffer.from(body)]) };
    const { body: lines } = stream;
    request.signal?.addEventListener('abort', () => lines.destroy(new Error('the request was cancelled')));
    return { status, body: lines };
  }

  watchFault(id: string): WatchFault | undefined {
    const { chance, weather, disturbances } = this.network;
    if (weather.watchFaults === 0) return undefined;
    const kind = chance.weighted(`${id} fault`, weather.watchKinds);
    return disturbances.happens(`${id}: the watch ${kind}`, weather.watchFaults) ? kind : undefined;
  }

  /** How long it takes to the other side. */
  latencyMs(id: string): number {
    return this.network.chance.between(`${id} latency`, 0.5, 0.5 + this.network.weather.spreadMs);
  }

  /** One request from its sending to its end. `carryOut` is called where it arrives. */
  #exchange(request: Outgoing, carryOut: CarryOut): Promise<ServerAnswer & { retryAfter?: string }> {
    const { world, disturbances, weather } = this.network;
    const { machine } = this;
    if (machine.hasEnded) return new Promise(() => {});
    if (request.signal?.aborted) return Promise.reject(new UnsentError('the request was cancelled'));
    const id = this.#idOf(request);
    if (disturbances.happens(`${machine.name} is killed before ${id}`, weather.kills)) {
      this.#onKill();
      return new Promise(() => {});
    }
    const fault = this.#requestFault(id);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this, id, request.signal, resolve, reject);
      if (this.network.isDown || fault === 'finds no connection') {
        exchange.fail(1, new UnsentError('connection refused'));
        return;
      }
      const isSilent = fault === 'is lost in silence' || world.nowMs < this.cutOffUntilMs;
      if (isSilent) return exchange.fail(TIMEOUT_MS, new Error('no answer in time'));
      if (fault === 'is lost') return exchange.fail(this.latencyMs(id), new Error('the connection broke'));
      const lateMs =
        fault === 'arrives late' ? this.network.chance.between(`${id} late`, 0, LATE_REQUEST_MS) : 0;
      world.after(this.latencyMs(id) + lateMs, `${id} arrives`, () =>
        this.#arrive(exchange, fault, carryOut),
      );
      if (disturbances.happens(`${machine.name} is killed after ${id}`, weather.kills)) this.#onKill();
    });
  }

  #arrive(exchange: Exchange, fault: RequestFault | undefined, carryOut: CarryOut): void {
    const { network } = this;
    const { world } = network;
    const { id } = exchange;
    if (network.isDown || network.starts !== exchange.starts)
      return exchange.fail(0, new Error('the connection broke'));
    if (world.nowMs < this.cutOffUntilMs) return exchange.timeOut();
    const { answer, taken, dropped } = carryOut(id, fault);
    exchange.dropped = dropped;
    if (fault === 'is carried out, and never answered') return exchange.timeOut();
    const backMs = this.latencyMs(`${id} back`);
    if (fault === 'is carried out, and its answer lost')
      return exchange.fail(backMs, new Error('the connection broke'));
    const lateMs =
      fault === 'is answered late' ? network.chance.between(`${id} back late`, 0, LATE_ANSWER_MS) : 0;
    world.after(
      backMs + lateMs,
      `${id} is answered ${answer.status}`,
      () => {
        if (network.starts !== exchange.starts) exchange.fail(0, new Error('the connection broke'));
        else if (world.nowMs < this.cutOffUntilMs) exchange.timeOut();
        else exchange.end(answer, taken);
      },
      this.machine,
    );
  }

  #takeList({ method, path }: Outgoing, { status, body }: ServerAnswer): void {
    if (method !== 'GET' || status !== 200 || !body.startsWith('{')) return;
    const { metadata, items } = JSON.parse(body) as { metadata?: ApiObject['metadata']; items?: ApiObject[] };
    if (items === undefined) return;
    const { resource } = targetOf(apiRequestOf({ method, path, headers: {} }).path);
    this.view.list(resource.name, items, Number(metadata?.resourceVersion));
  }

  #requestFault(id: string): RequestFault | undefined {
    const { chance, weather, disturbances } = this.network;
    if (weather.requestFaults === 0) return undefined;
    const kind = chance.weighted(`${id} fault`, weather.requestKinds);
    return disturbances.happens(`${id} ${kind}`, weather.requestFaults) ? kind : undefined;
  }

  /** The same for the same request of a process, whatever else is sent. */
  #idOf({ method, path }: Outgoing): string {
    const [plain = ''] = path.split('?');
    const isWatch = path.includes('watch=1');
    const name = plain.includes('/events') ? plain.replace(/\/events\/.*/, '/events/…') : plain;
    const what = `${this.machine.name}: ${isWatch ? 'WATCH' : method} ${name}`;
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return `${what} #${count}`;
  }
}

type CarryOut = (
  id: string,
  fault: RequestFault | undefined,
) => {
  answer: ServerAnswer & { retryAfter?: string };
  /** Called when the client has the answer. */
  taken?: () => void;
  /** Called when the client will never have it. */
  dropped?: () => void;
};

/** A request that has not ended yet. */
class Exchange {
  readonly id: string;
  readonly starts: number;
  readonly #site: Site;
  readonly #beganMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (answer: ServerAnswer) => void;
  readonly #reject: (error: Error) => void;
  dropped?: () => void;
  #isOpen = true;

  constructor(
    site: Site,
    id: string,
    signal: AbortSignal | undefined,
    resolve: (answer: ServerAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.id = id;
    this.starts = site.network.starts;
    this.#site = site;
    this.#beganMs = site.network.world.nowMs;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener('abort', this.#cancel);
  }

  end(answer: ServerAnswer, taken?: () => void): void {
    if (!this.#close()) return;
    taken?.();
    this.#resolve(answer);
  }

  fail(afterMs: number, error: Error): void {
    const { network, machine } = this.#site;
    const label = `${this.id} fails: ${error.message}`;
    network.world.after(afterMs, label, () => this.#drop(error), machine);
  }

  /** It is answered no more, which its client finds out in time. */
  timeOut(): void {
    const leftMs = this.#beganMs + TIMEOUT_MS - this.#site.network.world.nowMs;
    this.fail(leftMs, new Error('no answer in time'));
  }

  readonly #cancel = (): void => this.#drop(new Error('the request was cancelled'));

  #drop(error: Error): void {
    if (!this.#close()) return;
    this.dropped?.();
    this.#reject(error);
  }

  #close(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    this.#signal?.removeEventListener('abort', this.#cancel);
    return true;
  }
}

/** What comes back in the place of what was asked for, which is not carried out. */
function refusalBy(
  fault: RequestFault | undefined,
  id: string,
  chance: Chance,
): (ServerAnswer & { retryAfter?: string }) | undefined {
  switch (fault) {
    case 'is answered 409':
      return statusOf(409, 'Conflict');
    case 'is answered 410':
      return statusOf(410, 'Expired');
    case 'is answered 429':
      return { ...statusOf(429, 'TooManyRequests'), ...(chance.of(id) < 0.5 && { retryAfter: '1' }) };
    case 'is answered 500':
      return statusOf(500, 'InternalError');
    case 'is answered by a proxy':
      return { status: chance.oneOf(id, [200, 404, 502]), body: '<html>upstream</html>' };
    default:
      return undefined;
  }
}

function statusOf(code: number, reason: string): ServerAnswer {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code };
  return { status: code, body: JSON.stringify({ ...status, message: `a fault of status ${code}` }) };
}
