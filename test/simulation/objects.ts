// The nodes and pods of the simulated cluster: few kinds, each of which another part of the scheduler minds.
import type { Node, Pod } from '../../src/model/types.ts';
import { node as nodeOf, pod as podOf, type PodShape } from '../cycle/fixtures.ts';
import type { Chance } from './chance.ts';

export const NAMESPACE = 'ns';
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const CREATED = '2026-01-01T00:00:00Z';

export function node(name: string, chance: Chance): Node {
  const draw = `node ${name}`;
  const taints =
    chance.of(`${draw} taint`) < 0.15 ? [{ key: 'dedicated', effect: 'NoSchedule' as const }] : undefined;
  const shape = nodeOf(name, {
    cpu: chance.oneOf(`${draw} cpu`, ['2', '4', '8']),
    memory: chance.oneOf(`${draw} memory`, ['4Gi', '8Gi']),
    pods: chance.oneOf(`${draw} pods`, ['4', '10', '110']),
    labels: {
      [ZONE]: chance.oneOf(`${draw} zone`, ['a', 'b', 'c']),
      disk: chance.oneOf(`${draw} disk`, ['ssd', 'hdd']),
    },
    taints,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    ...shape,
    metadata: { ...shape.metadata, creationTimestamp: CREATED },
  };
}

const app = (name: string) => ({ matchLabels: { app: name } });

const TEMPLATES: Readonly<Record<string, PodShape>> = {
  web: { labels: { app: 'web' }, cpu: '250m', memory: '256Mi' },
  medium: { labels: { app: 'medium' }, cpu: '1', memory: '512Mi' },
  large: { labels: { app: 'large' }, cpu: '3', memory: '1Gi' },
  huge: { labels: { app: 'huge' }, cpu: '100' },
  spread: {
    labels: { app: 'spread' },
    cpu: '100m',
    spec: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector: app('spread') },
      ],
    },
  },
  loose: {
    labels: { app: 'loose' },
    cpu: '200m',
    spec: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: HOST, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: app('loose') },
      ],
    },
  },
  alone: {
    labels: { app: 'alone' },
    cpu: '100m',
    spec: {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: HOST, labelSelector: app('alone') },
          ],
        },
      },
    },
  },
  beside: {
    labels: { app: 'beside' },
    cpu: '100m',
    spec: {
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector: app('web') }],
        },
      },
    },
  },
  port: { labels: { app: 'port' }, cpu: '100m', ports: [8080] },
  ssd: { labels: { app: 'ssd' }, cpu: '500m', spec: { nodeSelector: { disk: 'ssd' } } },
  tolerant: {
    labels: { app: 'tolerant' },
    cpu: '500m',
    spec: { tolerations: [{ key: 'dedicated', operator: 'Exists' }] },
  },
  gated: { labels: { app: 'gated' }, cpu: '250m', spec: { schedulingGates: [{ name: 'wait' }] } },
};

/** Pods of more priority than the others, for which these make way. */
const URGENT: PodShape = { labels: { app: 'urgent' }, cpu: '2', memory: '1Gi', spec: { priority: 100 } };

export function pod(name: string, uid: string, draw: string, chance: Chance, isUrgent = false): Pod {
  const template = chance.oneOf(`${draw} template`, Object.keys(TEMPLATES));
  const shape = podOf(name, { namespace: NAMESPACE, ...(isUrgent ? URGENT : TEMPLATES[template]!) });
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    ...shape,
    metadata: { ...shape.metadata, uid, creationTimestamp: CREATED },
  };
}

/** What an amount of a resource comes to: of the forms that are used here. */
function amount(text: string): number {
  const [, digits = '0', unit = ''] = /^(\d+)(\D*)$/.exec(text) ?? [];
  return Number(digits) * ({ '': 1000, m: 1, Mi: 1000 * 2 ** 20, Gi: 1000 * 2 ** 30 }[unit] ?? NaN);
}

/** What the pod asks for of the node and cannot have beside the others there: resources, and ports. */
export function tooLittleFor(pod: Pod, { status }: Node, others: readonly Pod[]): string[] {
  const allocatable = status?.allocatable ?? {};
  const used = (name: string) => others.reduce((sum, other) => sum + (requestsOf(other).get(name) ?? 0), 0);
  const over = [...requestsOf(pod)]
    .filter(([name, asked]) => used(name) + asked > amount(allocatable[name] ?? '0'))
    .map(([name]) => name);
  const taken = new Set(others.flatMap(portsOf));
  return [
    ...over,
    ...portsOf(pod)
      .filter((port) => taken.has(port))
      .map((port) => `port ${port}`),
  ];
}

function requestsOf({ spec }: Pod): Map<string, number> {
  const requests = new Map([['pods', amount('1')]]);
  for (const { resources } of spec?.containers ?? [])
    for (const [name, text] of Object.entries(resources?.requests ?? {}))
      requests.set(name, (requests.get(name) ?? 0) + amount(text));
  return requests;
}

function portsOf({ spec }: Pod): number[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort }) => hostPort ?? []),
  );
}
