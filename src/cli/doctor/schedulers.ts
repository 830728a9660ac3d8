// Other schedulers, by the pods that run them and by what they have bound.
import { load } from 'js-yaml';
import { DEFAULT_SCHEDULER, type Pod } from '../../model/types.ts';
import { listed, reviewed, type Examined, type Finding } from './finding.ts';

/** How many of the last bindings are looked at. */
const EVENTS = 500;
/** A replica hands over to the next, and may lead again much later; two that both bind alternate. */
const RETURNS_MAX = 3;

interface Running {
  pod: string;
  /** Undefined where its configuration cannot be read. */
  names?: string[];
  /** Of its lease. */
  lease?: string;
}

interface Found {
  findings: Finding[];
  /** Of all that are known. */
  names: Set<string>;
}

export async function schedulersOf(examined: Examined): Promise<Found> {
  const check = 'schedulers';
  const { configuration } = examined;
  const ours = configuration.profiles.map(({ schedulerName }) => schedulerName);
  const { namespace = 'kube-system', name } = configuration.leaderElection ?? {};
  const running = await runningIn(examined, new Set(['kube-system', namespace]));
  const others = running.filter(({ lease }) => name === undefined || lease !== `${namespace}/${name}`);
  const findings: Finding[] = [];
  for (const { pod, names } of others) {
    const shared = names?.filter((one) => ours.includes(one));
    if (shared === undefined)
      findings.push({
        ...{
          check,
          status: 'warning',
          message: `${pod} runs a scheduler whose configuration cannot be read`,
        },
        advice: `see that it has none of these schedulerNames: ${ours.join(', ')}`,
      });
    else if (shared.length > 0)
      findings.push({
        ...{
          check,
          status: 'fault',
          message: `${pod} schedules for ${shared.join(', ')} too, by another lease`,
        },
        advice: 'give them other schedulerNames, or one lease; both decide about the same pods',
      });
  }
  findings.push(...(await alternating(examined, ours)));
  if (findings.length === 0)
    findings.push({ check, status: 'ok', message: `no other one is known for ${ours.join(', ')}` });
  const known = running.flatMap(({ names = [] }) => names);
  return { findings, names: new Set([DEFAULT_SCHEDULER, ...ours, ...known]) };
}

async function runningIn(examined: Examined, namespaces: ReadonlySet<string>): Promise<Running[]> {
  const running: Running[] = [];
  for (const namespace of namespaces) {
    const pods = await listed<Pod>(examined.transport, `/api/v1/namespaces/${namespace}/pods`);
    for (const pod of pods ?? []) {
      const one = await schedulerIn(examined, pod);
      if (one !== undefined) running.push(one);
    }
  }
  return running;
}

interface Container {
  image?: string;
  command?: string[];
  args?: string[];
  volumeMounts?: { name: string; mountPath: string }[];
}

/** What a pod runs, if it is a scheduler and has not ended. */
async function schedulerIn(examined: Examined, pod: Pod): Promise<Running | undefined> {
  if (/^(Succeeded|Failed)$/.test(pod.status?.phase ?? '')) return undefined;
  for (const container of (pod.spec?.containers ?? []) as Container[]) {
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    const isKube = words.some((word) => /(^|\/)kube-scheduler$/.test(word));
    const isCoset = words[0] === 'run' && /(^|\/)coset[:@]?/.test(container.image ?? '');
    if (!isKube && !isCoset) continue;
    const name = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
    const file = flag(words, 'config');
    const read = file === undefined ? {} : await configurationIn(examined, pod, container, file);
    if (read === undefined) return { pod: name };
    const names = read.profiles?.map(({ schedulerName = DEFAULT_SCHEDULER }) => schedulerName);
    const { resourceNamespace = 'kube-system', resourceName = isKube ? 'kube-scheduler' : 'coset' } =
      read.leaderElection ?? {};
    const leaseNamespace = flag(words, 'leader-elect-resource-namespace') ?? resourceNamespace;
    const leaseName = flag(words, 'leader-elect-resource-name') ?? resourceName;
    return { pod: name, names: names ?? [DEFAULT_SCHEDULER], lease: `${leaseNamespace}/${leaseName}` };
  }
  return undefined;
}

function flag(words: readonly string[], name: string): string | undefined {
  for (const [n, word] of words.entries()) {
    if (word === `--${name}`) return words[n + 1];
    if (word.startsWith(`--${name}=`)) return word.slice(name.length + 3);
  }
  return undefined;
}

interface ConfigurationFile {
  profiles?: { schedulerName?: string }[];
  leaderElection?: { resourceNamespace?: string; resourceName?: string };
}

/** The configuration that a container mounts from a ConfigMap; undefined where it comes from elsewhere or may not be read. */
async function configurationIn(
  { transport }: Examined,
  { metadata, spec }: Pod,
  { volumeMounts = [] }: Container,
  file: string,
): Promise<ConfigurationFile | undefined> {
  const mount = volumeMounts.find(({ mountPath }) => file.startsWith(`${mountPath.replace(/\/$/, '')}/`));
  const volume = spec?.volumes?.find(({ name }) => name === mount?.name);
  const configMap = volume?.configMap?.name;
  if (mount === undefined || configMap === undefined) return undefined;
  const { namespace } = metadata ?? {};
  const resourceAttributes = { resource: 'configmaps', verb: 'get', namespace, name: configMap };
  if (!(await reviewed(transport, { resourceAttributes }))) return undefined;
  const path = `/api/v1/namespaces/${namespace}/configmaps/${configMap}`;
  const { status, body } = await transport.request('GET', path);
  if (status !== 200) return undefined;
  const key = file.slice(mount.mountPath.replace(/\/$/, '').length + 1);
  try {
    return (
      (load((body as { data?: Record<string, string> }).data?.[key] ?? '') as
        ConfigurationFile | undefined) ?? {}
    );
  } catch {
    return undefined;
  }
}

interface Scheduled {
  reportingController?: string;
  reportingInstance?: string;
  eventTime?: string;
}

/** Whether two processes have bound pods of one schedulerName in turns lately. */
async function alternating({ transport }: Examined, ours: readonly string[]): Promise<Finding[]> {
  const resourceAttributes = { group: 'events.k8s.io', resource: 'events', verb: 'list' };
  if (!(await reviewed(transport, { resourceAttributes }))) return [];
  const path = '/apis/events.k8s.io/v1/events?fieldSelector=reason%3DScheduled';
  const events = await listed<Scheduled>(transport, path);
  const findings: Finding[] = [];
  for (const name of ours) {
    const instances = (events ?? [])
      .filter(({ reportingController }) => reportingController === name)
      .sort((one, other) => ((one.eventTime ?? '') < (other.eventTime ?? '') ? -1 : 1))
      .slice(-EVENTS)
      .map(({ reportingInstance = '' }) => reportingInstance);
    const handovers = instances.filter((instance, n) => n > 0 && instance !== instances[n - 1]).length;
    const returns = handovers - (new Set(instances).size - 1);
    if (returns <= RETURNS_MAX) continue;
    findings.push({
      ...{ check: 'schedulers', status: 'fault' },
      message: `${[...new Set(instances)].join(' and ')} have bound pods of ${name} in turns`,
      advice: 'two schedulers have this schedulerName: end one, or let them share a lease',
    });
  }
  return findings;
}
