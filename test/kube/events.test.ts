import { describe, expect, it, onTestFinished } from 'vitest';
import type { Event } from '../../src/model/types.ts';
import type { Fault } from '../../src/dev/embedded/faults.ts';
import { Binder } from '../../src/kube/binder.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import { Reply } from '../../src/kube/reply.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { loadPod, podObject, referenceOf, startHarness, TestClock, type Harness } from './harness.ts';

const MINUTE_MS = 60_000;
const EVENTS = /\/events/;

function record(
  { transport, clock }: Harness,
  capacity?: number,
): { recorder: EventRecorder; errors: string[] } {
  const errors: string[] = [];
  const onError = (error: Error) => errors.push(error.message);
  const recorder = new EventRecorder({ transport, clock, random: () => 0, capacity, onError });
  onTestFinished(() => recorder.stop());
  return { recorder, errors };
}

function stored({ embedded }: Harness): Event[] {
  return embedded.store
    .collection('events')
    .sorted()
    .map(({ object }) => object as Event);
}

describe('EventRecorder', () => {
  it('drops and counts what its buffer does not hold', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness, 10);
    const pod = loadPod(harness, 'pod-a');
    for (let index = 0; index < 100; index++) recorder.scheduled(pod, `node-${index}`);
    await recorder.idle();
    const { sent, dropped, failed } = recorder.counts;
    expect([sent + dropped, failed]).toEqual([100, 0]);
    // Ten wait; the others that were taken are under way.
    expect(sent).toBe(58);
    expect(stored(harness)).toHaveLength(sent);
  });

  it('writes a repeated message twice, counts on, and writes the count when the series ends', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness);
    const pod = loadPod(harness, 'pod-a');
    for (let index = 0; index < 5; index++) {
      recorder.failedScheduling(pod, 'no room');
      await recorder.idle();
    }
    expect(recorder.counts.sent).toBe(2);
    expect(stored(harness)).toMatchObject([{ message: 'no room', series: { count: 2 } }]);
    harness.clock.advance(7 * MINUTE_MS);
    recorder.sweep();
    await recorder.idle();
    expect(stored(harness)).toMatchObject([{ message: 'no room', series: { count: 5 } }]);
    // The series has ended: the same message begins another one.
    recorder.failedScheduling(pod, 'no room');
    await recorder.idle();
    expect(stored(harness)).toHaveLength(2);
  });

  it('knows 5,000 series, and ends the first one for one more', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness, 20_000);
    const waiting = Array.from({ length: 5001 }, (_, n) => {
      const pod = podObject(`pod-${n}`);
      return { ...pod, metadata: { ...pod.metadata, uid: `uid-${n}` } };
    });
    const failAgain = async (pod: (typeof waiting)[number]) => {
      recorder.failedScheduling(pod, 'no room');
      await recorder.idle();
      return stored(harness).length;
    };
    for (const pod of waiting) recorder.failedScheduling(pod, 'no room');
    await recorder.idle();
    expect(stored(harness)).toHaveLength(5001);
    // the second one goes on, and the first one begins anew
    expect(await failAgain(waiting[1]!)).toBe(5001);
    expect(await failAgain(waiting[0]!)).toBe(5002);
  }, 60_000);

  it('writes a series that goes on again every half hour', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness);
    const pod = loadPod(harness, 'pod-a');
    for (let minute = 0; minute < 34; minute++) {
      recorder.failedScheduling(pod, 'no room');
      await recorder.idle();
      recorder.sweep();
      harness.clock.advance(MINUTE_MS);
    }
    await recorder.idle();
    expect(recorder.counts.sent).toBe(3);
    expect(stored(harness)[0]?.series?.count).toBeGreaterThan(30);
  });

  it('writes another message, and the same one about another pod, as events of their own', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness);
    const [podA, podB] = [loadPod(harness, 'pod-a'), loadPod(harness, 'pod-b')];
    recorder.failedScheduling(podA, 'no room');
    recorder.failedScheduling(podA, 'still no room');
    recorder.failedScheduling(podB, 'no room');
    await recorder.idle();
    expect(
      stored(harness)
        .map(({ message }) => message)
        .sort(),
    ).toEqual(['no room', 'no room', 'still no room']);
  });

  it('creates the event of a series anew when it has expired', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness);
    const pod = loadPod(harness, 'pod-a');
    recorder.failedScheduling(pod, 'no room');
    await recorder.idle();
    await harness.transport.request(
      'DELETE',
      `/api/v1/namespaces/default/events/${stored(harness)[0]?.metadata?.name}`,
    );
    recorder.failedScheduling(pod, 'no room');
    await recorder.idle();
    expect(stored(harness)).toMatchObject([{ message: 'no room', series: { count: 2 } }]);
  });

  it('writes an event once although the answer to the first attempt was lost', async () => {
    const harness = await startHarness();
    harness.fail('POST', EVENTS, { drop: 'answer' }, { status: 503 });
    const { recorder, errors } = record(harness);
    recorder.scheduled(loadPod(harness, 'pod-a'), 'node-a');
    await recorder.idle();
    expect(stored(harness)).toHaveLength(1);
    expect([recorder.counts, errors]).toEqual([{ sent: 1, dropped: 0, failed: 0 }, []]);
  });

  it('counts and reports an event that is refused', async () => {
    const harness = await startHarness();
    harness.fail('POST', EVENTS, { status: 403 });
    const { recorder, errors } = record(harness);
    recorder.scheduled(loadPod(harness, 'pod-a'), 'node-a');
    await recorder.idle();
    expect(recorder.counts).toEqual({ sent: 0, dropped: 0, failed: 1 });
    expect(errors).toEqual([
      'POST /apis/events.k8s.io/v1/namespaces/default/events: 403: a fault of status 403',
    ]);
  });

  it('cuts a note at 1024 bytes, between two characters', async () => {
    const harness = await startHarness();
    const { recorder } = record(harness);
    recorder.failedScheduling(loadPod(harness, 'pod-a'), 'ü'.repeat(1000));
    await recorder.idle();
    expect(stored(harness)[0]?.message).toBe(`${'ü'.repeat(510)} ...`);
  });

  it('holds up no binding while the server answers no event', async () => {
    const harness = await startHarness();
    harness.fail('POST', EVENTS, ...Array<Fault>(1000).fill({ delayMs: 3_600_000 }));
    const { recorder } = record(harness);
    const pod = loadPod(harness, 'pod-a');
    for (let index = 0; index < 1000; index++) recorder.scheduled(pod, `node-${index}`);
    const binder = new Binder({ transport: harness.transport });
    expect(await binder.bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
    expect(recorder.counts.sent).toBe(0);
  });

  it('writes what waits before it stops', async () => {
    const harness = await startHarness();
    const { transport } = harness;
    const recorder = new EventRecorder({ transport, onError: unexpected });
    const pod = loadPod(harness, 'pod-a');
    for (let index = 0; index < 100; index++) recorder.scheduled(pod, `node-${index}`);
    await recorder.stop();
    expect(recorder.counts).toEqual({ sent: 100, dropped: 0, failed: 0 });
  });

  it('drops what the server does not take in time when it is stopped, and what comes later', async () => {
    const harness = await startHarness();
    harness.fail('POST', EVENTS, ...Array<Fault>(100).fill({ delayMs: 3_600_000 }));
    const { recorder, errors } = record(harness);
    const pod = loadPod(harness, 'pod-a');
    for (let index = 0; index < 100; index++) recorder.scheduled(pod, `node-${index}`);
    await recorder.stop();
    await recorder.idle();
    recorder.scheduled(pod, 'node-late');
    expect(recorder.counts).toEqual({ sent: 0, dropped: 53, failed: 48 });
    expect(errors).toEqual([]);
  });

  it('lets bindings go first, until they wait no longer', async () => {
    const { transport, underWay, answerOne } = unanswered();
    let bindingsWait = true;
    const recorder = yielding(transport, () => bindingsWait);
    for (let index = 0; index < 40; index++) recorder.scheduled(podObject('pod-a'), 'node-a');
    expect(underWay()).toBe(2);
    await answerOne();
    expect(underWay()).toBe(2);
    bindingsWait = false;
    await answerOne();
    expect(underWay()).toBe(38);
  });

  it('does not let bindings go first when half of its buffer is full', () => {
    const { transport, underWay } = unanswered();
    const recorder = yielding(transport, () => true, 100);
    const scheduled = (count: number) => {
      for (let index = 0; index < count; index++) recorder.scheduled(podObject('pod-a'), 'node-a');
    };
    scheduled(51);
    expect(underWay()).toBe(2);
    scheduled(1);
    expect(underWay()).toBe(3);
    scheduled(45);
    expect(underWay()).toBe(48);
    expect(recorder.counts.dropped).toBe(0);
  });
});

function unexpected({ message }: Error): void {
  expect.unreachable(message);
}

function yielding(transport: Transport, mustYield: () => boolean, capacity?: number): EventRecorder {
  const clock = new TestClock();
  const recorder = new EventRecorder({ transport, clock, onError: unexpected, mustYield, capacity });
  onTestFinished(() => recorder.stop());
  return recorder;
}

/** A server that answers when it is told to. */
function unanswered() {
  const requests: ((reply: Reply) => void)[] = [];
  const request = () => new Promise<Reply>((resolve) => requests.push(resolve));
  return {
    transport: { request } as unknown as Transport,
    underWay: () => requests.length,
    async answerOne() {
      requests.shift()!(new Reply(201, Buffer.from('{"kind":"Event"}')));
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
