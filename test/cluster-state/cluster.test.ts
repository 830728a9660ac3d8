// The state that is scheduled on, event by event.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/api/types.ts';
import { node, nodesByPod, on, pod, rig, service } from '../cycle/fixtures.ts';
import { packedKinds, packedNodes } from './packed.ts';

const cpuOn = (it: ReturnType<typeof rig>, name: string) => packedNodes(it.cluster)[name]!.used['cpu'];

const asking = (requests: Record<string, string>) => ({
  containers: [{ name: 'main', resources: { requests } }],
});

describe('nodes and their pods', () => {
  test('a node that goes and comes again has its pods again', () => {
    const it = rig({ nodes: [node('a'), node('b')], pods: [on('a', pod('one', { cpu: '1', ports: [80] }))] });
    const before = packedNodes(it.cluster);
    it.cluster.removeNode('a');
    expect(Object.keys(packedNodes(it.cluster))).toEqual(['b']);
    expect(it.cluster.podCount).toBe(1);
    it.cluster.setNode(node('a'));
    expect(packedNodes(it.cluster)).toEqual(before);
  });

  test("the row of a node that went has nothing left for the next node's", () => {
    const shape = {
      labels: { disk: 'ssd' },
      taints: [{ key: 'x', effect: 'NoSchedule' }],
      unschedulable: true,
    };
    const it = rig({
      nodes: [node('old', { ...shape, extra: { 'example.com/gpu': '4' } })],
      pods: [on('old', pod('one', { cpu: '1', ports: [80] }))],
    });
    it.cluster.removeNode('old');
    it.cluster.setNode(node('new'));
    expect(packedNodes(it.cluster)).toEqual(packedNodes(rig({ nodes: [node('new')] }).cluster));
  });

  test('a pod that is seen before its node counts once the node is there', () => {
    const it = rig({ pods: [on('late', pod('one', { cpu: '1500m' }))] });
    expect(it.cluster.pod('ns/one')!.row).toBeUndefined();
    it.cluster.setNode(node('late'));
    expect(cpuOn(it, 'late')).toBe(1500);
  });

  test('a pod that goes before its node comes does not count', () => {
    const it = rig({ pods: [on('late', pod('one', { cpu: '1500m' }))] });
    it.cluster.removePod('ns/one');
    it.cluster.setNode(node('late'));
    expect(cpuOn(it, 'late')).toBe(0);
    expect(it.cluster.podCount).toBe(0);
  });

  test('many nodes move no values when the columns grow', () => {
    const it = rig({ nodes: [node('first', { cpu: '3' })], pods: [on('first', pod('one', { cpu: '1' }))] });
    for (let n = 0; n < 300; n++) it.cluster.setNode(node(`n${n}`, { cpu: '5' }));
    const packed = packedNodes(it.cluster);
    expect(Object.keys(packed)).toHaveLength(301);
    expect(packed['first']).toMatchObject({ allocatable: { cpu: 3000 }, used: { cpu: 1000, pods: 1 } });
    expect(packed['n299']).toMatchObject({ allocatable: { cpu: 5000 }, used: { cpu: 0, pods: 0 } });
  });

  test('a node that offers more than can be counted exactly is passed over by name, by pods that ask for it or score it', () => {
    const it = rig({
      nodes: [node('big', { extra: { 'example.com/bytes': '100T' } }), node('small', { cpu: '1' })],
    });
    it.submit(pod('without', { cpu: '4' }), pod('with', { spec: asking({ 'example.com/bytes': '1' }) }));
    expect(nodesByPod(it.run())).toEqual({ without: 'big' });
    const reasons = [
      '1 Insufficient example.com/bytes',
      '1 node big offers more example.com/bytes than can be counted exactly',
    ];
    expect(it.queue.snapshot(9).map(({ reason }) => reason)).toContain(
      `0/2 nodes are available: ${reasons.join(', ')}.`,
    );
    // every pod's score reads memory
    it.cluster.setNode(node('big', { memory: '100Pi' }));
    it.submit(pod('again', { cpu: '2' }));
    expect(nodesByPod(it.run())).toEqual({});
    it.cluster.setNode(node('big'));
    it.submit(pod('at-last', { cpu: '2' }));
    expect(nodesByPod(it.run())).toMatchObject({ 'at-last': 'big' });
  });

  test('a node that is closed takes no pods, but has those that it has, until it is set again', () => {
    const it = rig({
      nodes: [node('a'), node('b', { cpu: '1' })],
      pods: [on('a', pod('one', { cpu: '1' }))],
    });
    it.submit(pod('before', { cpu: '2' }));
    expect(nodesByPod(it.run())).toEqual({ before: 'a' });
    it.cluster.nodes.closeNode('a');
    it.submit(pod('while', { cpu: '2' }));
    const [outcome] = it.run();
    expect(outcome).toMatchObject({
      placed: [],
      refusal: {
        message: "0/2 nodes are available: 1 Insufficient cpu, 1 node a's last update was refused.",
        plugins: ['NodeResourcesFit', 'NodeUnschedulable'],
      },
    });
    expect(cpuOn(it, 'a')).toBe(3000);
    expect(it.cluster.setNode(node('a'))).toEqual({ added: false, changed: true, resized: false });
    it.submit(pod('after', { cpu: '2' }));
    expect(nodesByPod(it.run())).toEqual({ after: 'a' });
  });

  test('a smaller node says that it was resized, one with another label that it changed, the same one nothing', () => {
    const it = rig({ nodes: [node('a')] });
    const { epoch } = it.cluster;
    expect(it.cluster.setNode(node('a'))).toEqual({ added: false, changed: false, resized: false });
    expect(it.cluster.setNode(node('a', { cpu: '4' }))).toEqual({
      added: false,
      changed: false,
      resized: true,
    });
    expect(it.cluster.epoch).toBe(epoch);
    expect(it.cluster.setNode(node('a', { cpu: '4', labels: { x: 'y' } }))).toEqual({
      added: false,
      changed: true,
      resized: false,
    });
    expect(it.cluster.epoch).toBeGreaterThan(epoch);
  });
});

