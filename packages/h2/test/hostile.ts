// What a server may send, made by fast-check: answers that keep to the protocol, and ways to spoil them.
import fc from 'fast-check';
import { Flag, FrameType } from '../src/frames.ts';
import { frame } from './server.ts';

export interface Sent {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
  /** What its head says of its length, where that is a lie. */
  length?: number;
}

export interface Answers {
  /** Of the n-th request; its stream is 2n + 1. */
  bodies: Buffer[];
  sent: Sent[];
}

const OK = 0x88;
const NO_BYTES = Buffer.alloc(0);

export function bytesOf({ type, flags, stream, payload, length = payload.length }: Sent): Buffer {
  const bytes = frame(type, flags, stream, payload);
  bytes.writeUIntBE(length & 0xff_ffff, 0, 3);
  return bytes;
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, nth) => bytes.writeUInt32BE(value >>> 0, 4 * nth));
  return bytes;
}

function padded(content: Buffer, padding: number): Buffer {
  return Buffer.concat([Buffer.of(padding), content, Buffer.alloc(padding)]);
}

/** The frames of one answer, whose body says whose it is in each byte. */
const answer = (stream: number): fc.Arbitrary<{ body: Buffer; sent: Sent[] }> =>
  fc
    .record({
      parts: fc.array(fc.tuple(fc.nat(300), fc.option(fc.nat(200))), { minLength: 1, maxLength: 4 }),
      cut: fc.option(fc.nat(3)),
      saysLength: fc.boolean(),
    })
    .map(({ parts, cut, saysLength }) => {
      const contents = parts.map(([bytes]) => Buffer.alloc(bytes, stream));
      const body = Buffer.concat(contents);
      const length = Buffer.from(String(body.length));
      // the status, a field for the table, and perhaps the content-length (28 in the static table: 15 + 13)
      const fields = [Buffer.of(OK, 0x40, 1, 0x78, 1, 0x79)];
      if (saysLength) fields.push(Buffer.of(0x0f, 13, length.length), length);
      const block = Buffer.concat(fields);
      const type = FrameType.HEADERS;
      const head: Sent[] =
        cut === null
          ? [{ type, flags: Flag.END_HEADERS, stream, payload: block }]
          : [
              { type, flags: 0, stream, payload: block.subarray(0, cut) },
              { type: FrameType.CONTINUATION, flags: Flag.END_HEADERS, stream, payload: block.subarray(cut) },
            ];
      const data = contents.map((content, nth): Sent => {
        const padding = parts[nth]![1];
        const isLast = nth === contents.length - 1;
        return {
          type: FrameType.DATA,
          flags: (isLast ? Flag.END_STREAM : 0) | (padding === null ? 0 : Flag.PADDED),
          stream,
          payload: padding === null ? content : padded(content, padding),
        };
      });
      return { body, sent: [...head, ...data] };
    });

/** Answers to up to four requests, with their frames in any order that the protocol has. */
export const answers: fc.Arbitrary<Answers> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat(3)))
  .chain(([count, turns]) =>
    fc.tuple(...Array.from({ length: count }, (_, nth) => answer(2 * nth + 1))).map((all) => {
      const queues = all.map(({ sent }) => [...sent]);
      const sent: Sent[] = [{ type: FrameType.SETTINGS, flags: 0, stream: 0, payload: NO_BYTES }];
      for (let turn = 0; queues.some(({ length }) => length > 0); turn++) {
        const queue = queues[turn < 20 ? turns.next().value! % count : turn % count]!;
        const first = queue.shift();
        if (first === undefined) continue;
        sent.push(first);
        // nothing comes between a header and its rest
        if (first.type === FrameType.HEADERS && !(first.flags & Flag.END_HEADERS)) sent.push(queue.shift()!);
      }
      return { bodies: all.map(({ body }) => body), sent };
    }),
  );

const streamId = fc.constantFrom(0, 1, 2, 3, 5, 7, 9, 0x7fff_ffff);
const number32 = fc.oneof(fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff), fc.nat());
const settings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), number32), { maxLength: 4 })
  .map((all) =>
    Buffer.concat(all.map(([setting, value]) => Buffer.concat([Buffer.of(0, setting), uint32(value)]))),
  );
