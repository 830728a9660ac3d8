import { describe, expect, it } from 'vitest';
import { Binder } from '../../src/kube/binder.ts';
import { loadPod, referenceOf, startHarness, storedPod, type Harness } from './harness.ts';

const BINDING = /\/binding$/;

function binderOf({ transport, clock }: Harness): Binder {
  return new Binder({ transport, clock, random: () => 0 });
}

function bindings({ requests }: Harness): number {
  return requests.filter((request) => BINDING.test(request)).length;
}

describe('Binder', () => {
  it('learns that a binding whose answer was lost had been carried out', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { drop: 'answer' });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
    expect(bindings(harness)).toBe(2);
    expect(storedPod(harness.embedded, 'pod-a').spec?.nodeName).toBe('node-a');
  });

  it('learns the same after a timeout', async () => {
    const harness = await startHarness({ timeoutMs: 100 });
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { delayMs: 10_000 });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
    expect(bindings(harness)).toBe(2);
  });

  it('sends a binding that did not arrive again', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { drop: 'request' }, { status: 500 }, { status: 503 });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
    expect(harness.clock.slept).toEqual([100, 200, 400]);
  });

  it('finds a pod bound when even the last attempt had no answer', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { status: 500 }, { status: 500 }, { status: 500 }, { drop: 'answer' });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
  });

  it('keeps asking for a pod that may be bound while the server cannot say what became of it', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { drop: 'answer' }, ...Array(3).fill({ status: 500 }));
    harness.fail('GET', /pods\/pod-a$/, ...Array(6).fill({ status: 503 }), {
      strange: 'welcome',
      status: 200,
    });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({ type: 'bound' });
    expect(harness.requests.filter((request) => request.startsWith('GET'))).toHaveLength(8);
  });

  it('says when nothing more is sent, and asks for few pods at a time', async () => {
    const harness = await startHarness();
    const pods = Array.from({ length: 30 }, (_, n) => loadPod(harness, `pod-${n}`));
    harness.fail('POST', BINDING, ...Array(1000).fill({ status: 500 }));
    let [open, most] = [0, 0];
    const { transport } = harness;
    const request = transport.request.bind(transport);
    transport.request = async (method, ...rest) => {
      if (method === 'GET') most = Math.max(most, ++open);
      return request(method, ...rest).finally(() => method === 'GET' && open--);
    };
    const binder = binderOf(harness);
    let sent = 0;
    const outcomes = pods.map((pod) => binder.bind(referenceOf(pod), 'node-a', () => sent++));
    expect((await Promise.all(outcomes)).map(({ type }) => type)).toEqual(Array(30).fill('failed'));
    expect(sent).toBe(30);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('asks once where the server will not say it', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { drop: 'answer' }, ...Array(3).fill({ status: 500 }));
    harness.fail('GET', /pods\/pod-a$/, { status: 403 });
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toMatchObject({
      type: 'failed',
      status: 500,
    });
  });

  it('gives up on a server in trouble, and leaves the pod to be tried again', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, ...Array(10).fill({ status: 500 }));
    expect(await binderOf(harness).bind(referenceOf(pod), 'node-a')).toEqual({
      type: 'failed',
      status: 500,
      message: 'a fault of status 500',
      retryable: true,
    });
    expect(bindings(harness)).toBe(4);
    expect(storedPod(harness.embedded, 'pod-a').spec?.nodeName).toBeUndefined();
  });

  it('does not repeat what the server will always refuse', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { status: 403 });
    const outcome = await binderOf(harness).bind(referenceOf(pod), 'node-a');
    expect(outcome).toMatchObject({ type: 'failed', status: 403, retryable: false });
    expect(bindings(harness)).toBe(1);
  });

  it('says where a pod is that somebody else has bound', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    const binder = binderOf(harness);
    await binder.bind(referenceOf(pod), 'node-a');
    expect(await binder.bind(referenceOf(pod), 'node-b')).toEqual({
      type: 'conflict',
      node: 'node-a',
      message: 'pod default/pod-a is already bound to node node-a',
    });
  });

  it('reports a 409 of a pod without a node as a conflict', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, { status: 409 });
    const outcome = await binderOf(harness).bind(referenceOf(pod), 'node-a');
    expect(outcome).toEqual({ type: 'conflict', message: 'a fault of status 409' });
  });

  it('does not take the binding of another scheduler to the same node for its own', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    const binder = binderOf(harness);
    await binder.bind(referenceOf(pod), 'node-a');
    expect(await binder.bind(referenceOf(pod), 'node-a')).toEqual({
      type: 'conflict',
      node: 'node-a',
      message: 'pod default/pod-a is already bound to node node-a',
    });
  });

  it('takes a newer pod of the same name for another one', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    await harness.transport.request('DELETE', '/api/v1/namespaces/default/pods/pod-a');
    const newer = loadPod(harness, 'pod-a');
    const binder = binderOf(harness);
    await binder.bind(referenceOf(newer), 'node-a');
    const outcome = await binder.bind(referenceOf(pod), 'node-a');
    expect(outcome).toEqual({
      type: 'gone',
      message: 'pod default/pod-a was replaced by one with another uid',
    });
  });

  it('believes the server that a pod is gone', async () => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    await harness.transport.request('DELETE', '/api/v1/namespaces/default/pods/pod-a');
    const outcome = await binderOf(harness).bind(referenceOf(pod), 'node-a');
    expect(outcome).toEqual({ type: 'gone', message: 'pods "pod-a" not found' });
  });

  it.each([
    [404, '<html>default backend - 404</html>'],
    [404, '{"message":"no route"}'],
    [404, JSON.stringify({ kind: 'Status', reason: 'NotFound', details: { kind: 'pods', name: 'pod-b' } })],
    [404, JSON.stringify({ kind: 'Status', reason: 'NotFound', details: { kind: 'nodes', name: 'pod-a' } })],
    [409, '<html>conflict</html>'],
    [200, '<html>welcome</html>'],
    [200, ''],
    [201, JSON.stringify({ kind: 'Status', status: 'Failure' })],
  ])('believes nothing about a pod of what something else answers: %d %s', async (status, strange) => {
    const harness = await startHarness();
    const pod = loadPod(harness, 'pod-a');
    harness.fail('POST', BINDING, ...Array(status >= 400 ? 1 : 4).fill({ status, strange }));
    harness.fail('GET', /pods\/pod-a$/, { status, strange });
    const binder = binderOf(harness);
    const outcome = await binder.bind(referenceOf(pod), 'node-a');
    expect(outcome).toMatchObject({ type: 'failed', status, retryable: true });
    expect(await binder.bind(referenceOf(pod), 'node-b')).toEqual({ type: 'bound' });
  });

  it('loses no pod and binds none twice while a third of the requests go wrong', async () => {
    const harness = await startHarness();
    const faults = [
      {},
      {},
      { drop: 'answer' },
      {},
      {},
      { drop: 'request' },
      {},
      {},
      { status: 500 },
      {},
    ] as const;
    harness.fail(
      'POST',
      BINDING,
      ...Array.from({ length: 300 }, (_, index) => faults[index % faults.length]!),
    );
    const pods = Array.from({ length: 200 }, (_, index) => loadPod(harness, `pod-${index}`));
    const before = harness.embedded.store.version;
    const binder = binderOf(harness);
    await Promise.all(
      pods.map(async (pod, index) => {
        // As a scheduler does: after a failure the pod may go elsewhere.
        for (let node = index; ; node++) {
          const outcome = await binder.bind(referenceOf(pod), `node-${node}`);
          if (outcome.type === 'failed' && outcome.retryable) continue;
          expect(outcome).toEqual({ type: 'bound' });
          expect(storedPod(harness.embedded, pod.metadata!.name!).spec?.nodeName).toBe(`node-${node}`);
          return;
        }
      }),
    );
    // Every change of the store is a binding: none was done twice.
    expect(harness.embedded.store.version - before).toBe(200);
  });
});
