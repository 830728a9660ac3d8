// One connection of HTTP/2 from the client's side (RFC 9113): its streams, how much each side may send, and what the server
// says about the connection itself. What is put on it in one turn of the event loop leaves in one write.
import type { Duplex } from 'node:stream';
import { Bytes } from './bytes.ts';
import { FieldReader, FieldWriter, type Field } from './fields.ts';
import {
  contentOf,
  ErrorCode,
  Flag,
  FRAME_BYTES,
  FrameReader,
  FrameType,
  putFrameHead,
  Setting,
  type Frame,
} from './frames.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** What each side may send before it hears anything else. */
const FIRST_WINDOW_BYTES = 65_535;
/** How much of a list may be on its way: with the first window the server waits for each piece to be taken. */
const STREAM_WINDOW_BYTES = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 << 20;
/** Until the server says how many requests it takes at the same time. */
const FIRST_STREAMS = 100;
const LAST_STREAM_ID = 0x7fff_ffff;
const SETTING_BYTES = 6;
const PING_BYTES = 8;
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
  isAnswered: boolean;
}

export class Connection {
  readonly #socket: Duplex;
  readonly #out = new Bytes();
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
  #isFlushing = false;
  /** When something came last, and when it was asked for last, in milliseconds of performance.now(). */
  #heardMs = performance.now();
  #pingMs = 0;
  #isSpent = false;
  #failure: Error | undefined;

  /** The socket is connected and speaks HTTP/2. `onClose` is called once, after the streams have failed. */
  constructor(socket: Duplex, onClose: () => void) {
    this.#socket = socket;
    this.#out.latin1(PREFACE);
    this.#putSettings([
      [Setting.ENABLE_PUSH, 0],
      [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
    ]);
    this.#putWindowUpdate(0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES);
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
    this.#putWindowUpdate(stream.id, stream.taken);
    stream.taken = 0;
  }

  /** Nobody waits for the answer any more: nothing is told about it from now on. */
  cancel(stream: Stream): void {
    const waiting = this.#waiting.indexOf(stream);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    if (!this.#streams.has(stream.id)) return;
    this.#putReset(stream.id, ErrorCode.CANCEL);
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
    this.#put(PING_BYTES, FrameType.PING, 0, 0);
    for (let n = 0; n < PING_BYTES; n++) this.#out.byte(0);
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
    this.#putHeaders(stream.id, this.#fieldWriter.write(stream.path, stream.fields), isWhole);
    if (isWhole) return;
    this.#unsent.add(stream);
    this.#sendPayload(stream);
  }

  #putHeaders(id: number, block: Buffer, isWhole: boolean): void {
    let type: number = FrameType.HEADERS;
    for (let at = 0; at < block.length; at += FRAME_BYTES) {
      const part = block.subarray(at, at + FRAME_BYTES);
      const isLast = at + part.length === block.length;
      const flags = (isLast ? Flag.END_HEADERS : 0) | (isWhole && at === 0 ? Flag.END_STREAM : 0);
      this.#put(part.length, type, flags, id);
      this.#out.append(part);
      type = FrameType.CONTINUATION;
    }
  }

  /** Sends as much of the payload as the server takes now. */
  #sendPayload(stream: Stream): void {
    while (stream.payload.length > 0) {
      const most = Math.min(stream.payload.length, stream.window, this.#window, FRAME_BYTES);
      if (most <= 0) return;
      const isLast = most === stream.payload.length;
      this.#put(most, FrameType.DATA, isLast ? Flag.END_STREAM : 0, stream.id);
      this.#out.append(stream.payload.subarray(0, most));
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
        if (frame.flags & Flag.ACK) return;
        this.#put(frame.payload.length, FrameType.PING, Flag.ACK, 0);
        this.#out.append(frame.payload);
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
      this.#putWindowUpdate(0, this.#taken);
      this.#taken = 0;
    }
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return;
    const content = contentOf(frame);
    this.taken(stream, frame.payload.length - content.length);
    if (content.length > 0) stream.handler.data(content);
    if (frame.flags & Flag.END_STREAM) this.#finish(stream);
  }

  /** A part of what heads an answer, or follows it. */
  #takeBlock(frame: Frame, part: Buffer): void {
    const block = this.#block;
    if (block?.frame.stream !== frame.stream) throw new Error('a header goes on that has not begun');
    block.parts.push(part);
    block.bytes += part.length;
    if (block.bytes > BLOCK_LIMIT_BYTES) throw new Error('a header has no end');
    if (!(frame.flags & Flag.END_HEADERS)) return;
    this.#block = undefined;
    let status = 0;
    let retryAfter: string | undefined;
    // the fields of a stream that is gone count too: later ones refer to them
    this.#fieldReader.read(block.parts.length === 1 ? part : Buffer.concat(block.parts), (name, value) => {
      if (name === ':status') status = Number(value);
      else if (name === 'retry-after') retryAfter = value;
    });
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return;
    if (status >= 200) {
      stream.isAnswered = true;
      stream.handler.answered(status, retryAfter);
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
    for (let at = 0; at + SETTING_BYTES <= payload.length; at += SETTING_BYTES) {
      const value = payload.readUInt32BE(at + 2);
      switch (payload.readUInt16BE(at)) {
        case Setting.HEADER_TABLE_SIZE:
          this.#fieldWriter.resize(value);
          break;
        case Setting.MAX_CONCURRENT_STREAMS:
          this.#mostStreams = value;
          break;
        case Setting.INITIAL_WINDOW_SIZE:
          for (const stream of this.#streams.values()) stream.window += value - this.#streamWindow;
          this.#streamWindow = value;
          break;
      }
    }
    this.#put(0, FrameType.SETTINGS, Flag.ACK, 0);
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
    if (id === 0) this.#window += more;
    else if (stream !== undefined) stream.window += more;
    this.#sendPayloads();
  }

  #finish(stream: Stream): void {
    // an answer that did not wait for the payload: without this the stream would stay open on the server
    if (stream.payload.length > 0) this.#putReset(stream.id, ErrorCode.NO_ERROR);
    this.#forget(stream);
    if (stream.isAnswered) stream.handler.ended();
    else stream.handler.failed(new Error('the server ended the stream without an answer'), false);
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

  #putSettings(settings: readonly (readonly [setting: number, value: number])[]): void {
    this.#put(settings.length * SETTING_BYTES, FrameType.SETTINGS, 0, 0);
    for (const [setting, value] of settings) {
      this.#out.uint16(setting);
      this.#out.uint32(value);
    }
  }

  #putReset(stream: number, code: number): void {
    this.#put(4, FrameType.RST_STREAM, 0, stream);
    this.#out.uint32(code);
  }

  #putWindowUpdate(stream: number, bytes: number): void {
    this.#put(4, FrameType.WINDOW_UPDATE, 0, stream);
    this.#out.uint32(bytes);
  }

  /** Begins a frame that leaves with the others of this turn of the event loop. */
  #put(length: number, type: number, flags: number, stream: number): void {
    putFrameHead(this.#out, length, type, flags, stream);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      if (this.#socket.writable) this.#socket.write(Buffer.from(this.#out.take()));
    });
  }
}
