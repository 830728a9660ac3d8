// Pods whose claims are alike share a class: each is decided as if it were the only one of its class.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiObject, Pod, Scenario } from '../../src/model/types.ts';
import { plan } from '../../src/planner/plan.ts';
import { configurationFor, planned } from '../vectors/planned.ts';
import { KERNELS } from '../kernel/kernels.ts';
import { node } from '../cycle/fixtures.ts';
import { boundPair, claim, csiNode, podWith, storageClass, volume } from './objects.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';
const NODES = ['a', 'b', 'c', 'd'];
const NAMESPACE = 'ns';

type Kind =
  'waiting' | 'zonal' | 'anywhere' | 'static' | 'shared' | 'shared and own' | 'attached' | 'for one pod';

interface Wanted {
  kind: Kind;
  zone: number;
  isLarge: boolean;
}

const KINDS: Kind[] = [
  'waiting',
  'zonal',
  'anywhere',
  'static',
  'shared',
  'shared and own',
  'attached',
  'for one pod',
];

const wanted = fc.record<Wanted>({
  kind: fc.constantFrom(...KINDS),
  zone: fc.nat({ max: 1 }),
  isLarge: fc.boolean(),
});

const cases = fc.record({
  // runs of pods that are alike
  runs: fc.array(fc.tuple(wanted, fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 5 }),
  limits: fc.array(fc.option(fc.integer({ min: 1, max: 5 })), { minLength: 4, maxLength: 4 }),
  cpu: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 4, maxLength: 4 }),
  statics: fc.nat({ max: 3 }),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function zonal([bound, held]: ReturnType<typeof boundPair>, zone: number): ApiObject[] {
  const matchExpressions = [{ key: ZONE, operator: 'In', values: [`zone-${zone}`] }];
  held.spec!.nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions }] } };
  held.metadata!.labels = { [ZONE]: `zone-${zone}` };
  return [bound, held];
}

/** The pod's claims and what they need. */
function claimsOf(name: string, { kind, zone, isLarge }: Wanted, n: number): [string[], ApiObject[]] {
  const resources = { requests: { storage: isLarge ? '3Gi' : '1Gi' } };
  switch (kind) {
    case 'waiting':
      return [[name], [claim(name, 'made', { resources })]];
    case 'static':
      return [[name], [claim(name, 'shelf', { resources })]];
    case 'anywhere':
      return [[name], boundPair(name)];
    case 'for one pod':
      return [[name], boundPair(name, { accessModes: ['ReadWriteOncePod'] })];
    case 'shared':
      return [['common'], []];
    case 'shared and own':
      return [['common', name], zonal(boundPair(name), zone)];
    case 'attached': {
      const spec = {
        attacher: 'csi.example.com',
        nodeName: NODES[n % NODES.length],
        source: { persistentVolumeName: `pv-${name}` },
      };
      const attachment = { kind: 'VolumeAttachment', metadata: { name: `of-${name}` }, spec };
      return [
        ['common', name],
        [...boundPair(name), attachment],
      ];
    }
    default:
      return [[name], zonal(boundPair(name), zone)];
  }
}

function scenarioOf({ runs, limits, cpu, statics }: Case, isAlone: boolean): Scenario {
  const nodes = NODES.map((name, n) => {
    const labels = { [ZONE]: `zone-${n % 2}`, [HOSTNAME]: name };
    return node(name, { labels, cpu: String(cpu[n]), memory: '8Gi', pods: '20' });
  });
  const objects: ApiObject[] = [
    storageClass('made'),
    storageClass('shelf', { provisioner: 'kubernetes.io/no-provisioner' }),
    ...boundPair('common', { accessModes: ['ReadWriteMany'] }),
    ...Array.from({ length: statics }, (_, n) => volume(`static-${n}`, 'shelf', NODES[n % 3])),
    ...limits.flatMap((limit, n) => (limit === null ? [] : [csiNode(NODES[n]!, limit)])),
  ];
  const pending: Pod[] = [];
  for (const [one, count] of runs) {
    for (let n = 0; n < count; n++) {
      const name = `pod-${String(pending.length).padStart(2, '0')}`;
      const [claims, needed] = claimsOf(name, one, pending.length);
      objects.push(...needed);
      const made = podWith(name, claims, { cpu: '500m' });
      // a field that is not known makes it a class of its own
      pending.push(isAlone ? { ...made, spec: { ...made.spec!, unknown: true } as Pod['spec'] } : made);
    }
  }
  return { nodes, pods: [], objects, pending };
}

