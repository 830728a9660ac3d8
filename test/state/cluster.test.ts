// The state that is scheduled on, event by event.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { node, nodesByPod, on, pod, newHarness, service } from '../cycle/fixtures.ts';
import { packedBuckets, packedNodes } from './packed.ts';

const cpuOn = (harness: ReturnType<typeof newHarness>, name: string) =>
  packedNodes(harness.cluster)[name]!.used['cpu'];

const asking = (requests: Record<string, string>) => ({
  containers: [{ name: 'main', resources: { requests } }],
});

describe('nodes and their pods', () => {
  test('a node that goes and comes again has its pods again', () => {
    const harness = newHarness({
      nodes: [node('a'), node('b')],
      pods: [on('a', pod('one', { cpu: '1', ports: [80] }))],
    });
    const before = packedNodes(harness.cluster);
    harness.cluster.removeNode('a');
    expect(Object.keys(packedNodes(harness.cluster))).toEqual(['b']);
    expect(harness.cluster.podCount).toBe(1);
    harness.cluster.setNode(node('a'));
    expect(packedNodes(harness.cluster)).toEqual(before);
  });

  test("the row of a node that went has nothing left for the next node's", () => {
    const shape = {
      labels: { disk: 'ssd' },
      taints: [{ key: 'x', effect: 'NoSchedule' }],
      unschedulable: true,
    };
    const harness = newHarness({
      nodes: [node('old', { ...shape, extra: { 'example.com/gpu': '4' } })],
      pods: [on('old', pod('one', { cpu: '1', ports: [80] }))],
    });
    harness.cluster.removeNode('old');
    harness.cluster.setNode(node('new'));
    expect(packedNodes(harness.cluster)).toEqual(packedNodes(newHarness({ nodes: [node('new')] }).cluster));
  });

  test('a pod that is seen before its node counts once the node is there', () => {
    const harness = newHarness({ pods: [on('late', pod('one', { cpu: '1500m' }))] });
    expect(harness.cluster.pod('ns/one')!.row).toBeUndefined();
    harness.cluster.setNode(node('late'));
    expect(cpuOn(harness, 'late')).toBe(1500);
  });

  test('a pod that goes before its node comes does not count', () => {
    const harness = newHarness({ pods: [on('late', pod('one', { cpu: '1500m' }))] });
    harness.cluster.removePod('ns/one');
    harness.cluster.setNode(node('late'));
    expect(cpuOn(harness, 'late')).toBe(0);
    expect(harness.cluster.podCount).toBe(0);
  });

  test('many nodes move no values when the columns grow', () => {
    const harness = newHarness({
      nodes: [node('first', { cpu: '3' })],
      pods: [on('first', pod('one', { cpu: '1' }))],
    });
    for (let n = 0; n < 300; n++) harness.cluster.setNode(node(`n${n}`, { cpu: '5' }));
    const packed = packedNodes(harness.cluster);
    expect(Object.keys(packed)).toHaveLength(301);
    expect(packed['first']).toMatchObject({ allocatable: { cpu: 3000 }, used: { cpu: 1000, pods: 1 } });
    expect(packed['n299']).toMatchObject({ allocatable: { cpu: 5000 }, used: { cpu: 0, pods: 0 } });
  });

  test('a node that offers more than can be counted exactly is passed over by name, by pods that ask for it or score it', () => {
    const harness = newHarness({
      nodes: [node('big', { extra: { 'example.com/bytes': '100T' } }), node('small', { cpu: '1' })],
    });
    harness.submit(pod('without', { cpu: '4' }), pod('with', { spec: asking({ 'example.com/bytes': '1' }) }));
    expect(nodesByPod(harness.run())).toEqual({ without: 'big' });
    const reasons = [
      '1 Insufficient example.com/bytes',
      '1 node big offers more example.com/bytes than can be counted exactly',
    ];
    expect(harness.queue.snapshot(9).map(({ reason }) => reason)).toContain(
      `0/2 nodes are available: ${reasons.join(', ')}.`,
    );
    // every pod's score reads memory
    harness.cluster.setNode(node('big', { memory: '100Pi' }));
    harness.submit(pod('again', { cpu: '2' }));
    expect(nodesByPod(harness.run())).toEqual({});
    harness.cluster.setNode(node('big'));
    harness.submit(pod('at-last', { cpu: '2' }));
    expect(nodesByPod(harness.run())).toMatchObject({ 'at-last': 'big' });
  });

  test('a node that is closed takes no pods, but has those that it has, until it is set again', () => {
    const harness = newHarness({
      nodes: [node('a'), node('b', { cpu: '1' })],
      pods: [on('a', pod('one', { cpu: '1' }))],
    });
    harness.submit(pod('before', { cpu: '2' }));
    expect(nodesByPod(harness.run())).toEqual({ before: 'a' });
    harness.cluster.nodes.closeNode('a');
    harness.submit(pod('while', { cpu: '2' }));
    const [outcome] = harness.run();
    expect(outcome).toMatchObject({
      placed: [],
      refusal: {
        message: "0/2 nodes are available: 1 Insufficient cpu, 1 node a's last update was refused.",
        plugins: ['NodeResourcesFit', 'NodeUnschedulable'],
      },
    });
    expect(cpuOn(harness, 'a')).toBe(3000);
    expect(harness.cluster.setNode(node('a'))).toEqual({ added: false, changed: true, resized: false });
    harness.submit(pod('after', { cpu: '2' }));
    expect(nodesByPod(harness.run())).toEqual({ after: 'a' });
  });

  test('nodes that are left out take no pods, those that come later included, until it is said anew', () => {
    const harness = newHarness({ nodes: [node('a'), node('b')], pods: [on('b', pod('one', { cpu: '1' }))] });
    const { nodes } = harness.cluster;
    nodes.leaveOut((name) => name !== 'a');
    harness.cluster.setNode(node('c', { cpu: '16' }));
    harness.submit(pod('small', { cpu: '6' }), pod('large', { cpu: '16' }));
    const outcomes = harness.run();
    expect(nodesByPod(outcomes)).toEqual({ small: 'a' });
    const [refusal] = outcomes.flatMap((outcome) => outcome.refusal ?? []);
    expect(refusal?.message).toBe(
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were another replica's.",
    );
    expect(cpuOn(harness, 'b')).toBe(1000);
    harness.cluster.removeNode('b');
    harness.cluster.setNode(node('d', { cpu: '1' }));
    expect(nodes.outsideRows.size).toBe(2);
    nodes.leaveOut(() => false);
    harness.submit(pod('later', { cpu: '16' }));
    expect(nodesByPod(harness.run())).toMatchObject({ later: 'c' });
  });

  test('a smaller node says that it was resized, one with another label that it changed, the same one nothing', () => {
    const harness = newHarness({ nodes: [node('a')] });
    const { version } = harness.cluster;
    expect(harness.cluster.setNode(node('a'))).toEqual({ added: false, changed: false, resized: false });
    expect(harness.cluster.setNode(node('a', { cpu: '4' }))).toEqual({
      added: false,
      changed: false,
      resized: true,
    });
    expect(harness.cluster.version).toBe(version);
    expect(harness.cluster.setNode(node('a', { cpu: '4', labels: { x: 'y' } }))).toEqual({
      added: false,
      changed: true,
      resized: false,
    });
    expect(harness.cluster.version).toBeGreaterThan(version);
  });
});

