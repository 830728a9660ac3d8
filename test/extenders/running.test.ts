// Extenders on the running scheduler: what they are asked, what their answers do, and what happens when they fail.
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/config/types.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import { eventually, node, pod, startScheduler, type Running } from '../run/fixtures.ts';
import { leaves, serveExtender, type Question } from './extender.ts';

const GPU = 'example.com/gpu';
const NODES = ['a', 'b', 'c'].map((name) => node(name, { cpu: '4', extra: { [GPU]: '4' } }));
const managed = { managedResources: [{ name: GPU }] };

function withExtenders(...extenders: object[]): Configuration {
  return configurationOf(fileOf(extenders), 'extenders');
}

function fileOf(extenders: object[]) {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    extenders: extenders.map((extender) => ({ nodeCacheCapable: true, httpTimeout: '20s', ...extender })),
  };
}

/** A pod that asks for what the extender manages. */
function gpuPod(name: string) {
  const waiting = pod(name, { cpu: '1' });
  waiting.spec!.containers[0]!.resources!.requests![GPU] = '1';
  return waiting;
}

const asked = (questions: readonly Question[], verb: string) =>
  questions.filter((question) => question.verb === verb);
const verdict = (running: Running, name: string) => running.condition(name)?.message;

describe('the filter of an extender', () => {
  it('is asked about the nodes that are left, and takes its share of them away', async () => {
    const extender = await serveExtender(() => leaves(['c']));
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter' }),
      objects: [...NODES, node('small', { cpu: '100m' }), pod('one', { cpu: '1' })],
    });
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('c');
    expect(extender.questions).toHaveLength(1);
    expect(extender.questions[0]!.nodes.sort()).toEqual(['a', 'b', 'c']);
    expect(extender.questions[0]!.pod?.metadata?.name).toBe('one');
  });

  it('gives its reasons in the message, beside those of the plugins', async () => {
    const extender = await serveExtender(() =>
      leaves([], { a: 'no licence', b: 'no licence' }, { c: 'wrong rack' }),
    );
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter' }),
      objects: [...NODES, node('small', { cpu: '100m' }), pod('one', { cpu: '1' })],
    });
    await running.waits('one');
    expect(verdict(running, 'one')).toContain(
      '0/4 nodes are available: 1 Insufficient cpu, 1 wrong rack, 2 no licence.',
    );
    expect(await running.metric('scheduler_unschedulable_pods', { plugin: 'Extender' })).toBe(1);

    // whatever happens may have changed its mind
    extender.answer = () => leaves(['b']);
    running.update(node('small', { cpu: '100m', labels: { new: 'yes' } }));
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('b');
  });

  it('is not asked when no node is left, nor about pods that do not ask for what it manages', async () => {
    const extender = await serveExtender(({ nodes }) => leaves(nodes));
    const huge = gpuPod('huge');
    huge.spec!.containers[0]!.resources!.requests!['cpu'] = '64';
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter', ...managed }),
      objects: [...NODES, huge, pod('plain', { cpu: '1' }), gpuPod('gpu')],
    });
    await running.bound('plain', 'gpu');
    await running.waits('huge');
    expect(extender.questions.map((question) => question.pod?.metadata?.name)).toEqual(['gpu']);
  });

  it('is asked about each pod by itself, one after another, with what the earlier ones took gone', async () => {
    const running = await startScheduler({
      configuration: withExtenders({
        urlPrefix: (await serveExtender(({ nodes }) => leaves(nodes))).url,
        filterVerb: 'filter',
      }),
      objects: ['a', 'b', 'c'].map((name) => node(name, { pods: '1' })),
    });
    running.store.load(['one', 'two', 'three'].map((name) => pod(name)));
    await running.bound('one', 'two', 'three');
    expect(running.podsByNode()).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('loses none of a class that its pods share because the configuration leaves the rule out of it', async () => {
    let answer!: () => void;
    const extender = await serveExtender(
      ({ nodes }) => new Promise((resolve) => (answer = () => resolve(leaves(nodes)))),
    );
    const args = { features: ['general', 'resources'] };
    const file = {
      ...fileOf([{ urlPrefix: extender.url, filterVerb: 'filter' }]),
      profiles: [
        { schedulerName: 'default-scheduler', pluginConfig: [{ name: 'EquivalenceClasses', args }] },
      ],
    };
    const running = await startScheduler({
      configuration: configurationOf(file, 'extenders'),
      objects: [...NODES, pod('answered', { cpu: '1' })],
    });
    await eventually(() => expect(extender.questions).toHaveLength(1));
    running.scheduler.pause();
    answer();
    running.store.load([pod('new', { cpu: '1' })]);
    await eventually(() => {
      const active = running.scheduler.queue(10).filter(({ queue }) => queue === 'active');
      expect(active).toHaveLength(2);
    });
    extender.answer = ({ nodes }) => leaves(nodes);
    running.scheduler.resume();
    await running.bound('answered', 'new');
    expect(extender.questions).toHaveLength(2);
  });

  it('is sent whole nodes when it has no cache of its own', async () => {
    const extender = await serveExtender(({ body }) => ({
      json: { Nodes: { items: [body['Nodes'].items.find((item: any) => item.metadata.name === 'b')] } },
    }));
    const running = await startScheduler({
      configuration: withExtenders({
        urlPrefix: extender.url,
        filterVerb: 'filter',
        nodeCacheCapable: false,
      }),
      objects: [...NODES, pod('one')],
    });
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('b');
    expect(extender.questions[0]!.body['NodeNames']).toBeNull();
    expect(extender.questions[0]!.body['Nodes'].items[0].status.allocatable.cpu).toBe('4');
  });

  it('of several extenders narrows what the next one is asked about; those that may fail come last', async () => {
    const first = await serveExtender(() => leaves(['a', 'b']));
    const second = await serveExtender(() => leaves(['b']));
    const running = await startScheduler({
      configuration: withExtenders(
        { urlPrefix: second.url, filterVerb: 'filter', ignorable: true },
        { urlPrefix: first.url, filterVerb: 'filter' },
      ),
      objects: [...NODES, pod('one')],
    });
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('b');
    expect(second.questions[0]!.nodes.sort()).toEqual(['a', 'b']);
  });
});