describe('pods with claims that are alike', () => {
  it.each(KERNELS)('are decided as each would be alone, on the $name kernel', ({ load }) => {
    const property = fc.property(cases, (drawn) => {
      const [together, alone] = [false, true].map((isAlone) =>
        planned(scenarioOf(drawn, isAlone), load(), 'strict', 'detail'),
      );
      expect(together).toEqual(alone);
      // without explanations they are placed several at a time
      const whole = planned(scenarioOf(drawn, false), load(), 'strict');
      expect(whole.map(({ pod, node: chosen }) => [pod, chosen])).toEqual(
        alone!.map(({ pod, node: chosen }) => [pod, chosen]),
      );
    });
    fc.assert(property, { numRuns: 60, seed: 18 });
  });
});

describe('a thousand replicas of a StatefulSet', () => {
  const PODS = 1000;
  const zones = [0, 1, 2].map((zone) => `zone-${zone}`);
  const nodes = Array.from({ length: 60 }, (_, n) => {
    const labels = { [ZONE]: zones[n % 3]!, [HOSTNAME]: `node-${n}` };
    return node(`node-${n}`, { labels, cpu: '64', memory: '256Gi', pods: '110' });
  });
  const names = Array.from({ length: PODS }, (_, n) => `web-${n}`);
  const drivers = nodes.map(({ metadata }) => csiNode(metadata!.name!, 20));
  const decide = (objects: ApiObject[]) => {
    const pending = names.map((name) => podWith(name, [name], { cpu: '100m' }));
    const scenario: Scenario = { nodes, pods: [], objects: [...drivers, ...objects], pending };
    const configuration = configurationFor(scenario, { order: 'grouped' });
    let chosen = new Map<string, string | undefined>();
    const planOf = plan(scenario, {
      kernel: KERNELS.find(({ name }) => name === 'simd')!.load(),
      configuration,
      afterCycle: ({ store }) => {
        chosen = new Map(
          names.map((name) => {
            const object = store.get('PersistentVolumeClaim', `${NAMESPACE}/${name}`);
            return [name, object?.metadata?.annotations?.['volume.kubernetes.io/selected-node']];
          }),
        );
      },
    });
    return { plan: planOf, chosen };
  };

  it('takes one pass where each has a claim that waits for it, which gets the node of its own pod', () => {
    const { plan: found, chosen } = decide([
      storageClass('made'),
      ...names.map((name) => claim(name, 'made')),
    ]);
    expect(found).toMatchObject({ classes: 1, passes: 1 });
    expect(found.decisions.every(({ node: placed }) => placed !== undefined)).toBe(true);
    for (const { pod, node: placed } of found.decisions)
      expect(chosen.get(pod.slice(NAMESPACE.length + 1))).toBe(placed);
  });

  it('takes one pass a zone where each has a volume there, and none beyond what nodes can attach', () => {
    const { plan: found } = decide(names.flatMap((name, n) => zonal(boundPair(name), n % 3)));
    expect(found).toMatchObject({ classes: 3, passes: 3 });
    const used = new Map<string, number>();
    for (const { node: placed } of found.decisions) used.set(placed!, (used.get(placed!) ?? 0) + 1);
    expect(Math.max(...used.values())).toBeLessThanOrEqual(20);
    expect(found.decisions.every(({ node: placed }) => placed !== undefined)).toBe(true);
  });
});
