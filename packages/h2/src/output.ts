// What the client writes: the frames that are put in one turn of the event loop leave in one write.
import type { Duplex } from 'node:stream';
import { Bytes } from './bytes.ts';
import { Flag, FRAME_BYTES, FrameType, HEAD_BYTES, putFrameHead, SETTING_BYTES } from './frames.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const PING_BYTES = 8;
/** A server that asks for more replies than these, and reads none of them, would fill the memory. */
const UNREAD_REPLIES_BYTES = 1 << 20;

export class Output {
  readonly #socket: Duplex;
  readonly #bytes = new Bytes();
  #isFlushing = false;
  /** Of the replies that were put since the last write, and of those that the socket has not taken. */
  #replies = 0;
  #unreadReplies = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#bytes.latin1(PREFACE);
  }

  headers(id: number, block: Buffer, isWhole: boolean): void {
    let type: number = FrameType.HEADERS;
    for (let at = 0; at < block.length; at += FRAME_BYTES) {
      const part = block.subarray(at, at + FRAME_BYTES);
      const isLast = at + part.length === block.length;
      const flags = (isLast ? Flag.END_HEADERS : 0) | (isWhole && at === 0 ? Flag.END_STREAM : 0);
      this.#frame(type, flags, id, part);
      type = FrameType.CONTINUATION;
    }
  }

  data(id: number, part: Buffer, isLast: boolean): void {
    this.#frame(FrameType.DATA, isLast ? Flag.END_STREAM : 0, id, part);
  }

  settings(settings: readonly (readonly [setting: number, value: number])[]): void {
    this.#head(settings.length * SETTING_BYTES, FrameType.SETTINGS, 0, 0);
    for (const [setting, value] of settings) {
      this.#bytes.uint16(setting);
      this.#bytes.uint32(value);
    }
  }

  ping(): void {
    this.#frame(FrameType.PING, 0, 0, Buffer.alloc(PING_BYTES));
  }

  reset(stream: number, code: number): void {
    this.#head(4, FrameType.RST_STREAM, 0, stream);
    this.#bytes.uint32(code);
  }

  windowUpdate(stream: number, bytes: number): void {
    this.#head(4, FrameType.WINDOW_UPDATE, 0, stream);
    this.#bytes.uint32(bytes);
  }

  /** What SETTINGS or PING demands. @throws Error when the server does not read what it demands */
  reply(type: number, payload: Buffer): void {
    this.#frame(type, Flag.ACK, 0, payload);
    this.#replies += HEAD_BYTES + payload.length;
    if (this.#replies + this.#unreadReplies > UNREAD_REPLIES_BYTES) throw new Error('replies are not read');
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    this.#head(payload.length, type, flags, stream);
    this.#bytes.append(payload);
  }

  #head(length: number, type: number, flags: number, stream: number): void {
    putFrameHead(this.#bytes, length, type, flags, stream);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    if (!this.#socket.writable) return;
    const replies = this.#replies;
    this.#replies = 0;
    this.#unreadReplies += replies;
    this.#socket.write(Buffer.from(this.#bytes.take()), () => (this.#unreadReplies -= replies));
  }
}
