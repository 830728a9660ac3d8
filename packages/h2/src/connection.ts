// One connection of HTTP/2 from the client's side (RFC 9113): its streams, how much each side may send, and what the server
// says about the connection itself.
import type { Duplex } from 'node:stream';
import { FieldReader, FieldWriter, type Field } from './fields.ts';
import {
  contentOf,
  ErrorCode,
  Flag,
  FRAME_BYTES,
  FrameReader,
  FrameType,
  HEAD_BYTES,
  Setting,
  SETTING_BYTES,
  checkFrame,
  type Frame,
} from './frames.ts';
import { Output } from './output.ts';

/** What each side may send before it hears anything else. */
const FIRST_WINDOW_BYTES = 65_535;
/** How much of a list may be on its way: with the first window the server waits for each piece to be taken. */
const STREAM_WINDOW_BYTES = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 << 20;
/** Until the server says how many requests it takes at the same time. */
const FIRST_STREAMS = 100;
const LARGEST_WINDOW_BYTES = 0x7fff_ffff;
const LAST_STREAM_ID = 0x7fff_ffff;
/** No server sends that much about an answer; one that goes on for ever would fill the memory. */
const BLOCK_LIMIT_BYTES = 1 << 20;

/** What becomes of a request. After `ended` or `failed` nothing more is told. */
export interface StreamHandler {
  answered(status: number, retryAfter: string | undefined): void;
  /** A part of the answer; the server sends on as `taken` is called. */
  data(bytes: Buffer): void;
  ended(): void;
  /** `isUnseen` where the server certainly has not looked at the request, so that it may be sent again. */
  failed(error: Error, isUnseen: boolean): void;
}

/** A request under way; its fields are the connection's. */
export interface Stream {
  readonly handler: StreamHandler;
  readonly path: string;
  readonly fields: readonly Field[];
  /** 0 until it is sent. */
  id: number;
  payload: Buffer;
  /** How much of the payload the server would take. */
  window: number;
  /** What was taken since the server was told. */
  taken: number;
  /** How much the server may send of the answer. */
  room: number;
  /** What is to come of the answer, where the server has said. */
  rest: number | undefined;
  isAnswered: boolean;
}

export class Connection {
  readonly #socket: Duplex;
  readonly #out: Output;
  readonly #frames = new FrameReader();
  readonly #fieldReader = new FieldReader();
  readonly #fieldWriter = new FieldWriter();
  readonly #streams = new Map<number, Stream>();
  /** Requests that the server has no room for yet. */
  readonly #waiting: Stream[] = [];
  /** Streams whose payload is not sent in full. */
  readonly #unsent = new Set<Stream>();
  /** The HEADERS whose CONTINUATION is to come. */
  #block: { frame: Frame; parts: Buffer[]; bytes: number } | undefined;
  #nextId = 1;
  #mostStreams = FIRST_STREAMS;
  #window = FIRST_WINDOW_BYTES;
  #streamWindow = FIRST_WINDOW_BYTES;
  #taken = 0;
  /** When something came last, and when it was asked for last, in milliseconds of performance.now(). */
  #heardMs = performance.now();
  #pingMs = 0;
  #isSpent = false;
  #failure: Error | undefined;

