import { describe, expect, it } from 'vitest';
import { objectKey, type ApiObject, type Decision, type Scenario } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { dynamicResources } from '../../src/devices/plugin.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import { plan } from '../../src/planner/plan.ts';
import { redacted } from '../../src/snapshot/redact.ts';
import { reduced } from '../../src/snapshot/reduce.ts';
import { vectorsOf } from '../vectors/vectors.ts';

const FAMILIES = ['basic', 'nodes', 'default', 'spread', 'interpod', 'volumes', 'preemption', 'devices'];

/** Of each family: the small ones. */
const VECTORS = 6;

function decide(scenario: Scenario): Decision[] {
  const kernel = loadKernel();
  const configuration = defaultConfiguration(inTree.with([dynamicResources]));
  return plan(scenario, { kernel, configuration, explain: 'ties' }).decisions;
}

/** The scenario as a redacted snapshot has it, and how its names were before. */
function redact(scenario: Scenario): { scenario: Scenario; before: Map<string, string> } {
  const lists = [scenario.nodes, scenario.pods, scenario.pending, scenario.objects] as ApiObject[][];
  const old = lists.flat();
  const changed = redacted(old.map(reduced));
  const before = new Map<string, string>();
  changed.forEach((object, i) => {
    before.set(object.metadata!.name!, old[i]!.metadata!.name!);
    before.set(objectKey(object), objectKey(old[i]!));
  });
  const [nodes = [], pods = [], pending = [], objects = []] = lists.map((list) =>
    changed.splice(0, list.length),
  );
  return {
    scenario: { nodes: nodes, pods: pods, pending: pending, objects },
    before,
  };
}

describe('a redacted snapshot', () => {
  it.each(FAMILIES)('leads to the same decisions up to the names: %s', { timeout: 60_000 }, (family) => {
    const all = vectorsOf(family).filter((vector) => vector.scenario().configuration === undefined);
    const vectors = all.slice(0, VECTORS);
    expect(vectors).toHaveLength(VECTORS);
    for (const vector of vectors) {
      const { scenario, before } = redact(vector.scenario());
      const decisions = decide(scenario).map(({ pod, node, feasible, score, best }) => ({
        pod: before.get(pod),
        node: node && before.get(node),
        feasible,
        score,
        best: best?.map((name) => before.get(name)),
      }));
      const expected = decide(vector.scenario()).map(({ pod, node, feasible, score, best }) => ({
        ...{ pod, node, feasible, score, best },
      }));
      expect(decisions, vector.name).toEqual(expected);
    }
  });

  it('tells no name, label, image or volume, and keeps the words of Kubernetes', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'secret-pod',
        namespace: 'secret-team',
        labels: { 'secret.example/app': 'secret-app' },
      },
      spec: {
        schedulerName: 'default-scheduler',
        containers: [
          {
            name: 'secret-main',
            image: 'secret.example/image',
            command: ['secret'],
            env: [{ name: 'A', value: 'secret' }],
            resources: { requests: { cpu: '1', 'nvidia.com/gpu': '1' } },
          },
        ],
        nodeSelector: { 'topology.kubernetes.io/zone': 'secret-zone', 'secret.example/kind': 'x' },
        tolerations: [{ key: 'secret.example/taint', operator: 'Exists', effect: 'NoSchedule' }],
      },
    };
    const [changed] = redacted([reduced(pod)]);
    const text = JSON.stringify(changed);
    expect(text).not.toContain('secret');
    expect(changed).toMatchObject({
      kind: 'Pod',
      spec: {
        schedulerName: 'default-scheduler',
        containers: [{ resources: { requests: { cpu: '1', 'nvidia.com/gpu': '1' } } }],
        nodeSelector: { 'topology.kubernetes.io/zone': expect.stringMatching(/^x/) as string },
        tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
      },
    });
  });

  it('keeps what is compared as a number', () => {
    const expressions = [{ key: 'rank', operator: 'Gt', values: ['5'] }];
    const node = { kind: 'Node', metadata: { name: 'a', labels: { rank: '7', other: '7' } } };
    const affinity = { nodeSelectorTerms: [{ matchExpressions: expressions }] };
    const [changed, selector] = redacted([node, { kind: 'X', spec: affinity } as ApiObject]);
    const [key] = Object.entries(changed!.metadata!.labels!).find(([, value]) => value === '7')!;
    expect(selector).toMatchObject({
      spec: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'Gt', values: ['5'] }] }] },
    });
  });
});
