// A server that does not keep to the protocol.
import { expect, it } from 'vitest';
import { FrameType } from '../src/frames.ts';
import { frame, served } from './server.ts';

const bytes = (...values: number[]) => Buffer.from(values);
const OK = bytes(0x88);
const LARGEST = bytes(0x7f, 0xff, 0xff, 0xff);
/** A literal status, and content-length, by the indices of their names. */
const status = (text: string) => Buffer.concat([bytes(0x08, text.length), Buffer.from(text)]);
const length = (text: string) => Buffer.concat([OK, bytes(0x0f, 13, text.length), Buffer.from(text)]);
const EARLY_HINTS = status('103');

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
  [
    'an end without an answer',
    frame(FrameType.HEADERS, 5, 1, EARLY_HINTS),
    'ended the stream without an answer',
  ],
  ['data before an answer', frame(FrameType.DATA, 1, 1), 'data before an answer'],
  [
    'two answers',
    Buffer.concat([frame(FrameType.HEADERS, 4, 1, OK), frame(FrameType.HEADERS, 5, 1, OK)]),
    'two answers',
  ],
  ['no status', frame(FrameType.HEADERS, 5, 1), 'an answer without a status'],
  ['a status that is none', frame(FrameType.HEADERS, 5, 1, status('2e2')), 'an answer without a status'],
  ['no length', frame(FrameType.HEADERS, 5, 1, length('-1')), 'an answer of no length'],
  ['less than it said', frame(FrameType.HEADERS, 5, 1, length('1')), 'an answer of another length'],
  [
    'more than it said',
    Buffer.concat([frame(FrameType.HEADERS, 4, 1, length('1')), frame(FrameType.DATA, 1, 1, bytes(1, 2))]),
    'an answer of another length',
  ],
  ['settings that are cut off', frame(FrameType.SETTINGS, 0, 0, bytes(0, 4, 0)), 'type 4 has 3 bytes'],
  ['a PING of another length', frame(FrameType.PING, 0, 0, bytes(1)), 'type 6 has 1 bytes'],
  ['a PING of a stream', frame(FrameType.PING, 0, 1, Buffer.alloc(8)), 'type 6 is of the stream 1'],
  ['data of the connection', frame(FrameType.DATA, 0, 0), 'type 0 is of the stream 0'],
  ['an answer to no request', frame(FrameType.HEADERS, 5, 3, OK), 'type 1 is of the stream 3'],
  ['a stream of its own', frame(FrameType.HEADERS, 5, 2, OK), 'type 1 is of the stream 2'],
  ['a window of nothing', frame(FrameType.WINDOW_UPDATE, 0, 0, bytes(0, 0, 0, 0)), 'grows by nothing'],
  ['too large a window', frame(FrameType.WINDOW_UPDATE, 0, 0, LARGEST), 'larger than any may be'],
  ["too large a stream's window", frame(FrameType.WINDOW_UPDATE, 0, 1, LARGEST), 'larger than any may be'],
  [
    'too large a first window',
    frame(FrameType.SETTINGS, 0, 0, bytes(0, 4, 0x80, 0, 0, 0)),
    'larger than any may be',
  ],
])('sends %s', async (_, malformed, message) => {
  const { ask, deliver } = served();
  const outcome = ask();
  await deliver(frame(FrameType.SETTINGS, 0, 0), malformed);
  expect(outcome).toMatchObject({
    end: { message: expect.stringContaining(message) as string },
    isUnseen: false,
  });
});

it('fails one request by a wrong answer, and no other', async () => {
  const { ask, deliver, frames } = served();
  const outcomes = [ask(), ask()];
  await deliver(frame(FrameType.DATA, 1, 1), frame(FrameType.HEADERS, 5, 3, OK));
  expect(outcomes[1]!.end).toBe('answered');
  expect(frames().at(-1)).toMatchObject({ type: FrameType.RST_STREAM, stream: 1 });
});

it('passes over streams and frames that are no concern of a client', async () => {
  const { ask, deliver } = served();
  const outcome = ask();
  const priority = frame(2, 0, 9, Buffer.alloc(5));
  await deliver(priority, frame(99, 255, 8, bytes(1, 2, 3)), frame(FrameType.HEADERS, 5, 1, OK));
  expect(outcome.end).toBe('answered');
});
