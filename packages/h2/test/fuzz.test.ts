// Servers that do not keep to the protocol, made at random: H2_FUZZ_CASES of them, from H2_FUZZ_SEED on.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentOf, Flag, FrameType } from '../src/frames.ts';
import { answers, bytesOf, mutation } from './hostile.ts';
import { serve, type Outcome, type Served } from './server.ts';

const CASES = Number(process.env['H2_FUZZ_CASES'] ?? 300);
const SEED = Number(process.env['H2_FUZZ_SEED'] ?? 1);
/** A case of no more than a few thousand small frames. */
const MOST_MS = 2000;
const TIMEOUT_MS = 60_000 + 20 * CASES;
/** Replies that are not read, and the payloads of the requests. */
const MOST_UNREAD_BYTES = 2 << 20;
const PAYLOADS = ['', 'x', '', 'y'.repeat(100_000)];

const cuts = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 8 });

/** The bytes in pieces whose lengths come again and again. */
function pieces(bytes: Buffer, lengths: number[]): Buffer[] {
  const found: Buffer[] = [];
  for (let begin = 0; begin < bytes.length; begin += found.at(-1).length) {
    found.push(bytes.subarray(begin, begin + lengths[found.length % lengths.length]!));
  }
  return found;
}

async function run(server: Served, requests: number, bytes: Buffer, lengths: number[]): Promise<Outcome[]> {
  const outcomes = PAYLOADS.slice(0, requests).map((payload) => server.ask(payload));
  await server.deliver(...pieces(bytes, lengths));
  return outcomes;
}

/** What the DATA frames hold for a stream up to its end, as another reader finds it. */
function bodyIn(bytes: Buffer, stream: number): { body: Buffer; isWhole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const [type, flags] = [bytes[at + 3]!, bytes[at + 4]!];
    if ((bytes.readUInt32BE(at + 5) & 0x7fff_ffff) === stream) {
      if (type === FrameType.DATA) {
        const payload = bytes.subarray(at + 9, end);
        // a frame of more padding than bytes ends the connection
        if (flags & Flag.PADDED && !(payload[0]! < payload.length)) break;
        parts.push(contentOf({ type, flags, stream, payload }));
      }
      const mayEnd = type === FrameType.DATA || type === FrameType.HEADERS;
      if (mayEnd && flags & Flag.END_STREAM) return { body: Buffer.concat(parts), isWhole: true };
    }
    at = end;
  }
  return { body: Buffer.concat(parts), isWhole: false };
}

it('answers arrive whole, wherever their bytes are cut', { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(answers, cuts, async ({ bodies, sent }, lengths) => {
      const server = serve();
      const outcomes = await run(server, bodies.length, Buffer.concat(sent.map(bytesOf)), lengths);
      server.socket.destroy();
      expect(outcomes).toEqual(bodies.map((body) => ({ status: 200, body, end: 'answered' })));
    }),
    { seed: SEED, numRuns: CASES },
  );
});

it('answers that are spoilt are no other answers, and harm nothing', { timeout: TIMEOUT_MS }, async () => {
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      answers,
      mutations,
      cuts,
      fc.boolean(),
      async ({ bodies, sent }, spoil, lengths, isReading) => {
        const server = serve({ isReading });
        const spoilt = [...sent];
        for (const mutate of spoil) mutate(spoilt);
        const bytes = Buffer.concat(spoilt.map(bytesOf));
        const began = performance.now();
        const outcomes = await run(server, bodies.length, bytes, lengths);
        expect(performance.now() - began).toBeLessThan(MOST_MS);
        expect(server.socket.writableLength).toBeLessThan(MOST_UNREAD_BYTES);
        server.socket.destroy();
        await server.deliver();
        outcomes.forEach(({ body, end, isToldOn }, nth) => {
          const told = bodyIn(bytes, 2 * nth + 1);
          expect(isToldOn).toBeUndefined();
          expect(end).toBeDefined();
          expect(told.body.subarray(0, body.length).equals(body)).toBe(true);
          if (end === 'answered')
            expect({ length: body.length, isWhole: true }).toEqual({
              length: told.body.length,
              isWhole: told.isWhole,
            });
        });
      },
    ),
    { seed: SEED, numRuns: CASES },
  );
});
