// How much the server may send is given back for every byte that came, whoever it was for: else it stops in the end.
import { createServer, type TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { FrameReader, FrameType } from '../../../src/kube/http2/frames.ts';
import { TestClock } from '../harness.ts';
import { cert, key, POD, transportTo } from './server.ts';

const PREFACE_BYTES = 24;
const FIRST_WINDOW_BYTES = 65_535;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A server that sends these bytes after the first request; what it was allowed to send besides the first windows, by stream. */
async function allowedFor(
  bytes: Buffer,
): Promise<{ allowed: Map<number, number>; ask: () => Promise<unknown> }> {
  const allowed = new Map<number, number>();
  const server = createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket: TLSSocket) => {
    const frames = new FrameReader();
    let skipped = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(Math.min(chunk.length, PREFACE_BYTES - skipped));
      skipped += chunk.length - rest.length;
      frames.push(rest, ({ type, stream, payload }) => {
        if (type === FrameType.WINDOW_UPDATE)
          allowed.set(stream, (allowed.get(stream) ?? 0) + payload.readUInt32BE(0));
        if (type === FrameType.HEADERS && stream === 1) socket.write(bytes);
      });
    });
    socket.write(frame(FrameType.SETTINGS, 0, 0, Buffer.alloc(0)));
  });
  const transport = await transportTo(server, new TestClock());
  return { allowed, ask: () => transport.request('GET', POD) };
}

const OK = Buffer.of(0x88);
const MIB = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 * MIB;

it('also for streams that are gone', async () => {
  const piece = Buffer.alloc(16_384);
  const { allowed, ask } = await allowedFor(
    Buffer.concat([
      frame(FrameType.HEADERS, 5, 1, OK),
      ...Array.from({ length: (2 * MIB) / piece.length }, () => frame(FrameType.DATA, 0, 1, piece)),
    ]),
  );
  await ask();
  await expect.poll(() => allowed.get(0)).toBe(CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES + 2 * MIB);
  expect(allowed.get(1)).toBeUndefined();
});

it('also for padding', async () => {
  // one byte of content in 256
  const padded = Buffer.concat([Buffer.of(254, 0x20), Buffer.alloc(254)]);
  const count = (2 * MIB) / padded.length;
  const { allowed, ask } = await allowedFor(
    Buffer.concat([
      frame(FrameType.HEADERS, 4, 1, OK),
      ...Array.from({ length: count }, () => frame(FrameType.DATA, 0x8, 1, padded)),
      frame(FrameType.DATA, 1, 1, Buffer.alloc(0)),
    ]),
  );
  await ask();
  await expect.poll(() => allowed.get(0)).toBe(CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES + 2 * MIB);
  // half of the stream's window at a time
  expect(allowed.get(1)).toBe(2 * MIB);
});
