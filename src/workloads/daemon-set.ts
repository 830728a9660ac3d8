// DaemonSet: a pod for each node that it may run on, bound to it by its affinity.
import type { ApiObject, DaemonSet, Node, Pod, PodTemplateSpec, Toleration } from '../model/types.ts';
import { allowsNode } from '../plugins/common/node-selectors.ts';
import { repels } from '../plugins/common/taints.ts';
import { templateHash } from './template-hash.ts';
import { activePodsOf, nothing, podOf, tooMany, type WorkloadKind } from './workload.ts';

const GENERATION = 'deprecated.daemonset.template.generation';

/** What the pods of every daemon set tolerate. */
const TOLERATIONS: readonly Toleration[] = [
  ...['not-ready', 'unreachable'].map((name) => always(name, 'NoExecute')),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) =>
    always(name, 'NoSchedule'),
  ),
];
const HOST_NETWORK_TOLERATION = always('network-unavailable', 'NoSchedule');

export const daemonSet: WorkloadKind = {
  kind: 'DaemonSet',
  groups: ['apps', 'extensions'],
  expand(object, surroundings) {
    const set = object as DaemonSet;
    const active = activePodsOf(set, surroundings);
    if (set.spec?.template === undefined) return nothing(active.length);
    const served = new Set(active.map(targetOf));
    const template = templateOf(set);
    const alike = podOf(template, set);
    const eligible = surroundings.nodes.filter((node) => shouldRun(alike, node));
    if (eligible.length === 0) return nothing(active.length, 'no node is one that its pods may run on');
    const lacking = eligible.map((node) => node.metadata?.name ?? '').filter((name) => !served.has(name));
    if (lacking.length > surroundings.podsMax) return tooMany(eligible.length, active.length, surroundings);
    const pods = lacking.map((name) => ({ pod: podFor(template, set, name), count: 1 }));
    return { pods, objects: [], there: active.length };
  },
};

function templateOf(set: DaemonSet): PodTemplateSpec {
  const { template } = set.spec;
  const generation = set.metadata?.annotations?.[GENERATION] ?? '1';
  const labels = {
    ...template.metadata?.labels,
    'pod-template-generation': generation,
    'controller-revision-hash': templateHash(template),
  };
  const own = template.spec?.hostNetwork ? [...TOLERATIONS, HOST_NETWORK_TOLERATION] : TOLERATIONS;
  const tolerations = own.reduce(withToleration, template.spec?.tolerations ?? []);
  return { metadata: { ...template.metadata, labels }, spec: { ...template.spec!, tolerations } };
}

/** In the place of one for the same taint, or else at the end. */
function withToleration(tolerations: Toleration[], added: Toleration): Toleration[] {
  const at = tolerations.findIndex((one) => matches(one, added));
  return at < 0 ? [...tolerations, added] : tolerations.with(at, added);
}

function matches(one: Toleration, two: Toleration): boolean {
  return (
    (one.key ?? '') === two.key &&
    (one.effect ?? '') === two.effect &&
    (one.operator ?? '') === two.operator &&
    (one.value ?? '') === (two.value ?? '')
  );
}

function shouldRun(pod: Pod, node: Node): boolean {
  const { nodeName, tolerations } = pod.spec!;
  if (nodeName && nodeName !== node.metadata?.name) return false;
  return allowsNode(pod, node) && !repels(node.spec?.taints ?? [], tolerations ?? []);
}

/** The only node that the pod may have stands in place of all that its affinity required of nodes. */
function podFor(template: PodTemplateSpec, set: ApiObject, nodeName: string): Pod {
  const pod = podOf(template, set);
  const { affinity } = pod.spec!;
  pod.spec!.affinity = {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }],
      },
    },
  };
  return pod;
}

/** The node that a daemon's pod is on, or waits for. */
function targetOf({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const named = terms
    ?.flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key }) => key === 'metadata.name');
  return named?.values?.[0];
}

function always(name: string, effect: string): Toleration {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', effect };
}
