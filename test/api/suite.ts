// What src/kube relies on from an API server: one suite, for the embedded API and for a real one.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiObject, Event, Pod } from '../../src/model/types.ts';
import { Binder } from '../../src/kube/binder.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import { parseLean } from '../../src/kube/lean-json.ts';
import { LineDecoder } from '../../src/kube/lines.ts';
import { PodConditionWriter } from '../../src/kube/pod-condition.ts';
import type { PodReference } from '../../src/kube/pod-lookup.ts';
import { watch, type Watch } from '../../src/kube/reflector.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { NODES, OTHER_RESOURCES, PODS, type WatchedResource } from '../../src/kube/resources.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { serverVersion, type Transport } from '../../src/kube/transport.ts';

/** A running API server. Its client may do everything. */
export interface ApiHarness {
  transport: Transport;
  /** Makes the server forget its history of pods, and returns a resourceVersion that is then too old. */
  expire?: () => Promise<string>;
  /** False of a server that sends no bookmarks, as one without a watch cache does not. */
  bookmarks?: boolean;
  stop(): Promise<void>;
}

interface WatchLine {
  type: string;
  object: ApiObject & { code?: number };
}

interface List {
  metadata: { resourceVersion: string; continue?: string };
  items: Pod[];
}

const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';

/** Defines the suite. Each run works in a namespace of its own, and leaves the server's other objects alone. */
export function apiSuite(name: string, start: () => Promise<ApiHarness>): void {
  describe(`API: ${name}`, () => {
    const namespace = `suite-${randomUUID().slice(0, 8)}`;
    const podsPath = `/api/v1/namespaces/${namespace}/pods`;
    let harness: ApiHarness;
    let transport: Transport;

    beforeAll(async () => {
      harness = await start();
      transport = harness.transport;
      await created('/api/v1/namespaces', { metadata: { name: namespace } });
    });

    afterAll(async () => {
      await transport?.request('DELETE', `/api/v1/namespaces/${namespace}`);
      await harness?.stop();
    });

    async function created<T extends ApiObject>(path: string, object: object): Promise<T> {
      const reply = await transport.request('POST', path, object);
      expect(reply).toMatchObject({ status: 201 });
      return reply.body as T;
    }

    function createPod(podName: string, labels: Record<string, string> = {}): Promise<Pod> {
      return created<Pod>(podsPath, podObject(podName, labels));
    }

    async function readPod(podName: string): Promise<Pod> {
      const reply = await transport.request('GET', `${podsPath}/${podName}`);
      expect(reply.status).toBe(200);
      return reply.body as Pod;
    }

    async function list(query: Record<string, string> = {}): Promise<List> {
      const reply = await transport.request('GET', `${podsPath}?${new URLSearchParams(query).toString()}`);
      expect(reply.status).toBe(200);
      return reply.body as List;
    }

    /** A watch's lines, up to the one that `last` accepts, or to the server's end. */
    async function watchLines(
      query: Record<string, string>,
      last: (line: WatchLine) => boolean,
    ): Promise<WatchLine[]> {
      const abort = new AbortController();
      const url = `${podsPath}?${new URLSearchParams({ watch: '1', ...query }).toString()}`;
      const { status, body } = await transport.stream(url, abort.signal);
      if (status !== 200) {
        body.destroy();
        return [{ type: 'ERROR', object: { code: status } }];
      }
      const lines: WatchLine[] = [];
      const decoder = new LineDecoder();
      for await (const chunk of body) {
        decoder.push(chunk as Buffer, (line) => lines.push(parseLean(line) as WatchLine));
        const end = lines.findIndex(last);
        if (end >= 0) return lines.slice(0, end + 1);
      }
      return lines;
    }

    it('says its version', async () => {
      expect(await serverVersion(transport)).toMatch(/^v1\.\d+/);
    });

    it('lists every resource that the scheduler watches', async () => {
      const resources: readonly WatchedResource[] = [NODES, PODS, ...OTHER_RESOURCES, ...inTree.objects];
      for (const { path, kind, query: fields } of resources) {
        const query = fields === undefined ? '' : `?${new URLSearchParams(fields).toString()}`;
        const reply = await transport.request('GET', path + query);
        expect(reply).toMatchObject({ status: 200, body: { kind: `${kind}List` } });
      }
    });

    it('answers failures with a Status', async () => {
      const missing = await transport.request('GET', `${podsPath}/missing`);
      expect(missing).toMatchObject({ status: 404, body: { kind: 'Status', reason: 'NotFound', code: 404 } });
      await createPod('twice');
      const again = await transport.request('POST', podsPath, podObject('twice'));
      expect(again).toMatchObject({ status: 409, body: { kind: 'Status', reason: 'AlreadyExists' } });
      const nowhere = await transport.request(
        'POST',
        '/api/v1/namespaces/no-such-namespace/pods',
        podObject('p'),
      );
      expect(nowhere.status).toBe(404);
    });

    it('pages through one snapshot of a list', async () => {
      const labels = { test: 'pages' };
      for (const index of [1, 2, 3, 4, 5]) await createPod(`page-${index}`, labels);
      const query = { labelSelector: 'test=pages', limit: '2' };
      const first = await list(query);
      await createPod('page-0', labels);
      const second = await list({ ...query, continue: first.metadata.continue! });
      const third = await list({ ...query, continue: second.metadata.continue! });
      const names = [first, second, third].map(({ items }) => items.map((pod) => pod.metadata?.name));
      expect(names).toEqual([['page-1', 'page-2'], ['page-3', 'page-4'], ['page-5']]);
      expect(third.metadata.continue ?? '').toBe('');
      expect(third.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('selects by labels and fields', async () => {
      await createPod('select-a', { test: 'select', tier: 'web' });
      await createPod('select-b', { test: 'select', tier: 'db' });
      await createPod('select-c', { test: 'select' });
      const selected = async (labelSelector: string, fieldSelector = '') => {
        const { items } = await list({ labelSelector: `test=select,${labelSelector}`, fieldSelector });
        return items.map((pod) => pod.metadata!.name!.slice(-1)).join('');
      };
      expect(await selected('tier=web')).toBe('a');
      expect(await selected('tier!=web')).toBe('bc');
      expect(await selected('tier in (web, db)')).toBe('ab');
      expect(await selected('tier notin (web)')).toBe('bc');
      expect(await selected('tier')).toBe('ab');
      expect(await selected('!tier')).toBe('c');
      expect(await selected('test', 'metadata.name=select-b')).toBe('b');
      expect(await selected('test', 'spec.nodeName=')).toBe('abc');
      expect(await selected('test', 'spec.schedulerName!=default-scheduler')).toBe('');
      expect(await selected('test', 'status.phase=Pending,metadata.name!=select-a')).toBe('bc');
    });

    it('refuses a write on top of a version that has passed', async () => {
      const old = await createPod('stale');
      await patched(transport, `${podsPath}/stale`, { metadata: { labels: { a: '1' } } }, MERGE);
      const reply = await transport.request('PUT', `${podsPath}/stale`, old);
      expect(reply).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
    });

    it('applies merge and strategic merge patches', async () => {
      await createPod('patch', { keep: '1', drop: '1' });
      await patched(
        transport,
        `${podsPath}/patch`,
        { metadata: { labels: { drop: null, add: '1' } } },
        MERGE,
      );
      expect((await readPod('patch')).metadata?.labels).toEqual({ keep: '1', add: '1' });
      for (const type of ['One', 'Two']) {
        const condition = { type, status: 'True' };
        await patched(
          transport,
          `${podsPath}/patch/status`,
          { status: { conditions: [condition] } },
          STRATEGIC,
        );
      }
      const conditions = (await readPod('patch')).status?.conditions ?? [];
      expect(conditions.map(({ type }) => type)).toEqual(expect.arrayContaining(['One', 'Two']));
    });

    it('tells a watcher of each change, in order', async () => {
      const seen: string[] = [];
      const watching = watchPods(transport, podsPath, { labelSelector: 'test=watch' }, seen);
      await watching.synced;
      await createPod('watched', { test: 'watch' });
      await patched(transport, `${podsPath}/watched`, { metadata: { annotations: { a: '1' } } }, MERGE);
      await transport.request('DELETE', `${podsPath}/watched?gracePeriodSeconds=0`);
      // A server may tell of a deletion's beginning as well as of its end.
      const steps = () => seen.filter((step, index) => step !== seen[index - 1]);
      await expect
        .poll(steps, POLL)
        .toEqual(['replace', 'added watched', 'modified watched', 'deleted watched']);
      await watching.stop();
    });

    it('tells a watcher of objects that enter and leave its selection', async () => {
      const seen: string[] = [];
      const query = {
        fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
        labelSelector: 'test=phase',
      };
      const watching = watchPods(transport, podsPath, query, seen);
      await watching.synced;
      await createPod('phases', {});
      await patched(transport, `${podsPath}/phases`, { metadata: { labels: { test: 'phase' } } }, MERGE);
      await patched(transport, `${podsPath}/phases/status`, { status: { phase: 'Succeeded' } }, MERGE);
      await expect.poll(() => seen, POLL).toEqual(['replace', 'added phases', 'deleted phases']);
      await watching.stop();
    });

    it('resumes a watch from a resourceVersion, without a lost or repeated event', async () => {
      const { metadata } = await createPod('resume-1', { test: 'resume' });
      await createPod('resume-2', { test: 'resume' });
      await createPod('resume-3', { test: 'resume' });
      const query = { labelSelector: 'test=resume', resourceVersion: metadata!.resourceVersion! };
      const lines = await watchLines(query, ({ object }) => object.metadata?.name === 'resume-3');
      expect(lines.map(({ type, object }) => [type, object.metadata?.name])).toEqual([
        ['ADDED', 'resume-2'],
        ['ADDED', 'resume-3'],
      ]);
      const versions = lines.map(({ object }) => Number(object.metadata?.resourceVersion));
      expect(versions[1]).toBeGreaterThan(versions[0]!);
    });

    it(
      'sends a bookmark before a watch ends by its timeout (skipped without a watch cache: it has none)',
      {
        timeout: 20_000,
      },
      async ({ skip }) => {
        if (harness.bookmarks === false) return skip();
        const { metadata } = await list();
        const query = { labelSelector: 'test=none', allowWatchBookmarks: 'true', timeoutSeconds: '5' };
        const [lines, beside] = await Promise.all([
          watchLines({ resourceVersion: metadata.resourceVersion, ...query }, () => false),
          // The watch does not select this change, but it has to be moved past it.
          delay(1000).then(() => createPod('beside')),
        ]);
        expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['BOOKMARK']));
        const bookmark = Number(lines.at(-1)?.object.metadata?.resourceVersion);
        expect(bookmark).toBeGreaterThanOrEqual(Number(beside.metadata?.resourceVersion));
      },
    );

    it('ends a watch from a forgotten resourceVersion with 410 (skipped with a watch cache: it forgets none)', async ({
      skip,
    }) => {
      if (harness.expire === undefined) return skip();
      const resourceVersion = await harness.expire();
      const [line] = await watchLines({ resourceVersion }, () => true);
      expect(line).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    });

    it('binds a pod once', async () => {
      const binder = new Binder({ transport });
      const pod = reference(await createPod('bind'));
      expect(await binder.bind(pod, 'node-a')).toEqual({ type: 'bound' });
      const bound = await readPod('bind');
      expect(bound.spec?.nodeName).toBe('node-a');
      expect(bound.status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
      );
      expect(await binder.bind(pod, 'node-b')).toMatchObject({ type: 'conflict', node: 'node-a' });
      expect(await binder.bind(pod, 'node-a')).toMatchObject({ type: 'conflict', node: 'node-a' });
      expect((await readPod('bind')).spec?.nodeName).toBe('node-a');
    });

    it('binds no pod that is gone, was replaced, or is gated', async () => {
      const binder = new Binder({ transport });
      const missing = { namespace, name: 'never-was', uid: randomUUID() };
      expect(await binder.bind(missing, 'node-a')).toMatchObject({ type: 'gone' });
      const pod = reference(await createPod('replaced'));
      expect(await binder.bind({ ...pod, uid: randomUUID() }, 'node-a')).toMatchObject({ type: 'gone' });
      const gated = podObject('gated');
      const gatedPod = await created<Pod>(podsPath, {
        ...gated,
        spec: { ...gated.spec, schedulingGates: [{ name: 'example.com/wait' }] },
      });
      expect(await binder.bind(reference(gatedPod), 'node-a')).toMatchObject({ type: 'conflict' });
      expect((await readPod('replaced')).spec?.nodeName ?? '').toBe('');
    });

    it('keeps events in both of their versions, and repeated ones as a series', async () => {
      const errors: Error[] = [];
      const recorder = new EventRecorder({
        transport,
        onError: (error) => errors.push(error),
        host: 'host-1',
      });
      const pod = await createPod('eventful');
      recorder.failedScheduling(pod, '0/1 nodes are available: 1 Insufficient cpu.');
      await recorder.idle();
      recorder.failedScheduling(pod, '0/1 nodes are available: 1 Insufficient cpu.');
      recorder.scheduled(pod, 'node-a');
      await recorder.idle();
      await recorder.stop();
      expect(errors).toEqual([]);
      expect(recorder.counts).toEqual({ sent: 3, dropped: 0, failed: 0 });

      const query = new URLSearchParams({ fieldSelector: 'involvedObject.name=eventful' });
      const core = await transport.request(
        'GET',
        `/api/v1/namespaces/${namespace}/events?${query.toString()}`,
      );
      const events = (core.body as { items: Event[] }).items;
      const scheduled = events.find(({ reason }) => reason === 'Scheduled');
      expect(scheduled).toMatchObject({
        type: 'Normal',
        action: 'Binding',
        message: `Successfully assigned ${namespace}/eventful to node-a`,
        involvedObject: { kind: 'Pod', namespace, name: 'eventful', uid: pod.metadata?.uid },
        reportingComponent: 'default-scheduler',
        reportingInstance: 'default-scheduler-host-1',
      });
      expect(events).toHaveLength(2);
      const failed = events.find(({ reason }) => reason === 'FailedScheduling');
      const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${failed?.metadata?.name}`;
      expect((await transport.request('GET', path)).body).toMatchObject({
        type: 'Warning',
        note: '0/1 nodes are available: 1 Insufficient cpu.',
        series: { count: 2 },
      });
    });

    it('takes the condition of an unschedulable pod, which a binding then turns', async () => {
      const errors: Error[] = [];
      const writer = new PodConditionWriter({ transport, onError: (error) => errors.push(error) });
      const verdict = { reason: 'Unschedulable', message: '0/1 nodes are available.' } as const;
      const pod = await createPod('unschedulable');
      writer.unscheduled(pod, verdict);
      await writer.idle();
      const marked = await readPod('unschedulable');
      const condition = marked.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      expect(condition).toMatchObject({ status: 'False', ...verdict });
      writer.unscheduled(marked, verdict);
      await writer.idle();
      expect(writer.counts).toEqual({ sent: 1, dropped: 0, failed: 0 });
      await new Binder({ transport }).bind(reference(pod), 'node-a');
      const conditions = (await readPod('unschedulable')).status?.conditions ?? [];
      expect(conditions.filter(({ type }) => type === 'PodScheduled')).toMatchObject([{ status: 'True' }]);
      expect(errors).toEqual([]);
    });

    it('does not put the condition of a pod on another one of its name', async () => {
      const errors: Error[] = [];
      const writer = new PodConditionWriter({ transport, onError: (error) => errors.push(error) });
      const pod = await createPod('successor');
      const old = { ...pod, metadata: { ...pod.metadata, uid: randomUUID() } };
      writer.unscheduled(old, { reason: 'Unschedulable', message: 'of the predecessor' });
      await writer.idle();
      const conditions = (await readPod('successor')).status?.conditions ?? [];
      expect(conditions.filter(({ type }) => type === 'PodScheduled')).toEqual([]);
    });
  });
}

const POLL = { timeout: 10_000 };

function podObject(name: string, labels: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [{ name: 'main', image: 'example.com/main:1' }] },
  };
}

function reference({ metadata }: Pod): PodReference {
  return { namespace: metadata!.namespace!, name: metadata!.name!, uid: metadata!.uid! };
}

async function patched(
  transport: Transport,
  path: string,
  patch: object,
  contentType: string,
): Promise<Reply> {
  const reply = await transport.request('PATCH', path, patch, { contentType });
  expect(reply).toMatchObject({ status: 200 });
  return reply;
}

function watchPods(transport: Transport, path: string, query: Record<string, string>, seen: string[]): Watch {
  const note = (what: string) => (pod: Pod) => seen.push(`${what} ${pod.metadata?.name}`);
  return watch<Pod>({
    transport,
    kind: 'Pod',
    path,
    query,
    handler: {
      list: () => {
        const listed: (string | undefined)[] = [];
        return {
          take: (pods) => listed.push(...pods.map((pod) => pod.metadata?.name)),
          end: () => seen.push(['replace', ...listed].join(' ')),
        };
      },
      added: note('added'),
      modified: note('modified'),
      deleted: note('deleted'),
    },
    onError: (error) => seen.push(error.message),
  });
}
