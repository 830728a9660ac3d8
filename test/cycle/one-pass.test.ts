import { expect, it } from 'vitest';
import type { Node, Pod, Scenario } from '../../src/model/types.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { plan } from '../../src/planner/plan.ts';
import { KERNELS } from '../kernel/kernels.ts';

type PodSpec = NonNullable<Pod['spec']>;

const REPLICAS = 1_000;
const labelSelector = { matchLabels: { app: 'web' } };
const zoneTerm = { labelSelector, topologyKey: 'topology.kubernetes.io/zone' };

const rules: Record<string, PodSpec> = {
  'hard spreading': spec({
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: zoneTerm.topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector },
    ],
  }),
  'required affinity': spec({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [zoneTerm] } },
  }),
  'preferred anti-affinity': spec({
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: zoneTerm }],
      },
    },
  }),
};

function spec(rule: Partial<PodSpec>): PodSpec {
  return {
    containers: [{ name: 'main', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
    ...rule,
  };
}

function scenarioOf(replica: PodSpec): Scenario {
  const nodes = Array.from({ length: 60 }, (_, n): Node => {
    const labels = { 'topology.kubernetes.io/zone': `zone-${n % 3}`, 'kubernetes.io/hostname': `node-${n}` };
    return {
      metadata: { name: `node-${n}`, labels },
      status: { allocatable: { cpu: '8', memory: '32Gi', pods: '110' } },
    };
  });
  const pending = Array.from({ length: REPLICAS }, (_, n) => ({
    metadata: { name: `web-${n}`, namespace: 'default', labels: { app: 'web' } },
    spec: replica,
  }));
  return { nodes, pods: [], objects: [], pending };
}

it.each(Object.keys(rules))('1,000 replicas with %s take one filter pass', (rule) => {
  for (const { load } of KERNELS) {
    const configuration = defaultConfiguration();
    const { decisions, classes, passes } = plan(scenarioOf(rules[rule]!), { kernel: load(), configuration });
    expect(decisions.filter(({ node }) => node !== undefined)).toHaveLength(REPLICAS);
    expect({ classes, passes }).toEqual({ classes: 1, passes: 1 });
  }
});