describe('assumed pods', () => {
  const waiting = pod('one', { cpu: '1', labels: { app: 'web' }, ports: [80] });
  const assumed = () => {
    const harness = newHarness({ nodes: [node('a'), node('b')], objects: [service('web', { app: 'web' })] });
    harness.cluster.assume(waiting, harness.cluster.nodes.rowOf('a')!, false);
    return harness;
  };

  test('one that is confirmed counts once', () => {
    const harness = assumed();
    const packed = packedNodes(harness.cluster);
    expect(packed['a']).toMatchObject({ used: { cpu: 1000, pods: 1 }, ports: ['0.0.0.0/TCP/80'] });
    const { changed, before } = harness.cluster.setPod(on('a', waiting));
    expect({ changed, assumed: before!.assumed }).toEqual({ changed: false, assumed: true });
    expect(packedNodes(harness.cluster)).toEqual(packed);
    expect(harness.cluster.pod('ns/one')!.assumed).toBe(false);
  });

  test('what one asks for is not worked out again when it is confirmed, unless it asks for something else', () => {
    const usages = (told: Pod) => {
      const { cluster } = assumed();
      const before = cluster.pod('ns/one')!.usage;
      cluster.setPod(on('a', told));
      return { before, after: cluster.pod('ns/one')!.usage };
    };
    const shape = { cpu: '1', labels: { app: 'web' }, ports: [80] };
    const same = usages(pod('one', shape));
    expect(same.after).toBe(same.before);
    const labelled = usages(pod('one', { ...shape, labels: { app: 'web', zone: 'z' } }));
    expect(labelled.after).toBe(labelled.before);
    expect(usages(pod('one', { ...shape, cpu: '2' })).after.requests.get('cpu')).toBe(2000);
  });

  test('one that is deleted after it was confirmed leaves nothing', () => {
    const harness = assumed();
    harness.cluster.setPod(on('a', waiting));
    harness.cluster.removePod('ns/one');
    expect(packedNodes(harness.cluster)['a']).toMatchObject({ used: { cpu: 0, pods: 0 }, ports: [] });
    expect(packedBuckets(harness.cluster)).toEqual([]);
  });

  test('one that is forgotten leaves nothing', () => {
    const harness = assumed();
    harness.cluster.removePod('ns/one');
    expect(packedNodes(harness.cluster)).toEqual(
      packedNodes(newHarness({ nodes: [node('a'), node('b')] }).cluster),
    );
    expect(packedBuckets(harness.cluster)).toEqual([]);
  });

  test('one that was bound to another node after all counts there only', () => {
    const harness = assumed();
    expect(harness.cluster.setPod(on('b', waiting)).changed).toBe(true);
    const packed = packedNodes(harness.cluster);
    expect([packed['a']!.used['cpu'], packed['b']!.used['cpu']]).toEqual([0, 1000]);
    expect([packed['a']!.ports, packed['b']!.ports]).toEqual([[], ['0.0.0.0/TCP/80']]);
  });

  test('one of the same name and another uid is not dropped with the first', () => {
    const harness = assumed();
    expect(harness.cluster.removePod('ns/one', 'uid-of-another')).toBeUndefined();
    expect(harness.cluster.podCount).toBe(1);
    expect(harness.cluster.removePod('ns/one', 'uid-one')).toBeDefined();
    expect(harness.cluster.podCount).toBe(0);
  });
});