/** A field of 4,000 bytes that enters the table, and then many that refer to it. */
const bomb = Buffer.concat([
  Buffer.of(0x40, 1, 0x78, 0x7f, 0xa1, 0x1e),
  Buffer.alloc(4000, 0x61),
  Buffer.alloc(12_000, 0xbe),
]);
const block = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    bomb,
    // integers without an end, and of 2³⁵
    Buffer.alloc(64, 0xff),
    Buffer.of(0x7f, 0xff, 0xff, 0xff, 0xff, 0x7f),
    Buffer.of(0x40, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f),
    // tables of 0, 4,096 and 2³² bytes
    Buffer.of(0x20, OK),
    Buffer.of(0x3f, 0xe1, 0x1f, OK),
    Buffer.of(0x3f, 0xe1, 0xff, 0xff, 0xff, 0x0f, OK),
  ),
);
const inserted: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({
    type: fc.constant(FrameType.SETTINGS),
    flags: fc.constantFrom(0, 1),
    stream: fc.constant(0),
    payload: settings,
  }),
  fc.record({
    type: fc.constantFrom(FrameType.HEADERS, FrameType.CONTINUATION),
    flags: fc.nat(255),
    stream: streamId,
    payload: block,
  }),
  fc.record({
    type: fc.constantFrom(FrameType.WINDOW_UPDATE, FrameType.RST_STREAM),
    flags: fc.constant(0),
    stream: streamId,
    payload: number32.map((value) => uint32(value)),
  }),
  fc.record({
    type: fc.constant(FrameType.GOAWAY),
    flags: fc.constant(0),
    stream: fc.constant(0),
    payload: streamId.map((last) => uint32(last, 0)),
  }),
  fc.record({
    type: fc.constant(FrameType.PING),
    flags: fc.constantFrom(0, 1),
    stream: fc.constant(0),
    payload: fc.constant(Buffer.alloc(8)),
  }),
  fc.record({
    type: fc.nat(12),
    flags: fc.nat(255),
    stream: streamId,
    payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  }),
);

type Mutation = (sent: Sent[]) => void;

const at = fc.nat(1000);
const changed = (change: (one: Sent) => Partial<Sent>, nth: number): Mutation => {
  return (sent) => {
    if (sent.length === 0) return;
    const index = nth % sent.length;
    sent[index] = { ...sent[index]!, ...change(sent[index]!) };
  };
};

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(at, fc.nat(255)).map(([nth, bits]) => changed(({ flags }) => ({ flags: flags ^ bits }), nth)),
  fc.tuple(at, streamId).map(([nth, stream]) => changed(() => ({ stream }), nth)),
  fc.tuple(at, fc.nat(12)).map(([nth, type]) => changed(() => ({ type }), nth)),
  fc
    .tuple(at, fc.integer({ min: -20, max: 20 }))
    .map(([nth, by]) => changed(({ payload }) => ({ length: Math.max(0, payload.length + by) }), nth)),
  fc.tuple(at, at).map(([nth, to]) => changed(({ payload }) => ({ payload: payload.subarray(0, to) }), nth)),
  at.map(
    (nth): Mutation =>
      (sent) =>
        void sent.splice(nth % (sent.length + 1), 1),
  ),
  fc.tuple(at, at).map(([from, to]): Mutation => (sent) => {
    const moved = sent.splice(from % (sent.length + 1), 1);
    sent.splice(to % (sent.length + 1), 0, ...moved);
  }),
  fc.tuple(at, inserted).map(
    ([nth, one]): Mutation =>
      (sent) =>
        void sent.splice(nth % (sent.length + 1), 0, one),
  ),
  // a flood
  fc.tuple(at, inserted, fc.integer({ min: 2, max: 300 })).map(([nth, one, times]): Mutation => {
    return (sent) => void sent.splice(nth % (sent.length + 1), 0, ...Array<Sent>(times).fill(one));
  }),
);