describe('assumed pods', () => {
  const waiting = pod('one', { cpu: '1', labels: { app: 'web' }, ports: [80] });
  const assumed = () => {
    const it = rig({ nodes: [node('a'), node('b')], objects: [service('web', { app: 'web' })] });
    it.cluster.assume(waiting, it.cluster.nodes.rowOf('a')!, false);
    return it;
  };

  test('one that is confirmed counts once', () => {
    const it = assumed();
    const packed = packedNodes(it.cluster);
    expect(packed['a']).toMatchObject({ used: { cpu: 1000, pods: 1 }, ports: ['0.0.0.0/TCP/80'] });
    const { changed, before } = it.cluster.setPod(on('a', waiting));
    expect({ changed, assumed: before!.assumed }).toEqual({ changed: false, assumed: true });
    expect(packedNodes(it.cluster)).toEqual(packed);
    expect(it.cluster.pod('ns/one')!.assumed).toBe(false);
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
    const it = assumed();
    it.cluster.setPod(on('a', waiting));
    it.cluster.removePod('ns/one');
    expect(packedNodes(it.cluster)['a']).toMatchObject({ used: { cpu: 0, pods: 0 }, ports: [] });
    expect(packedKinds(it.cluster)).toEqual([]);
  });

  test('one that is forgotten leaves nothing', () => {
    const it = assumed();
    it.cluster.removePod('ns/one');
    expect(packedNodes(it.cluster)).toEqual(packedNodes(rig({ nodes: [node('a'), node('b')] }).cluster));
    expect(packedKinds(it.cluster)).toEqual([]);
  });

  test('one that was bound to another node after all counts there only', () => {
    const it = assumed();
    expect(it.cluster.setPod(on('b', waiting)).changed).toBe(true);
    const packed = packedNodes(it.cluster);
    expect([packed['a']!.used['cpu'], packed['b']!.used['cpu']]).toEqual([0, 1000]);
    expect([packed['a']!.ports, packed['b']!.ports]).toEqual([[], ['0.0.0.0/TCP/80']]);
  });

  test('one of the same name and another uid is not dropped with the first', () => {
    const it = assumed();
    expect(it.cluster.removePod('ns/one', 'uid-of-another')).toBeUndefined();
    expect(it.cluster.podCount).toBe(1);
    expect(it.cluster.removePod('ns/one', 'uid-one')).toBeDefined();
    expect(it.cluster.podCount).toBe(0);
  });
});

