import { describe, expect, it } from 'vitest';
import { dump } from 'js-yaml';
import type { ApiObject } from '../../src/model/types.ts';
import type { Expected } from '../vectors/planned.ts';
import { vectorsOf } from '../vectors/vectors.ts';
import { node, pod, service } from '../cycle/fixtures.ts';
import { Coset, coset, folderWith } from './coset.ts';

const typed = (kind: string, object: ApiObject): ApiObject => ({ apiVersion: 'v1', kind, ...object });
const list = (...items: ApiObject[]) => ({ apiVersion: 'v1', kind: 'List', items });

/** Two nodes and three pods as kubectl prints them; two of the pods are alike. */
const cluster = list(
  typed('Node', node('a', { cpu: '4' })),
  typed('Node', node('b', { cpu: '4' })),
  typed('Pod', pod('one', { cpu: '1' })),
  typed('Pod', pod('two', { cpu: '2' })),
  typed('Pod', pod('three', { cpu: '1' })),
  typed('Service', service('web', { app: 'web' })),
);

const podsOf = (stdout: string) => (JSON.parse(stdout) as Expected).decisions.map((decision) => decision.pod);

describe('coset plan', () => {
  it('prints what kube-scheduler decides, with every score and every rejection', async () => {
    const vector = vectorsOf('default').find(({ hasDetail, expected }) => hasDetail && expected.length > 3)!;
    const folder = folderWith({ 'scenario.json': vector.scenario() });
    const args = ['plan', '--output', 'json', '--order', 'strict', '--detail', 'scenario.json'];
    const { code, stdout, stderr } = await coset(args, { folder });
    expect(stderr).toBe('');
    const { name, decisions } = JSON.parse(stdout) as Expected;
    expect({ name, decisions }).toEqual({ name: vector.name, decisions: vector.expected });
    expect(code).toBe(0);
  });

  it('prints a table for people', async () => {
    const big = typed('Pod', pod('big', { cpu: '16' }));
    const folder = folderWith({ 'cluster.json': list(...cluster.items, big) });
    const { code, stdout } = await coset(['plan', 'cluster.json'], { folder });
    expect(stdout).toMatch(/^POD +NODE +SCORE +FEASIBLE +REASON\n/);
    expect(stdout).toMatch(/^ns\/one +[ab] +\d+ +2$/m);
    expect(stdout).toMatch(/^ns\/big +- .* 0\/2 nodes are available: 2 Insufficient cpu\.$/m);
    expect(stdout).toMatch(/^3 of 4 pods placed on 2 nodes/m);
    expect(code).toBe(0);
  });

  it('takes the pods of a class together, or one by one in the order of the queue', async () => {
    const folder = folderWith({ 'cluster.json': cluster });
    const args = ['plan', '--output', 'json', 'cluster.json', '--order'];
    // of the same priority and age, pods stand in the order of their names
    expect(podsOf((await coset([...args, 'strict'], { folder })).stdout)).toEqual([
      'ns/one',
      'ns/three',
      'ns/two',
    ]);
    const byAge = list(
      ...cluster.items.map((item, n) =>
        item.kind === 'Pod'
          ? { ...item, metadata: { ...item.metadata, creationTimestamp: `2026-01-01T00:00:0${n}Z` } }
          : item,
      ),
    );
    const aged = folderWith({ 'cluster.json': byAge });
    const order = async (name: string) => podsOf((await coset([...args, name], { folder: aged })).stdout);
    expect(await order('strict')).toEqual(['ns/one', 'ns/two', 'ns/three']);
    expect(await order('grouped')).toEqual(['ns/one', 'ns/three', 'ns/two']);
  });

  it('reads what kubectl prints as YAML, from standard input and from several files, alike', async () => {
    const isNode = ({ kind }: ApiObject) => kind === 'Node';
    const nodes = list(...cluster.items.filter(isNode));
    const others = list(...cluster.items.filter((item) => !isNode(item)));
    const folder = folderWith({ 'all.json': cluster, 'nodes.yaml': dump(nodes), 'others.json': others });
    const json = ['plan', '--output', 'json'];
    const { stdout } = await coset([...json, 'all.json'], { folder });
    expect(podsOf(stdout)).toHaveLength(3);
    expect(await coset([...json, '-'], { input: dump(cluster) })).toMatchObject({ stdout, stderr: '' });
    expect(await coset([...json, 'nodes.yaml', 'others.json'], { folder })).toMatchObject({
      stdout,
      stderr: '',
    });
  });

  it('follows a configuration, and says on standard error which settings have no effect', async () => {
    const configuration = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      percentageOfNodesToScore: 10,
      parallelism: 8,
      profiles: [{ plugins: { multiPoint: { disabled: [{ name: 'NodeResourcesFit' }] } } }],
    };
    const big = list(typed('Node', node('a', { cpu: '1' })), typed('Pod', pod('big', { cpu: '2' })));
    const folder = folderWith({ 'cluster.json': big, 'scheduler.yaml': dump(configuration) });
    const { code, stdout, stderr } = await coset(
      ['plan', '--config', 'scheduler.yaml', '--output', 'json', 'cluster.json'],
      { folder },
    );
    expect(JSON.parse(stdout)).toMatchObject({ decisions: [{ pod: 'ns/big', node: 'a' }] });
    expect(stderr).toMatch(/^coset: percentageOfNodesToScore: no effect/m);
    expect(stderr).toMatch(/^coset: parallelism: no effect/m);
    expect(code).toBe(0);
  });

  it('passes over what is faulty, and says so in few words', async () => {
    const faulty = Array.from({ length: 9 }, (_, n) => typed('Pod', pod(`faulty-${n}`, { cpu: '4 cores' })));
    const folder = folderWith({ 'cluster.json': list(...cluster.items, ...faulty) });
    const { code, stdout, stderr } = await coset(['plan', 'cluster.json'], { folder });
    expect(stdout).toContain('3 of 3 pods placed');
    expect(stdout).toContain('Not planned: 9 objects passed over as faulty');
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toBe(
      'coset: cluster.json: pod ns/faulty-0: spec.containers[0].resources.requests.cpu: "4 cores" is not a quantity (passed over)',
    );
    expect(lines[5]).toBe('coset: ... and 4 more');
    expect(code).toBe(0);
  });

  it('ends without a word when its reader has seen enough', async () => {
    const pods = Array.from({ length: 5000 }, (_, n) => typed('Pod', pod(`pod-${n}`)));
    const folder = folderWith({ 'cluster.json': list(typed('Node', node('a', { pods: '9999' })), ...pods) });
    const running = new Coset(['plan', 'cluster.json'], { folder });
    running.child.stdout!.destroy();
    expect((await running.ended).stderr).toBe('');
  });
});
