// The API server: its version, its clock, and what it serves.
import { missingAmong, NODES, OTHER_RESOURCES, PODS } from '../../kube/resources.ts';
import { serverVersion } from '../../kube/transport.ts';
import { reviewed, type Examined, type Finding, type Missing } from './finding.ts';

/** The minor version whose scheduler's decisions coset takes. */
const OWN_MINOR = 37;
/** The oldest that has the stable API of claims for devices. */
const OLDEST_MINOR = 34;
const CLOCK_MS_MAX = 5_000;

/** Throws when the server does not answer. */
export async function versionFinding({ transport }: Examined): Promise<Finding> {
  const check = 'version';
  const version = await serverVersion(transport);
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1]);
  if (Number.isNaN(minor))
    return { check, status: 'warning', message: `${version} is no version that is known` };
  if (minor < OLDEST_MINOR)
    return {
      ...{
        check,
        status: 'fault',
        message: `the API server is ${version}, and coset needs 1.${OLDEST_MINOR}`,
      },
      advice: 'upgrade the control plane, or stay with its kube-scheduler',
    };
  const decides = `coset decides as v1.${OWN_MINOR}'s scheduler`;
  if (minor > OWN_MINOR)
    return {
      ...{ check, status: 'warning', message: `the API server is ${version}, and ${decides}` },
      advice: 'look for a newer coset: what is new in pods is not understood, and they wait with a message',
    };
  return { check, status: 'ok', message: minor === OWN_MINOR ? version : `${version}; ${decides}` };
}

/** Times of pods are the server's; those of conditions, events and leases are written here. */
export async function clockFinding({ transport, now }: Examined): Promise<Finding> {
  const check = 'clock';
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const sent = now();
  const reply = await transport.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
  const received = now();
  const told = Date.parse(reply.answer?.metadata?.creationTimestamp ?? '');
  if (Number.isNaN(told))
    return { check, status: 'warning', message: 'the API server does not say what time it is' };
  // it tells whole seconds
  const behind = Math.max(told - received, 0);
  const ahead = Math.max(sent - (told + 1000), 0);
  if (Math.max(behind, ahead) <= CLOCK_MS_MAX)
    return { check, status: 'ok', message: "it goes as the API server's" };
  const seconds = Math.round(Math.max(behind, ahead) / 1000);
  return {
    ...{ check, status: 'fault' },
    message: `this machine's clock is ${seconds} s ${behind > 0 ? 'behind' : 'ahead of'} the API server's`,
    advice: 'let both follow one source of time (NTP): conditions, events and leases carry this time',
  };
}

/** Without these coset knows too little of the cluster to decide. */
const NEEDED = new Set<string>([NODES, PODS, ...OTHER_RESOURCES].map(({ path }) => path));
/** Not served by default, and nothing is amiss without them. */
const SELDOM_SERVED = /\/(podgroups|devicetaintrules)$/;

export async function apisOf({
  transport,
  configuration,
}: Examined): Promise<{ findings: Finding[]; missing: Missing }> {
  const resources = [NODES, PODS, ...OTHER_RESOURCES, ...configuration.registry.objects];
  const missing = await missingAmong(transport, resources);
  const findings: Finding[] = [];
  const amiss = [...missing].filter((path) => !SELDOM_SERVED.test(path));
  for (const path of amiss) {
    const isNeeded = NEEDED.has(path);
    findings.push({
      ...{
        check: 'API',
        status: isNeeded ? 'fault' : 'warning',
        message: `the API server does not serve ${path}`,
      },
      advice: isNeeded
        ? 'this is no whole Kubernetes API: coset cannot schedule for it'
        : 'pods that need it wait; see --runtime-config of kube-apiserver',
    });
  }
  const served = resources.length - missing.size;
  const off = [...missing].filter((path) => SELDOM_SERVED.test(path)).map((path) => path.split('/').at(-1));
  const without = off.length === 0 ? '' : `; ${off.join(' and ')} not, as by default`;
  if (amiss.length === 0)
    findings.push({
      check: 'API',
      status: 'ok',
      message: `all ${served} resources that are needed are served${without}`,
    });
  return { findings, missing };
}

/** What decides where pods go, and how it stands in coset: as by default in this version. */
const GATES: Readonly<Record<string, boolean>> = {
  CompositePodGroup: false,
  DRADerivedAttributes: false,
  DRADeviceCompatibilityGroups: false,
  DRAExtendedResource: true,
  DRAListTypeAttributes: false,
  DRANodeAllocatableResources: false,
  DRAOptionalNodeOperations: false,
  DRAWorkloadResourceClaims: false,
  InPlacePodVerticalScalingSchedulerPreemption: false,
  NodeDeclaredFeatures: true,
  PodGroupPreemptionPolicy: false,
  PodLevelResources: true,
  StorageCapacityScoring: true,
  TaintTolerationComparisonOperators: false,
  TopologyAwareWorkloadScheduling: false,
};

/** The gates are told by the server's metrics, which few may read. */
export async function gateFindings({ transport }: Examined): Promise<Finding[]> {
  const check = 'feature gates';
  const nonResourceAttributes = { verb: 'get', path: '/metrics' };
  const mayRead = await reviewed(transport, { nonResourceAttributes });
  const body = mayRead ? (await transport.request('GET', '/metrics')).body : undefined;
  if (typeof body !== 'string') {
    const message = "not looked at: the API server's /metrics may not be read";
    return [{ check, status: 'ok', message }];
  }
  const told = [...body.matchAll(/^kubernetes_feature_enabled\{name="(\w+)"[^}]*\} ([01])$/gm)];
  const others = told.filter(([, name, on]) => GATES[name!] !== undefined && GATES[name!] !== (on === '1'));
  if (others.length === 0)
    return [{ check, status: 'ok', message: 'those that decide where pods go stand as in coset' }];
  return others.map(([, name, on]) => ({
    ...{ check, status: 'warning' as const },
    message: `${name} is ${on === '1' ? 'on' : 'off'} in the API server, and coset decides as if it were ${on === '1' ? 'off' : 'on'}`,
    advice:
      on === '1'
        ? 'pods that use it wait with a message, or as without it'
        : 'pods that use it are not accepted',
  }));
}
