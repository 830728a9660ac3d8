// A server that sends without an end: what the client keeps of it has one.
import { expect, it } from 'vitest';
import { FrameType } from '../src/frames.ts';
import { frame, served } from './server.ts';

const MIB = 1 << 20;
const OK = Buffer.of(0x88);

const message = (text: string) => ({ end: { message: expect.stringContaining(text) as string } });

it.each([
  ['PING', frame(FrameType.PING, 0, 0, Buffer.alloc(8))],
  ['SETTINGS', frame(FrameType.SETTINGS, 0, 0)],
])('asks by %s for replies that it does not read', async (_, one) => {
  const { ask, deliver, socket } = served({ isReading: false });
  const outcome = ask();
  const many = Buffer.concat(Array<Buffer>(1000).fill(one));
  for (let nth = 0; nth < 200 && outcome.end === undefined; nth++) await deliver(many);
  expect(outcome).toMatchObject(message('replies are not read'));
  expect(socket.writableLength).toBeLessThan(2 * MIB);
});

it('may ask for any number of replies that it reads', async () => {
  const { ask, deliver } = served();
  const outcome = ask();
  const many = Buffer.concat(Array<Buffer>(1000).fill(frame(FrameType.PING, 0, 0, Buffer.alloc(8))));
  for (let nth = 0; nth < 100; nth++) await deliver(many);
  expect(outcome.end).toBeUndefined();
});

it('goes on with a header by frames that are empty', async () => {
  const { ask, deliver } = served();
  const outcome = ask();
  await deliver(frame(FrameType.HEADERS, 0, 1, OK));
  const many = Buffer.concat(Array<Buffer>(10_000).fill(frame(FrameType.CONTINUATION, 0, 1)));
  for (let nth = 0; nth < 20 && outcome.end === undefined; nth++) await deliver(many);
  expect(outcome).toMatchObject(message('a header has no end'));
});

it('sends more of a body than whoever reads it has taken', async () => {
  const { ask, deliver } = served({ isTaking: false });
  const outcome = ask();
  await deliver(frame(FrameType.HEADERS, 4, 1, OK));
  const one = frame(FrameType.DATA, 0, 1, Buffer.alloc(16_384));
  for (let nth = 0; nth < 100 && outcome.end === undefined; nth++) await deliver(one);
  expect(outcome).toMatchObject(message('more data than agreed'));
  expect(outcome.body.length).toBe(MIB);
});