describe('the scores of an extender', () => {
  it("count ten times their weight beside the plugins'", async () => {
    const extender = await serveExtender(() => ({
      json: [
        { Host: 'a', Score: 0 },
        { Host: 'b', Score: 10 },
        { host: 'c', score: 9 },
      ],
    }));
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, prioritizeVerb: 'prioritize', weight: 5 }),
      // without the extender the empty nodes a and c would be better
      objects: [...NODES, pod('there', { cpu: '3', spec: { nodeName: 'b' } }), pod('one', { cpu: '1' })],
    });
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('b');
  });

  it('are done without when it fails', async () => {
    const extender = await serveExtender(() => ({ json: [{ Host: 'a', Score: 'much' }] }));
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, prioritizeVerb: 'prioritize', weight: 1 }),
      objects: [...NODES, pod('one')],
    });
    await running.bound('one');
    expect(running.logged('an extender was passed over')).toEqual([
      {
        extender: extender.url,
        error: `extender ${extender.url}: the answer to prioritize cannot be understood`,
      },
    ]);
  });

  it('are not asked for when one node is left', async () => {
    const extender = await serveExtender(() => leaves(['b']));
    const verbs = { filterVerb: 'filter', prioritizeVerb: 'prioritize', weight: 1 };
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, ...verbs }),
      objects: [...NODES, pod('one')],
    });
    await running.bound('one');
    expect(asked(extender.questions, 'prioritize')).toEqual([]);
  });
});

describe('an extender that fails', () => {
  it.each([
    ['answers nonsense', { text: 'well, well' }, 'the answer to filter cannot be understood'],
    ['answers a list', { json: [] }, 'the answer to filter cannot be understood'],
    ['answers with an error', { json: { Error: 'out of order' } }, 'out of order'],
    ['answers 500', { text: '', status: 500 }, 'failed filter with extender at URL'],
    ['leaves a node that it was not asked about', leaves(['z']), 'claims a filtered node "z"'],
  ])('and %s has its pod wait with a message, and all others go on', async (_, answer, message) => {
    const extender = await serveExtender(() => answer);
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter', ...managed }),
      objects: [...NODES, gpuPod('gpu'), pod('plain')],
    });
    await running.bound('plain');
    await eventually(() => {
      expect(running.condition('gpu')).toMatchObject({ status: 'False', reason: 'SchedulerError' });
    });
    expect(verdict(running, 'gpu')).toContain(message);
    expect(running.messages('gpu', 'FailedScheduling')[0]).toContain(message);
    // it is tried again, and bound once the extender has come to its senses
    extender.answer = ({ nodes }) => leaves(nodes);
    await running.bound('gpu');
  });

  it('and hangs holds up only the pods that it must be asked about', async () => {
    const extender = await serveExtender(() => undefined);
    const running = await startScheduler({
      configuration: withExtenders({
        urlPrefix: extender.url,
        filterVerb: 'filter',
        httpTimeout: '300ms',
        ...managed,
      }),
      objects: [...NODES, gpuPod('gpu')],
    });
    await eventually(() => {
      expect(extender.questions).toHaveLength(1);
    });
    running.store.load([pod('plain')]);
    await running.bound('plain');
    await eventually(() => {
      expect(verdict(running, 'gpu')).toBe(`extender ${extender.url} did not answer filter within 0.3s`);
    });
    extender.answer = ({ nodes }) => leaves(nodes);
    await running.bound('gpu');
  });

  it('is passed over when it may be', async () => {
    const extender = await serveExtender(() => ({ text: '', status: 503 }));
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter', ignorable: true }),
      objects: [...NODES, pod('one')],
    });
    await running.bound('one');
    expect(running.logged('an extender was passed over')).toEqual([
      {
        extender: extender.url,
        error: `failed filter with extender at URL ${extender.url}/filter, code 503`,
      },
    ]);
  });

  it('never has its credentials told', async () => {
    const extender = await serveExtender(() => ({ text: '', status: 401 }));
    const secret = extender.url.replace('http://', 'http://user:hunter2@');
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: secret, filterVerb: 'filter' }),
      objects: [...NODES, pod('one')],
    });
    await eventually(() => {
      expect(verdict(running, 'one')).toContain('code 401');
    });
    const told = [
      running.log,
      running.scheduler.configuration(),
      running.store.collection('events').sorted(),
    ];
    expect(JSON.stringify(told)).not.toContain('hunter2');
    expect(verdict(running, 'one')).not.toContain('hunter2');
  });
});

