import { describe, expect, it } from 'vitest';
import { PodConditionWriter } from '../../src/kube/pod-condition.ts';
import { loadPod, startHarness, storedPod, type Harness } from './harness.ts';

function writerOf({ transport, clock }: Harness): { writer: PodConditionWriter; errors: string[] } {
  const errors: string[] = [];
  const onError = (error: Error) => errors.push(error.message);
  return { writer: new PodConditionWriter({ transport, clock, random: () => 0, onError }), errors };
}

describe('PodConditionWriter', () => {
  it('keeps the time of the transition while only the message changes', async () => {
    const harness = await startHarness();
    const { writer } = writerOf(harness);
    writer.unscheduled(loadPod(harness, 'pod-a'), { reason: 'Unschedulable', message: 'first' });
    await writer.idle();
    harness.clock.advance(60_000);
    writer.unscheduled(storedPod(harness.embedded, 'pod-a'), { reason: 'Unschedulable', message: 'second' });
    await writer.idle();
    expect(storedPod(harness.embedded, 'pod-a').status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'second',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      },
    ]);
  });

  it('writes only the newest of the verdicts that wait', async () => {
    const harness = await startHarness();
    const { writer } = writerOf(harness);
    const others = Array.from({ length: 20 }, (_, index) => loadPod(harness, `other-${index}`));
    for (const pod of others) writer.unscheduled(pod, { reason: 'Unschedulable', message: 'no room' });
    const pod = loadPod(harness, 'pod-a');
    for (const message of ['first', 'second', 'third'])
      writer.unscheduled(pod, { reason: 'Unschedulable', message });
    await writer.idle();
    expect(writer.counts.sent).toBe(21);
    expect(storedPod(harness.embedded, 'pod-a').status?.conditions).toMatchObject([{ message: 'third' }]);
  });

  it('is not put off by what something else answers', async () => {
    const harness = await startHarness();
    const { writer, errors } = writerOf(harness);
    const strange = { status: 404, strange: 'default backend - 404' };
    harness.fail('PATCH', /status$/, strange, { ...strange, status: 200 }, { ...strange, status: 302 });
    writer.unscheduled(loadPod(harness, 'pod-a'), { reason: 'Unschedulable', message: 'no room' });
    await writer.idle();
    expect(storedPod(harness.embedded, 'pod-a').status?.conditions).toMatchObject([{ message: 'no room' }]);
    expect([writer.counts, errors]).toEqual([{ sent: 1, dropped: 0, failed: 0 }, []]);
  });

  it('has nothing to report about a pod that was deleted', async () => {
    const harness = await startHarness();
    const { writer, errors } = writerOf(harness);
    const pod = loadPod(harness, 'pod-a');
    await harness.transport.request('DELETE', '/api/v1/namespaces/default/pods/pod-a');
    writer.unscheduled(pod, { reason: 'Unschedulable', message: 'no room' });
    await writer.idle();
    expect([writer.counts.failed, errors]).toEqual([0, []]);
  });
});
