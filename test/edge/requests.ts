// What every host answers: the same requests are sent to the handler in memory and to each runtime.
import { describe, expect, it } from 'vitest';
import { deployment, node, pod, twoNodes, type Send } from './fixtures.ts';

const deep = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

let clusters = 0;

const nameIn = (path: string): string => path.slice('/v1/clusters/'.length);

export function answersRequests(sendOf: () => Send): void {
  const send: Send = (...request) => sendOf()(...request);

  /** Puts two nodes under a name that nobody has. */
  const kept = async (): Promise<string> => {
    const path = `/v1/clusters/cluster-${clusters++}`;
    expect(await send('PUT', path, { snapshot: twoNodes })).toMatchObject({
      status: 200,
      body: { nodes: 2, pods: 0, waiting: 0 },
    });
    return path;
  };

  describe('a plan', () => {
    it('says where pods go, and why others wait', async () => {
      const { status, body } = await send('POST', '/v1/plan', {
        snapshot: twoNodes,
        pods: [pod('one', '3'), pod('two', '3'), pod('three', '3')],
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ placed: 2, classes: 1, notices: [], leftOut: [] });
      expect(body.decisions.map(({ node: name }: { node?: string }) => name)).toEqual(['a', 'b', undefined]);
      expect(body.decisions[2].message).toBe('0/2 nodes are available: 2 Insufficient cpu.');
    });

    it('is of the pods that wait in the snapshot when none are sent', async () => {
      const snapshot = [...twoNodes.items, pod('waits'), { ...pod('runs', '3', { nodeName: 'a' }) }];
      const { body } = await send('POST', '/v1/plan', { snapshot });
      expect(body.decisions).toMatchObject([{ pod: 'default/waits', node: 'b' }]);
    });

    it('has workloads make the pods that they lack', async () => {
      const snapshot = twoNodes;
      const { body } = await send('POST', '/v1/plan', {
        snapshot,
        pods: [deployment('web', 3), pod('alone')],
      });
      expect(body.decisions).toHaveLength(4);
      expect(body.placed).toBe(4);
      const ofSnapshot = await send('POST', '/v1/plan', {
        snapshot: [...twoNodes.items, deployment('web', 3)],
      });
      expect(ofSnapshot.body.decisions).toHaveLength(3);
    });

    it('takes events before it decides, a configuration, and explains', async () => {
      const { body } = await send('POST', '/v1/plan', {
        snapshot: twoNodes,
        events: [{ type: 'DELETED', object: node('a') }],
        pods: [pod('big', '9')],
        explain: 'detail',
        configuration: {
          apiVersion: 'kubescheduler.config.k8s.io/v1',
          kind: 'KubeSchedulerConfiguration',
          profiles: [{ plugins: { multiPoint: { disabled: [{ name: 'NodeResourcesFit' }] } } }],
        },
      });
      expect(body.decisions).toMatchObject([{ pod: 'default/big', node: 'b', best: ['b'] }]);
      expect(body.decisions[0].scores.b).not.toHaveProperty('NodeResourcesFit');
    });

    it('is read from YAML too', async () => {
      const text = `
snapshot:
  - {kind: Node, apiVersion: v1, metadata: {name: a}, status: {allocatable: {cpu: 4, pods: 9}}}
pods:
  - {kind: Pod, metadata: {name: one}, spec: {containers: [{name: main}]}}
`;
      const { body } = await send('POST', '/v1/plan', text, { 'content-type': 'application/yaml' });
      expect(body.decisions).toMatchObject([{ pod: 'default/one', node: 'a' }]);
    });
  });

  describe('a kept cluster', () => {
    it('is asked many things, and stays as it is', async () => {
      const path = await kept();
      const pods = [pod('one', '3'), pod('two', '3')];
      const what = { events: [{ type: 'ADDED', object: node('c') }], pods: [...pods, pod('three', '3')] };
      for (let round = 0; round < 2; round++) {
        const plain = await send('POST', `${path}/decide`, { pods });
        expect(plain.body.decisions).toMatchObject([{ node: 'a' }, { node: 'b' }]);
        const whatIf = await send('POST', `${path}/decide`, what);
        expect(whatIf.body.placed).toBe(3);
        const explained = await send('POST', `${path}/explain`, { pod: pod('big', '9') });
        expect(explained.body.rejected.a.reasons).toEqual(['Insufficient cpu']);
      }
      expect((await send('GET', path)).body).toMatchObject({ nodes: 2, pods: 0 });
    });

    it('keeps what was decided where that is asked for, and what events tell', async () => {
      const path = await kept();
      await send('POST', `${path}/decide`, { pods: [deployment('web', 5, '2')], keep: true });
      expect((await send('GET', path)).body).toMatchObject({ nodes: 2, pods: 5, waiting: 1 });
      const changed = await send('PATCH', path, { events: [{ type: 'ADDED', object: node('c') }] });
      expect(changed.body).toMatchObject({ nodes: 3, waiting: 1 });
      expect((await send('POST', `${path}/decide`, {})).body.decisions).toMatchObject([{ node: 'c' }]);
      // of the six that the workload asks for now, five are there
      const more = await send('POST', `${path}/decide`, { pods: [deployment('web', 6, '2')] });
      expect(more.body.decisions).toHaveLength(1);
    });

    it('is replaced, listed and deleted by its name', async () => {
      const path = await kept();
      await send('PUT', path, { snapshot: [node('x')] });
      expect((await send('GET', path)).body.nodes).toBe(1);
      expect((await send('GET', '/v1/clusters')).body.clusters).toContain(nameIn(path));
      expect((await send('DELETE', path)).status).toBe(204);
      expect(await send('GET', path)).toMatchObject({
        status: 404,
        body: { error: `cluster ${nameIn(path)}: is not known` },
      });
      expect((await send('DELETE', path)).status).toBe(404);
    });
  });

  describe('a store', () => {
    it('takes one of several changes that are made at once, and says so to the others', async () => {
      const path = await kept();
      const changes = Array.from({ length: 6 }, (_, n) =>
        send('PATCH', path, { events: [{ type: 'ADDED', object: node(`more-${n}`) }] }),
      );
      const statuses = (await Promise.all(changes)).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([]);
      const taken = statuses.filter((status) => status === 200).length;
      expect(taken).toBeGreaterThan(0);
      expect((await send('GET', path)).body.nodes).toBe(2 + taken);
    });

    it('has a cluster that is larger than one of its values, and gives it back whole', async () => {
      const path = await kept();
      const nodes = Array.from({ length: 4000 }, (_, n) => node(`node-${n}`, `${n + 1}m`));
      const { body } = await send('PUT', path, { snapshot: nodes });
      expect(body.bytes).toBeGreaterThan(150_000);
      // others are asked after it, so that it has to be read again
      for (let n = 0; n < 9; n++) await kept();
      const asked = await send('POST', `${path}/decide`, { pods: [pod('large', '4')] });
      expect(asked.body.decisions).toMatchObject([{ node: 'node-3999', feasible: 1 }]);
      await send('PUT', path, { snapshot: [node('small')] });
      for (let n = 0; n < 9; n++) await kept();
      expect((await send('GET', path)).body.nodes).toBe(1);
    });
  });

  describe('a request that cannot be answered', () => {
    it.each<[string, unknown, number, RegExp]>([
      ['nothing', '', 400, /^body: is empty$/],
      ['a truncated text', '{"snapshot": [', 400, /^body: is not JSON: /],
      ['no object', '[]', 400, /^body: must be an object$/],
      ['no UTF-8', new Uint8Array([0x22, 0xff, 0xfe]), 400, /^body: is not UTF-8/],
      ['an unknown field', { snapshots: [] }, 400, /^body: unknown field "snapshots"$/],
      ['no snapshot', {}, 400, /^body: snapshot: must be set$/],
      [
        'a snapshot that is none',
        { snapshot: 5 },
        400,
        /^body: snapshot: must be an object or a list, not 5$/,
      ],
      ['nothing in a snapshot', { snapshot: {} }, 422, /^snapshot: is neither a scenario nor/],
      ['a wrong type', { snapshot: twoNodes, pods: 'web' }, 400, /^body: pods: must be a list, not "web"$/],
      [
        'a wrong choice',
        { snapshot: twoNodes, explain: 1 },
        400,
        /^body: explain: must be ties or detail, not 1$/,
      ],
      ['a null', { snapshot: twoNodes, pods: [null] }, 400, /^body: pods\[0\]: must not be null$/],
      [
        'a wrong field of a node',
        { snapshot: [{ ...node('a'), status: { allocatable: { cpu: 'x' } } }] },
        422,
        /^snapshot: node a: status\.allocatable\.cpu: /,
      ],
      [
        'a wrong field of a pod',
        { snapshot: twoNodes, pods: [pod('one', '1', { nodeSelector: 5 })] },
        422,
        /^pod default\/one: spec\.nodeSelector: must be an object, not 5$/,
      ],
      [
        'a pod without a name',
        { snapshot: twoNodes, pods: [{ kind: 'Pod', spec: {} }] },
        422,
        /^pods\[0\]: /,
      ],
      [
        'no pod',
        { snapshot: twoNodes, pods: [node('c')] },
        422,
        /^pods\[0\]: must be a pod or a workload, not Node$/,
      ],
      ['an event that is none', { snapshot: twoNodes, events: [{}] }, 422, /^events\[0\]: must be an object/],
      [
        'a wrong configuration',
        { snapshot: twoNodes, configuration: { kind: 'x' } },
        422,
        /^configuration: /,
      ],
      ['deep nesting', `{"snapshot": ${deep(100_000)}}`, 400, /is nested too deeply$/],
      [
        'a prototype',
        '{"snapshot": [{"__proto__": {"kind": "Node"}}]}',
        400,
        /^body\.snapshot\[0\]: .*__proto__$/,
      ],
      [
        'many replicas',
        { snapshot: twoNodes, pods: [deployment('web', 2e9)] },
        422,
        /^deployment default\/web: .*100000$/,
      ],
    ])('%s is refused by the field', async (_, body, status, error) => {
      const answer = await send('POST', '/v1/plan', body);
      expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(error) } });
    });
  });
}