describe('pods that are asked about', () => {
  it('and are deleted meanwhile leave the others their turn', async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const extender = await serveExtender(async ({ pod: one, nodes }) => {
      if (one?.metadata?.name === 'gone') await held;
      return leaves(nodes);
    });
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter' }),
      objects: [...NODES, pod('gone')],
    });
    await eventually(() => {
      expect(extender.questions).toHaveLength(1);
    });
    running.store.load([pod('next')]);
    running.delete(pod('gone'));
    await eventually(() => {
      expect(running.scheduler.queue(10).map(({ key }) => key)).toEqual(['ns/next']);
    });
    release();
    await running.bound('next');
    expect(running.bindingsSent('gone')).toBe(0);
  });

  it('and are changed meanwhile are asked about anew', async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const extender = await serveExtender(async ({ pod: one, nodes }) => {
      if (one?.spec?.nodeSelector === undefined) await held;
      return leaves(nodes);
    });
    const running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, filterVerb: 'filter', ...managed }),
      objects: [
        node('a', { labels: { disk: 'fast' }, extra: { [GPU]: '1' } }),
        node('b', { extra: { [GPU]: '1' } }),
        gpuPod('one'),
      ],
    });
    await eventually(() => {
      expect(extender.questions).toHaveLength(1);
    });
    const changed = gpuPod('one');
    changed.spec!.nodeSelector = { disk: 'fast' };
    running.update(changed);
    // a pod that comes after shows that the change was seen
    running.store.load([pod('plain')]);
    await running.bound('plain');
    release();
    await running.bound('one');
    expect(running.nodeOf('one')).toBe('a');
    expect(extender.questions.at(-1).nodes).toEqual(['a']);
  });
});

describe('an extender that binds', () => {
  it('is left to bind the pods that concern it, and no others', async () => {
    const extender = await serveExtender(({ body }) => {
      const { PodName, PodNamespace, Node } = body as Record<string, string>;
      const waiting = running.pod(PodName!)!;
      running.update({ ...waiting, spec: { ...waiting.spec!, nodeName: Node! } });
      expect(PodNamespace).toBe('ns');
      return { json: {} };
    });
    const running: Running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, bindVerb: 'bind', ...managed }),
      objects: [...NODES],
    });
    running.store.load([gpuPod('gpu'), pod('plain')]);
    await running.bound('gpu', 'plain');
    expect(extender.questions.map(({ verb, body }) => [verb, body['PodName'], body['PodUID']])).toEqual([
      ['bind', 'gpu', 'uid-gpu'],
    ]);
    expect([running.bindingsSent('gpu'), running.bindingsSent('plain')]).toEqual([0, 1]);
    await eventually(() => {
      expect(running.messages('gpu', 'Scheduled')).toHaveLength(1);
    });
  });

  it('and fails has the pod tried again', async () => {
    let failures = 0;
    const extender = await serveExtender(({ body }) => {
      if (failures++ === 0) return { json: { Error: 'not now' } };
      const waiting = running.pod(body['PodName'])!;
      running.update({ ...waiting, spec: { ...waiting.spec!, nodeName: body['Node'] } });
      return { json: {} };
    });
    const running: Running = await startScheduler({
      configuration: withExtenders({ urlPrefix: extender.url, bindVerb: 'bind' }),
      objects: [...NODES],
    });
    running.store.load([pod('one')]);
    await running.bound('one');
    expect(failures).toBe(2);
    expect(running.messages('one', 'FailedScheduling').join()).toContain('not now');
  });
});