describe('host ports', () => {
  test('a port that two pods of a node hold is free when both are gone', () => {
    const holders = ['one', 'two'].map((name) => on('a', pod(name, { ports: [80] })));
    const it = rig({ nodes: [node('a')], pods: holders });
    it.cluster.removePod('ns/one');
    expect(packedNodes(it.cluster)['a']!.ports).toEqual(['0.0.0.0/TCP/80']);
    it.cluster.removePod('ns/two');
    expect(packedNodes(it.cluster)['a']!.ports).toEqual([]);
  });

  test('more ports than one word has bits are told apart', () => {
    const it = rig({ nodes: [node('a'), node('b')] });
    for (let port = 1; port <= 70; port++) {
      it.cluster.setPod(on(port % 2 === 0 ? 'a' : 'b', pod(`p${port}`, { ports: [port] })));
    }
    const packed = packedNodes(it.cluster);
    expect(packed['a']!.ports).toHaveLength(35);
    expect(packed['b']!.ports).toHaveLength(35);
    it.cluster.removePod('ns/p33');
    expect(packedNodes(it.cluster)['b']!.ports).not.toContain('0.0.0.0/TCP/33');
    expect(packedNodes(it.cluster)['a']).toEqual(packed['a']);
  });
});

describe('pods counted by their labels', () => {
  test('a terminating pod uses its node but counts apart', () => {
    const leaving = on('a', pod('one', { cpu: '1', labels: { app: 'web' } }));
    leaving.metadata!.deletionTimestamp = '2026-01-01T00:00:00Z';
    const it = rig({ nodes: [node('a')], pods: [leaving], objects: [service('web', { app: 'web' })] });
    expect(cpuOn(it, 'a')).toBe(1000);
    expect(packedKinds(it.cluster)).toEqual(['ns {"app":"web"}  terminating a 1']);
  });

  test('they are counted by the labels that selectors read, also when these come later', () => {
    const web = ['1', '2'].map((revision, n) => on('a', pod(`p${n}`, { labels: { app: 'web', revision } })));
    const it = rig({ nodes: [node('a')], pods: web, objects: [service('web', { app: 'web' })] });
    expect(packedKinds(it.cluster)).toEqual(['ns {"app":"web"}  running a 2']);
    it.cluster.setObject(service('canary', { revision: '2' }), true);
    expect(packedKinds(it.cluster)).toEqual([
      'ns {"app":"web","revision":"1"}  running a 1',
      'ns {"app":"web","revision":"2"}  running a 1',
    ]);
  });

  test('a pod that changes its labels moves to another kind', () => {
    const it = rig({
      nodes: [node('a')],
      pods: [on('a', pod('one', { labels: { app: 'web' } }))],
      objects: [service('web', { app: 'web' })],
    });
    expect(it.cluster.setPod(on('a', pod('one', { labels: { app: 'db' } }))).changed).toBe(true);
    expect(packedKinds(it.cluster)).toEqual(['ns {"app":"db"}  running a 1']);
  });

  test('labels that no selector reads change nothing, and are there when one comes to read them', () => {
    const it = rig({
      nodes: [node('a')],
      pods: [on('a', pod('one', { labels: { app: 'web' } }))],
      objects: [service('web', { app: 'web' })],
    });
    const { end } = it.cluster.journal;
    // as the API server adds those of the node
    const bound = on('a', pod('one', { labels: { app: 'web', 'topology.kubernetes.io/zone': 'z' } }));
    expect(it.cluster.setPod(bound).changed).toBe(false);
    expect(it.cluster.journal.end).toBe(end);
    it.cluster.setObject(service('zonal', { 'topology.kubernetes.io/zone': 'z' }), true);
    expect(packedKinds(it.cluster)).toEqual([
      'ns {"app":"web","topology.kubernetes.io/zone":"z"}  running a 1',
    ]);
    expect(it.cluster.setPod(on('a', pod('one', { labels: { app: 'web' } }))).changed).toBe(true);
  });

  test('an object that says the same again changes no class', () => {
    const it = rig({ objects: [service('web', { app: 'web' })] });
    const { rules } = it.cluster;
    expect(it.cluster.setObject(service('web', { app: 'web' }), true)).toBe(false);
    expect(it.cluster.rules).toBe(rules);
    expect(it.cluster.setObject(service('web', { app: 'db' }), true)).toBe(true);
    expect(it.cluster.rules).toBeGreaterThan(rules);
  });
});
