// How much the server may send is given back for every byte that came, whoever it was for: else it stops in the end.
import { expect, it } from 'vitest';
import { FrameType } from '../src/frames.ts';
import { frame, served, type Served } from './server.ts';

/** What the server was allowed to send besides the first windows, by stream. */
function allowed(server: Served): Map<number, number> {
  const sums = new Map<number, number>();
  for (const { type, stream, payload } of server.frames()) {
    if (type === FrameType.WINDOW_UPDATE) sums.set(stream, (sums.get(stream) ?? 0) + payload.readUInt32BE(0));
  }
  return sums;
}

const OK = Buffer.of(0x88);
const MIB = 1 << 20;
const CONNECTION_WINDOW_BYTES = 4 * MIB;
const FIRST_WINDOW_BYTES = 65_535;

it('also for streams that are gone', async () => {
  const server = served();
  const outcome = server.ask();
  const piece = Buffer.alloc(16_384);
  await server.deliver(
    frame(FrameType.HEADERS, 5, 1, OK),
    ...Array.from({ length: (2 * MIB) / piece.length }, () => frame(FrameType.DATA, 0, 1, piece)),
  );
  expect(outcome.end).toBe('answered');
  expect(allowed(server)).toEqual(new Map([[0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES + 2 * MIB]]));
});

it('also for padding', async () => {
  // one byte of content in 256
  const padded = Buffer.concat([Buffer.of(254, 0x20), Buffer.alloc(254)]);
  const count = (2 * MIB) / padded.length;
  const server = served();
  const outcome = server.ask();
  await server.deliver(
    frame(FrameType.HEADERS, 4, 1, OK),
    ...Array.from({ length: count }, () => frame(FrameType.DATA, 0x8, 1, padded)),
    frame(FrameType.DATA, 1, 1),
  );
  expect(outcome.body.length).toBe(count);
  expect(outcome.end).toBe('answered');
  // of a stream, half of its window at a time
  expect(allowed(server)).toEqual(
    new Map([
      [0, CONNECTION_WINDOW_BYTES - FIRST_WINDOW_BYTES + 2 * MIB],
      [1, 2 * MIB],
    ]),
  );
});