  /** The socket is connected and speaks HTTP/2. `onClose` is called once, after the streams have failed. */
  constructor(socket: Duplex, onClose: () => void) {
    this.#socket = socket;
    this.#out = new Output(socket);
    this.#out.settings([
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
    ]);
    this.#out.windowUpdate(0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error: Error) => (this.#failure ??= error));
    socket.on('close', () => {
      this.#end(this.#failure ?? new Error('the connection was closed'));
      onClose();
    });
  }

  /** Whether it takes no further requests. */
  get isSpent(): boolean {
    return this.#isSpent || this.#nextId > LAST_STREAM_ID;
  }

  get isEnded(): boolean {
    return this.#socket.destroyed;
  }

  /** Sends a request; those of its fields whose name has a colon come first. */
  request(path: string, fields: readonly Field[], payload: string, handler: StreamHandler): Stream {
    const stream = {
      handler,
      path,
      fields,
      payload: Buffer.from(payload),
      id: 0,
      window: 0,
      taken: 0,
      room: STREAM_WINDOW_BYTES,
      rest: undefined,
      isAnswered: false,
    };
    if (this.#streams.size < this.#mostStreams) this.#send(stream);
    else this.#waiting.push(stream);
    return stream;
  }

  /** Whoever reads the answer has done with so many bytes of it. */
  taken(stream: Stream, bytes: number): void {
    stream.taken += bytes;
    if (stream.taken < STREAM_WINDOW_BYTES / 2 || !this.#streams.has(stream.id)) return;
    this.#out.windowUpdate(stream.id, stream.taken);
    stream.room += stream.taken;
    stream.taken = 0;
  }

  /** Nobody waits for the answer any more: nothing is told about it from now on. */
  cancel(stream: Stream): void {
    const waiting = this.#waiting.indexOf(stream);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    if (!this.#streams.has(stream.id)) return;
    this.#out.reset(stream.id, ErrorCode.CANCEL);
    this.#forget(stream);
  }

  /** How long nothing has come, in milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#heardMs;
  }

  /** Asks the server for a sign of life, once in a silence. */
  ping(): void {
    if (this.#pingMs > this.#heardMs) return;
    this.#pingMs = performance.now();
    this.#out.ping();
  }

  /** Takes no further requests, and ends when those under way have ended. */
  retire(): void {
    this.#isSpent = true;
    this.#endIfUnused();
  }

  /** Ends at once; what is under way fails with the error. */
  close(error: Error): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #send(stream: Stream): void {
    stream.id = this.#nextId;
    stream.window = this.#streamWindow;
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    const isWhole = stream.payload.length === 0;
    this.#out.headers(stream.id, this.#fieldWriter.write(stream.path, stream.fields), isWhole);
    if (isWhole) return;
    this.#unsent.add(stream);
    this.#sendPayload(stream);
  }

  /** Sends as much of the payload as the server takes now. */
  #sendPayload(stream: Stream): void {
    while (stream.payload.length > 0) {
      const most = Math.min(stream.payload.length, stream.window, this.#window, FRAME_BYTES);
      if (most <= 0) return;
      const isLast = most === stream.payload.length;
      this.#out.data(stream.id, stream.payload.subarray(0, most), isLast);
      stream.payload = stream.payload.subarray(most);
      stream.window -= most;
      this.#window -= most;
    }
    this.#unsent.delete(stream);
  }

  #sendPayloads(): void {
    for (const stream of this.#unsent) this.#sendPayload(stream);
  }

  #read(chunk: Buffer): void {
    this.#heardMs = performance.now();
    try {
      this.#frames.push(chunk, (frame) => this.#take(frame));
    } catch (error) {
      this.close(new Error(`the server does not keep to HTTP/2: ${(error as Error).message}`));
    }
  }

  #take(frame: Frame): void {
    if (this.#block !== undefined && frame.type !== FrameType.CONTINUATION)
      throw new Error('a header is cut off');
    checkFrame(frame, this.#nextId);
    switch (frame.type) {
      case FrameType.DATA:
        return this.#takeData(frame);
      case FrameType.HEADERS:
        this.#block = { frame, parts: [], bytes: 0 };
        return this.#takeBlock(frame, contentOf(frame));
      case FrameType.CONTINUATION:
        return this.#takeBlock(frame, frame.payload);
      case FrameType.RST_STREAM:
        return this.#takeReset(frame);
      case FrameType.SETTINGS:
        return this.#takeSettings(frame);
      case FrameType.PUSH_PROMISE:
        throw new Error('a push that was not allowed');
      case FrameType.PING:
        if (!(frame.flags & Flag.ACK)) this.#out.reply(FrameType.PING, frame.payload);
        return;
      case FrameType.GOAWAY:
        return this.#takeGoAway(frame);
      case FrameType.WINDOW_UPDATE:
        return this.#takeWindowUpdate(frame);
    }
  }

  #takeData(frame: Frame): void {
    this.#taken += frame.payload.length;
    if (this.#taken >= CONNECTION_WINDOW_BYTES / 2) {
      this.#out.windowUpdate(0, this.#taken);
      this.#taken = 0;
    }
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return;
    const content = contentOf(frame);
    stream.room -= frame.payload.length;
    if (stream.room < 0) throw new Error('more data than agreed');
    if (!stream.isAnswered) return this.#fail(stream, 'data before an answer');
    if (stream.rest !== undefined) stream.rest -= content.length;
    this.taken(stream, frame.payload.length - content.length);
    if (content.length > 0) stream.handler.data(content);
    if (frame.flags & Flag.END_STREAM) this.#finish(stream);
  }

  /** A part of what heads an answer, or follows it. */
  #takeBlock(frame: Frame, part: Buffer): void {
    const block = this.#block;
    if (block?.frame.stream !== frame.stream) throw new Error('a header goes on that has not begun');
    block.parts.push(part);
    // with the frames' heads: there may be any number of empty ones
    block.bytes += HEAD_BYTES + part.length;
    if (block.bytes > BLOCK_LIMIT_BYTES) throw new Error('a header has no end');
    if (!(frame.flags & Flag.END_HEADERS)) return;
    this.#block = undefined;
    let status: string | undefined;
    let length: string | undefined;
    let retryAfter: string | undefined;
    // the fields of a stream that is gone count too: later ones refer to them
    this.#fieldReader.read(block.parts.length === 1 ? part : Buffer.concat(block.parts), (name, value) => {
      if (name === ':status') status = value;
      else if (name === 'content-length') length = value;
      else if (name === 'retry-after') retryAfter = value;
    });
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return;
    if (stream.isAnswered) {
      // what follows an answer ends it, and is no other answer
      const isTrailer = status === undefined && (block.frame.flags & Flag.END_STREAM) !== 0;
      if (!isTrailer) return this.#fail(stream, 'two answers');
    } else {
      if (!/^[1-5]\d\d$/.test(status ?? '')) return this.#fail(stream, 'an answer without a status');
      if (!/^\d{0,15}$/.test(length ?? '')) return this.#fail(stream, 'an answer of no length');
      if (status! >= '200') {
        stream.isAnswered = true;
        stream.rest = length === undefined ? undefined : Number(length);
        stream.handler.answered(Number(status), retryAfter);
      }
    }
    if (block.frame.flags & Flag.END_STREAM) this.#finish(stream);
  }

  #takeReset({ stream: id, payload }: Frame): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#forget(stream);
    const code = payload.readUInt32BE(0);
    const isUnseen = code === ErrorCode.REFUSED_STREAM;
    const message = isUnseen ? 'the server refused the stream' : `the server ended the stream: ${code}`;
    stream.handler.failed(new Error(message), isUnseen);
  }

  #takeSettings({ flags, payload }: Frame): void {
    if (flags & Flag.ACK) return;
    for (let at = 0; at < payload.length; at += SETTING_BYTES) {
      const value = payload.readUInt32BE(at + 2);
      switch (payload.readUInt16BE(at)) {
        case Setting.HEADER_TABLE_SIZE:
          this.#fieldWriter.resize(value);
          break;
        case Setting.MAX_CONCURRENT_STREAMS:
          this.#mostStreams = value;
          break;
        case Setting.INITIAL_WINDOW_SIZE:
          for (const stream of this.#streams.values()) widen(stream, value - this.#streamWindow);
          this.#streamWindow = checkedWindow(value);
          break;
      }
    }
    this.#out.reply(FrameType.SETTINGS, Buffer.alloc(0));
    this.#sendPayloads();
    this.#sendWaiting();
  }

  /** The server is about to end the connection, and has not looked at the streams after the last that it names. */
  #takeGoAway({ payload }: Frame): void {
    this.#isSpent = true;
    const last = payload.readUInt32BE(0) & LAST_STREAM_ID;
    const unseen = [...this.#streams.values()].filter(({ id }) => id > last).concat(this.#waiting.splice(0));
    for (const stream of unseen) {
      this.#forget(stream);
      stream.handler.failed(new Error('the server is about to end the connection'), true);
    }
    this.#endIfUnused();
  }

  #takeWindowUpdate({ stream: id, payload }: Frame): void {
    const more = payload.readUInt32BE(0) & LAST_STREAM_ID;
    const stream = this.#streams.get(id);
    if (more === 0) throw new Error('a window grows by nothing');
    if (id === 0) this.#window = checkedWindow(this.#window + more);
    else if (stream !== undefined) widen(stream, more);
    this.#sendPayloads();
  }

  #finish(stream: Stream): void {
    // nothing of a failed answer is to be taken for one
    if (stream.rest !== undefined && stream.rest !== 0)
      return this.#fail(stream, 'an answer of another length');
    // an answer that did not wait for the payload: without this the stream would stay open on the server
    if (stream.payload.length > 0) this.#out.reset(stream.id, ErrorCode.NO_ERROR);
    this.#forget(stream);
    if (stream.isAnswered) stream.handler.ended();
    else stream.handler.failed(new Error('the server ended the stream without an answer'), false);
  }

  /** Ends a stream whose answer is none. */
  #fail(stream: Stream, fault: string): void {
    this.#out.reset(stream.id, ErrorCode.PROTOCOL_ERROR);
    this.#forget(stream);
    stream.handler.failed(new Error(`the server does not keep to HTTP/2: ${fault}`), false);
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream.id);
    this.#unsent.delete(stream);
    this.#sendWaiting();
    this.#endIfUnused();
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#streams.size < this.#mostStreams)
      this.#send(this.#waiting.shift()!);
  }

  #endIfUnused(): void {
    if (this.#isSpent && this.#streams.size + this.#waiting.length === 0) this.#socket.end();
  }

  #end(error: Error): void {
    this.#isSpent = true;
    const failed = [...this.#streams.values()];
    const unsent = this.#waiting.splice(0);
    this.#streams.clear();
    this.#unsent.clear();
    for (const { handler } of failed) handler.failed(error, false);
    for (const { handler } of unsent) handler.failed(error, true);
  }
}

function widen(stream: Stream, bytes: number): void {
  stream.window = checkedWindow(stream.window + bytes);
}

function checkedWindow(bytes: number): number {
  if (bytes > LARGEST_WINDOW_BYTES) throw new Error('a window is larger than any may be');
  return bytes;
}