describe('host ports', () => {
  test('a port that two pods of a node hold is free when both are gone', () => {
    const holders = ['one', 'two'].map((name) => on('a', pod(name, { ports: [80] })));
    const harness = newHarness({ nodes: [node('a')], pods: holders });
    harness.cluster.removePod('ns/one');
    expect(packedNodes(harness.cluster)['a']!.ports).toEqual(['0.0.0.0/TCP/80']);
    harness.cluster.removePod('ns/two');
    expect(packedNodes(harness.cluster)['a']!.ports).toEqual([]);
  });

  test('more ports than one word has bits are told apart', () => {
    const harness = newHarness({ nodes: [node('a'), node('b')] });
    for (let port = 1; port <= 70; port++) {
      harness.cluster.setPod(on(port % 2 === 0 ? 'a' : 'b', pod(`p${port}`, { ports: [port] })));
    }
    const packed = packedNodes(harness.cluster);
    expect(packed['a']!.ports).toHaveLength(35);
    expect(packed['b']!.ports).toHaveLength(35);
    harness.cluster.removePod('ns/p33');
    expect(packedNodes(harness.cluster)['b']!.ports).not.toContain('0.0.0.0/TCP/33');
    expect(packedNodes(harness.cluster)['a']).toEqual(packed['a']);
  });
});

