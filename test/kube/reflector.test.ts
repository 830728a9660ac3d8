import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Node } from '../../src/model/types.ts';
import { anonymousCredentials } from '../../src/kube/credentials.ts';
import { watch, type Watch, type WatchHandler } from '../../src/kube/reflector.ts';
import { Transport } from '../../src/kube/transport.ts';
import { nodeObject, startHarness, TestClock, type Harness } from './harness.ts';

const PATH = '/api/v1/nodes';

interface Seen {
  events: string[];
  errors: string[];
  watching: Watch;
}

function watchNodes(
  { transport, clock }: Pick<Harness, 'transport' | 'clock'>,
  overrides: Partial<WatchHandler<Node>> = {},
  options: { silenceMs?: number } = {},
): Seen {
  const events: string[] = [];
  const errors: string[] = [];
  const note = (what: string) => (node: Node) => events.push(`${what} ${node.metadata?.name}`);
  const watching = watch<Node>({
    transport,
    kind: 'Node',
    path: PATH,
    handler: {
      list: () => {
        const listed: (string | undefined)[] = [];
        return {
          take: (nodes) => listed.push(...nodes.map((node) => node.metadata?.name)),
          end: () => events.push(['replace', ...listed].join(' ')),
        };
      },
      added: note('added'),
      modified: note('modified'),
      deleted: note('deleted'),
      ...overrides,
    },
    onError: (error) => errors.push(error.message),
    clock,
    random: () => 0,
    ...options,
  });
  onTestFinished(() => watching.stop());
  return { events, errors, watching };
}

function load({ embedded }: Harness, ...names: string[]): void {
  embedded.store.load(names.map(nodeObject));
}

