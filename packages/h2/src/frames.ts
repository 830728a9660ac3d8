// The frames of HTTP/2 (RFC 9113, section 4):
//
//    0        3    4     5           9
//    | length | type | flags | stream | payload ...
//
// all numbers with the highest byte first; length is that of the payload alone.
import type { Bytes } from './bytes.ts';

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = {
  END_STREAM: 0x1,
  /** Of SETTINGS and PING. */
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
} as const;

export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  REFUSED_STREAM: 7,
  CANCEL: 8,
} as const;

/** What each side begins with, and the largest payload that we take. */
export const FRAME_BYTES = 16_384;
export const HEAD_BYTES = 9;
export const SETTING_BYTES = 6;
const PRIORITY_BYTES = 5;
const STREAM_MASK = 0x7fff_ffff;

export interface Frame {
  type: number;
  flags: number;
  /** 0 for the connection. */
  stream: number;
  payload: Buffer;
}

export function putFrameHead(to: Bytes, length: number, type: number, flags: number, stream: number): void {
  to.uint24(length);
  to.byte(type);
  to.byte(flags);
  to.uint32(stream);
}

/** Cuts what the network delivers into frames. */
export class FrameReader {
  /** What has come of a frame, and how much it must be to go on. */
  #pieces: Buffer[] = [];
  #held = 0;
  #needed = HEAD_BYTES;

  /** Hands over each frame that ends in the chunk. @throws Error when one is larger than agreed, and what onFrame throws */
  push(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    let bytes = chunk;
    if (this.#pieces.length > 0) {
      this.#pieces.push(chunk);
      this.#held += chunk.length;
      if (this.#held < this.#needed) return;
      bytes = Buffer.concat(this.#pieces);
      this.#pieces = [];
    }
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      const length = left < HEAD_BYTES ? 0 : bytes.readUIntBE(at, 3);
      if (length > FRAME_BYTES) throw new Error(`a frame of ${length} bytes is larger than agreed`);
      if (left < HEAD_BYTES + length) {
        if (left > 0) this.#pieces.push(bytes.subarray(at));
        this.#held = left;
        this.#needed = HEAD_BYTES + length;
        return;
      }
      const begin = at + HEAD_BYTES;
      const stream = bytes.readUInt32BE(at + 5) & STREAM_MASK;
      at = begin + length;
      onFrame({
        type: bytes[begin - 6]!,
        flags: bytes[begin - 5]!,
        stream,
        payload: bytes.subarray(begin, at),
      });
    }
  }
}

/** The payload of DATA or HEADERS without what is there only to hide its length, or to order streams. */
export function contentOf({ flags, type, payload }: Frame): Buffer {
  let begin = 0;
  let end = payload.length;
  if (flags & Flag.PADDED) end -= payload[begin++]!;
  if (type === FrameType.HEADERS && flags & Flag.PRIORITY) begin += PRIORITY_BYTES;
  if (!(begin <= end)) throw new Error('a frame has more padding than bytes');
  return payload.subarray(begin, end);
}

/** The length of the payload, where a type has but one. */
const PAYLOAD_BYTES = new Map<number, number>([
  [FrameType.RST_STREAM, 4],
  [FrameType.PING, 8],
  [FrameType.WINDOW_UPDATE, 4],
]);
const OF_A_STREAM: ReadonlySet<number> = new Set([
  FrameType.DATA,
  FrameType.HEADERS,
  FrameType.RST_STREAM,
  FrameType.CONTINUATION,
]);
const OF_THE_CONNECTION: ReadonlySet<number> = new Set([
  FrameType.SETTINGS,
  FrameType.PING,
  FrameType.GOAWAY,
]);
const GOAWAY_BYTES = 8;

/**
 * `nextId` is that of the next request: no stream from there on has begun, and none of an even number ever does.
 * @throws Error when the frame has a length that its type does not have, or is of no stream that it may be of
 */
export function checkFrame({ type, flags, stream, payload: { length } }: Frame, nextId: number): void {
  let isOfLength = length === (PAYLOAD_BYTES.get(type) ?? length);
  if (type === FrameType.GOAWAY) isOfLength = length >= GOAWAY_BYTES;
  if (type === FrameType.SETTINGS)
    isOfLength = flags & Flag.ACK ? length === 0 : length % SETTING_BYTES === 0;
  if (!isOfLength) throw new Error(`a frame of the type ${type} has ${length} bytes`);
  const hasBegun = stream % 2 === 1 && stream < nextId;
  let isOfStream = !OF_THE_CONNECTION.has(type) || stream === 0;
  if (OF_A_STREAM.has(type)) isOfStream = hasBegun;
  if (type === FrameType.WINDOW_UPDATE) isOfStream = hasBegun || stream === 0;
  if (!isOfStream) throw new Error(`a frame of the type ${type} is of the stream ${stream}`);
}