describe('pods counted by their labels', () => {
  test('a terminating pod uses its node but counts apart', () => {
    const leaving = on('a', pod('one', { cpu: '1', labels: { app: 'web' } }));
    leaving.metadata!.deletionTimestamp = '2026-01-01T00:00:00Z';
    const harness = newHarness({
      nodes: [node('a')],
      pods: [leaving],
      objects: [service('web', { app: 'web' })],
    });
    expect(cpuOn(harness, 'a')).toBe(1000);
    expect(packedBuckets(harness.cluster)).toEqual(['ns {"app":"web"}  terminating a 1']);
  });

  test('they are counted by the labels that selectors read, also when these come later', () => {
    const web = ['1', '2'].map((revision, n) => on('a', pod(`p${n}`, { labels: { app: 'web', revision } })));
    const harness = newHarness({ nodes: [node('a')], pods: web, objects: [service('web', { app: 'web' })] });
    expect(packedBuckets(harness.cluster)).toEqual(['ns {"app":"web"}  running a 2']);
    harness.cluster.setObject(service('canary', { revision: '2' }), true);
    expect(packedBuckets(harness.cluster)).toEqual([
      'ns {"app":"web","revision":"1"}  running a 1',
      'ns {"app":"web","revision":"2"}  running a 1',
    ]);
  });

  test('a pod that changes its labels moves to another bucket', () => {
    const harness = newHarness({
      nodes: [node('a')],
      pods: [on('a', pod('one', { labels: { app: 'web' } }))],
      objects: [service('web', { app: 'web' })],
    });
    expect(harness.cluster.setPod(on('a', pod('one', { labels: { app: 'db' } }))).changed).toBe(true);
    expect(packedBuckets(harness.cluster)).toEqual(['ns {"app":"db"}  running a 1']);
  });

  test('labels that no selector reads change nothing, and are there when one comes to read them', () => {
    const harness = newHarness({
      nodes: [node('a')],
      pods: [on('a', pod('one', { labels: { app: 'web' } }))],
      objects: [service('web', { app: 'web' })],
    });
    const { end } = harness.cluster.journal;
    // as the API server adds those of the node
    const bound = on('a', pod('one', { labels: { app: 'web', 'topology.kubernetes.io/zone': 'z' } }));
    expect(harness.cluster.setPod(bound).changed).toBe(false);
    expect(harness.cluster.journal.end).toBe(end);
    harness.cluster.setObject(service('zonal', { 'topology.kubernetes.io/zone': 'z' }), true);
    expect(packedBuckets(harness.cluster)).toEqual([
      'ns {"app":"web","topology.kubernetes.io/zone":"z"}  running a 1',
    ]);
    expect(harness.cluster.setPod(on('a', pod('one', { labels: { app: 'web' } }))).changed).toBe(true);
  });

  test('an object that says the same again changes no class', () => {
    const harness = newHarness({ objects: [service('web', { app: 'web' })] });
    const { selectorsVersion } = harness.cluster;
    expect(harness.cluster.setObject(service('web', { app: 'web' }), true)).toBe(false);
    expect(harness.cluster.selectorsVersion).toBe(selectorsVersion);
    expect(harness.cluster.setObject(service('web', { app: 'db' }), true)).toBe(true);
    expect(harness.cluster.selectorsVersion).toBeGreaterThan(selectorsVersion);
  });
});
