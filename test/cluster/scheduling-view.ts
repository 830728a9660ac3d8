// What scheduling reads of a pod, in a form in which two pods can be compared: amounts as numbers, absent fields away,
// hashes and uids, which differ between clusters, replaced.
import { parseQuantity } from '../../src/model/quantity.ts';
import type { Container, Pod } from '../../src/model/types.ts';

type ResourceList = Record<string, string> | undefined;

/** Labels whose values hold a hash or a uid. */
const HASHED = [
  'pod-template-hash',
  'controller-revision-hash',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
];

const JOB_NAMES = ['job-name', 'batch.kubernetes.io/job-name'];

export function schedulingView(pod: Pod): object {
  const { metadata, spec } = pod;
  const { labels = {}, ownerReferences = [] } = metadata ?? {};
  const { resources, containers, initContainers, volumes = [], ...rest } = spec!;
  return plain({
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [
        name,
        HASHED.includes(name) ? 'hash' : JOB_NAMES.includes(name) ? withoutRun(value) : value,
      ]),
    ),
    owners: ownerReferences.map(({ apiVersion, kind, name, controller }) => ({
      apiVersion,
      kind,
      name: withoutHash(name, kind, labels),
      controller,
    })),
    hostname: rest.hostname,
    subdomain: rest.subdomain,
    nodeName: rest.nodeName,
    nodeSelector: rest.nodeSelector,
    affinity: rest.affinity,
    tolerations: rest.tolerations,
    topologySpreadConstraints: withoutHashes(rest.topologySpreadConstraints, labels),
    priority: rest.priority,
    priorityClassName: rest.priorityClassName,
    preemptionPolicy: rest.preemptionPolicy,
    schedulerName: rest.schedulerName,
    schedulingGates: rest.schedulingGates,
    runtimeClassName: rest.runtimeClassName,
    restartPolicy: rest.restartPolicy,
    hostNetwork: rest.hostNetwork,
    resourceClaims: rest.resourceClaims,
    overhead: amounts(rest.overhead),
    requests: amounts(resources?.requests),
    containers: containers.map(containerView),
    initContainers: initContainers?.map(containerView),
    volumes: volumes
      .map(({ name, persistentVolumeClaim, ephemeral, rbd }) => ({
        name,
        claim: persistentVolumeClaim?.claimName,
        ephemeral: ephemeral?.volumeClaimTemplate?.spec,
        rbd: rbd && { pool: rbd.pool, image: rbd.image },
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
}

function containerView({ name, image, resources, ports, restartPolicy }: Container): object {
  return {
    name,
    image,
    restartPolicy,
    requests: amounts(resources?.requests),
    limits: amounts(resources?.limits),
    ports: ports?.map(({ containerPort, hostPort, hostIP, protocol }) => ({
      containerPort,
      hostPort,
      hostIP,
      protocol,
    })),
  };
}

function amounts(list: ResourceList): Record<string, string> | undefined {
  if (list === undefined || Object.keys(list).length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(list)
      .map(([name, text]) => [name, String(parseQuantity(text))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Names of replica sets end in the hash of their template, names of runs in a time. */
function withoutHash(name: string, kind: string, labels: Record<string, string>): string {
  if (kind === 'ReplicaSet') return name.replace(`-${labels['pod-template-hash']}`, '-hash');
  return kind === 'Job' ? withoutRun(name) : name;
}

function withoutRun(name: string): string {
  return name.replace(/-(?:next|\d{6,})$/, '-run');
}

/** Label keys have put the hash into selectors. */
function withoutHashes<T>(value: T, labels: Record<string, string>): T {
  const hash = labels['pod-template-hash'];
  if (hash === undefined || value === undefined) return value;
  return JSON.parse(JSON.stringify(value).replaceAll(hash, 'hash')) as T;
}

/** Fields in order, and none that are undefined or empty. */
function plain(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (_, held: unknown) => {
      if (held === null || held === '' || held === false) return undefined;
      if (typeof held !== 'object' || Array.isArray(held)) return held;
      return Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
  ) as object;
}
