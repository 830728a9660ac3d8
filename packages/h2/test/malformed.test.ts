// A server that does not keep to the protocol.
import { expect, it } from 'vitest';
import { FrameType } from '../src/frames.ts';
import { frame, served } from './server.ts';

const bytes = (...values: number[]) => Buffer.from(values);

it.each([
  ['no frames', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'larger than agreed'],
  [
    'a field that is not there',
    frame(FrameType.HEADERS, 5, 1, bytes(0xff, 0)),
    'there is no header field 127',
  ],
  ['a push', frame(FrameType.PUSH_PROMISE, 4, 1, bytes(0, 0, 0, 2, 0x88)), 'a push that was not allowed'],
  [
    'a header that is cut off',
    Buffer.concat([frame(FrameType.HEADERS, 0, 1), frame(FrameType.DATA, 1, 1)]),
    'a header is cut off',
  ],
  ['the rest of no header', frame(FrameType.CONTINUATION, 4, 1), 'a header goes on that has not begun'],
  ['an end without an answer', frame(FrameType.DATA, 1, 1), 'ended the stream without an answer'],
])('sends %s', async (_, malformed, message) => {
  const { ask, deliver } = served();
  const outcome = ask();
  await deliver(frame(FrameType.SETTINGS, 0, 0), malformed);
  expect(outcome).toMatchObject({
    end: { message: expect.stringContaining(message) as string },
    isUnseen: false,
  });
});