describe('watch', () => {
  it('lists in pages, then hands over each change', async () => {
    const harness = await startHarness();
    const names = Array.from({ length: 1201 }, (_, index) => `node-${String(index).padStart(4, '0')}`);
    load(harness, ...names);
    const { events, watching } = watchNodes(harness);
    await watching.synced;
    expect(events).toEqual([['replace', ...names].join(' ')]);
    load(harness, 'node-new');
    await expect.poll(() => events.slice(1)).toEqual(['added node-new']);
    // Three pages and a watch.
    expect(harness.requests).toHaveLength(4);
  });

  it('resumes a cut watch without a lost or repeated event', async () => {
    const harness = await startHarness();
    harness.fail(
      'GET',
      /watch=1/,
      { cutAfter: 0 },
      { cutAfter: 3 },
      { cutAfter: 1 },
      { drop: 'request' },
      { cutAfter: 2 },
    );
    const { events, watching } = watchNodes(harness);
    await watching.synced;
    const names = Array.from({ length: 12 }, (_, index) => `node-${index}`);
    for (const name of names) {
      load(harness, name);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => events.length).toBe(13);
    expect(events).toEqual(['replace', ...names.map((name) => `added ${name}`)]);
    // One list, and a watch for each that was cut.
    expect(harness.requests.length).toBeGreaterThan(5);
  });

  it('lists again when the server answers a watch with 410', async () => {
    const harness = await startHarness();
    load(harness, 'node-a');
    harness.fail('GET', /watch=1/, { status: 410 });
    const { events, errors } = watchNodes(harness);
    await expect.poll(() => events).toEqual(['replace node-a', 'replace node-a']);
    load(harness, 'node-b');
    await expect.poll(() => events.at(-1)).toBe('added node-b');
    expect(errors).toEqual([]);
    expect(harness.clock.slept).toEqual([800]);
  });

  it('lists again when a watch ends with an ERROR event of code 410', async () => {
    const harness = await startHarness();
    load(harness, 'node-a');
    harness.fail('GET', /watch=1/, { errorEvent: 410, cutAfter: 1 });
    const { events, errors, watching } = watchNodes(harness);
    await watching.synced;
    load(harness, 'node-b', 'node-c');
    await expect
      .poll(() => events)
      .toEqual(['replace node-a', 'added node-b', 'replace node-a node-b node-c']);
    expect(errors).toEqual([]);
  });

  it('lists again after any other ERROR event, and reports it', async () => {
    const harness = await startHarness();
    harness.fail('GET', /watch=1/, { errorEvent: 500 });
    const { events, errors } = watchNodes(harness);
    await expect.poll(() => events).toEqual(['replace', 'replace']);
    expect(errors).toEqual([`watch ${PATH}: 500: a fault of code 500`]);
  });

  it('resumes from the last bookmark', async () => {
    const versions: (string | null)[] = [];
    const server = createServer((request, response) => {
      const query = new URL(request.url!, 'http://localhost').searchParams;
      response.setHeader('content-type', 'application/json');
      if (!query.has('watch')) {
        response.end(JSON.stringify({ kind: 'NodeList', metadata: { resourceVersion: '5' }, items: null }));
        return;
      }
      versions.push(query.get('resourceVersion'));
      const event = { type: 'BOOKMARK', object: { kind: 'Node', metadata: { resourceVersion: '70' } } };
      if (versions.length === 1) response.end(`${JSON.stringify(event)}\n`);
      else response.flushHeaders();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const transport = new Transport(anonymousCredentials(url));
    onTestFinished(async () => {
      await transport.close();
      server.closeAllConnections();
      server.close();
    });
    const { events } = watchNodes({ transport, clock: new TestClock() });
    await expect.poll(() => versions).toEqual(['5', '70']);
    expect(events).toEqual(['replace']);
  });

  it('lists anew when it is told to, and says how far it is', async () => {
    const harness = await startHarness();
    load(harness, 'a');
    const { events, errors, watching } = watchNodes(harness);
    expect(watching.position).toBeUndefined();
    await watching.synced;
    load(harness, 'b');
    await vi.waitFor(() => expect(events).toEqual(['replace a', 'added b']));
    const { position } = watching;
    watching.listAnew();
    expect(watching.position).toBeUndefined();
    await vi.waitFor(() => expect(events.at(-1)).toBe('replace a b'));
    await vi.waitFor(() => expect(Number(watching.position)).toBeGreaterThanOrEqual(Number(position)));
    load(harness, 'c');
    await vi.waitFor(() => expect(events.at(-1)).toBe('added c'));
    expect(errors).toEqual([]);
  });

  it('lists whole when the snapshot of its pages expires', async () => {
    const harness = await startHarness();
    const names = Array.from({ length: 501 }, (_, index) => `node-${String(index).padStart(4, '0')}`);
    load(harness, ...names);
    harness.fail('GET', /continue=/, { status: 410 });
    const { events, watching } = watchNodes(harness);
    await watching.synced;
    expect(events).toEqual([['replace', ...names].join(' ')]);
  });

  it('goes on trying, ever more slowly, while lists fail, and reports each failure', async () => {
    const harness = await startHarness();
    harness.fail('GET', /limit=/, ...Array(7).fill({ status: 403 }));
    const { errors, watching } = watchNodes(harness);
    await watching.synced;
    expect(errors).toEqual(Array(7).fill(`list ${PATH}: 403: a fault of status 403`));
    expect(harness.clock.slept).toEqual([800, 1600, 3200, 6400, 12800, 25600, 30000]);
  });

  it.each([
    ['<html>welcome</html>', 'status 200'],
    ['', 'status 200'],
    ['{}', 'status 200'],
    [JSON.stringify({ kind: 'Status', status: 'Failure', message: 'no' }), 'no'],
    [JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1' }, items: [] }), 'status 200'],
    [JSON.stringify({ kind: 'NodeList', metadata: {}, items: [] }), 'status 200'],
  ])('takes no answer for an empty list that is none: %s', async (strange, message) => {
    const harness = await startHarness();
    load(harness, 'node-a');
    const { events, errors } = watchNodes(harness);
    await expect.poll(() => events).toEqual(['replace node-a']);
    harness.fail('GET', /watch=1/, { errorEvent: 410 });
    const again = watchNodes(harness);
    harness.fail('GET', /limit=/, { strange });
    await expect.poll(() => again.events).toEqual(['replace node-a', 'replace node-a']);
    expect([errors, again.errors]).toEqual([[], [`list ${PATH}: 200: ${message}`]]);
  });

  it.each([
    ['<html>welcome</html>\n', 'what came is no event of the API server'],
    ['{}\n', 'what came is no event of the API server'],
    [
      '{"type":"DELETED","object":{"metadata":{"name":"node-a"}}}\n',
      'what came is no event of the API server',
    ],
    ['', 'it ended at once, with no event'],
  ])('says that it watches nothing when something else answers: %s', async (strange, message) => {
    const harness = await startHarness();
    load(harness, 'node-a');
    harness.fail('GET', /watch=1/, { strange }, { strange });
    const { events, errors } = watchNodes(harness);
    await expect.poll(() => errors).toEqual(Array(2).fill(`watch ${PATH}: ${message}`));
    load(harness, 'node-b');
    await expect.poll(() => events).toEqual(['replace node-a', 'added node-b']);
  });

  it('waits as long as the server asks for that throttles a watch', async () => {
    const harness = await startHarness();
    load(harness, 'node-a');
    harness.fail('GET', /watch=1/, { status: 429, retryAfterSeconds: 17 }, { status: 429 });
    const { events, watching } = watchNodes(harness);
    await watching.synced;
    await expect.poll(() => harness.clock.slept).toEqual([17_000, 1600]);
    load(harness, 'node-b');
    await expect.poll(() => events).toEqual(['replace node-a', 'added node-b']);
  });

  it('names what it watches when the server says nothing on it, and goes on', async () => {
    const harness = await startHarness();
    load(harness, 'node-a');
    const { events, errors } = watchNodes(harness, {}, { silenceMs: 100 });
    await expect.poll(() => errors[0]).toBe(`watch ${PATH}: nothing came for 0.1 s`);
    load(harness, 'node-b');
    await expect.poll(() => events).toEqual(['replace node-a', 'added node-b']);
  });

  it('reports a handler that throws, and hands over what follows', async () => {
    const harness = await startHarness();
    const { events, errors, watching } = watchNodes(harness, {
      added: (node) => {
        if (node.metadata?.name === 'node-bad') throw new Error('cannot take node-bad');
        events.push(`added ${node.metadata?.name}`);
      },
    });
    await watching.synced;
    load(harness, 'node-bad', 'node-good');
    await expect.poll(() => events).toEqual(['replace', 'added node-good']);
    expect(errors).toEqual(['cannot take node-bad']);
  });

  it('hands nothing over once it is stopped', async () => {
    const harness = await startHarness();
    const { events, errors, watching } = watchNodes(harness);
    await watching.synced;
    await watching.stop();
    load(harness, 'node-late');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([events, errors]).toEqual([['replace'], []]);
  });

  it('rejects what waits for the first list when it is stopped before', async () => {
    const harness = await startHarness();
    harness.fail('GET', /limit=/, { delayMs: 60_000 });
    const { watching } = watchNodes(harness);
    await watching.stop();
    await expect(watching.synced).rejects.toThrow(`the watch of ${PATH} was stopped before its first list`);
  });
});
