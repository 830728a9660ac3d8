// What a pod asks for, as the reference adds it up (component-helpers/resource).
import {
  parsedQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityValue,
  type Quantity,
} from './quantity.ts';
import type { Container, Pod } from './types.ts';

/** Quantities by resource name: cpu in thousandths of a core, all others in units. */
export type Amounts = Map<string, number>;

type ResourceList = Readonly<Record<string, string>> | undefined;
type Sums = Map<string, Quantity>;

/** Asked for by a container that names none, in scores only (schedutil.DefaultMilliCPURequest, DefaultMemoryRequest). */
const DEFAULT_REQUESTS: ReadonlyMap<string, Quantity> = new Map([
  ['cpu', parseQuantity('100m')],
  ['memory', parseQuantity('200Mi')],
]);
const NO_DEFAULTS: ReadonlyMap<string, Quantity> = new Map();
const RESIZE_PENDING = 'PodResizePending';

interface RequestOptions {
  /** Taken for a container that does not name the resource. */
  defaults?: ReadonlyMap<string, Quantity>;
  /** Leaves spec.resources out. */
  containersOnly?: boolean;
  /** Counts what the kubelet says to have given the pod, where that is more (a pod that is being resized). */
  withStatus?: boolean;
}

/** What was worked out of a pod; its object never changes. */
interface Known {
  requests?: Amounts;
  scored?: Amounts;
  usage?: PodUsage;
}

const known = new WeakMap<Pod, Known>();

function knownOf(pod: Pod): Known {
  let found = known.get(pod);
  if (found === undefined) known.set(pod, (found = {}));
  return found;
}

/** What NodeResourcesFit checks for a pending pod: its spec alone. */
export function requestsOf(pod: Pod): Amounts {
  return (knownOf(pod).requests ??= amounts(podRequests(pod, {})));
}

/** What NodeResourcesFit's score counts for a pending pod: defaults for what is not named, spec.resources left out. */
export function scoredRequestsOf(pod: Pod): Amounts {
  return (knownOf(pod).scored ??= amounts(
    podRequests(pod, { defaults: DEFAULT_REQUESTS, containersOnly: true }),
  ));
}

/** Whether the pod's status may say otherwise than its spec what it takes. */
export function hasResourceStatus({ status }: Pod): boolean {
  if (status === undefined) return false;
  const { containerStatuses, initContainerStatuses, resources, allocatedResources, conditions } = status;
  return (
    containerStatuses !== undefined ||
    initContainerStatuses !== undefined ||
    resources !== undefined ||
    allocatedResources !== undefined ||
    (conditions?.some(({ type }) => type === RESIZE_PENDING) ?? false)
  );
}

/** What a pod takes from its node: its requests, and the amounts of cpu and memory that scores count. */
export interface PodUsage {
  requests: Amounts;
  nonzeroCpu: number;
  nonzeroMemory: number;
  /** So much that thousands of such pods on one node may be more than a column holds exactly. */
  isLarge: boolean;
}

/** 8,192 such amounts still add up exactly. */
const LARGE = 2 ** 40;

export function usageOf(pod: Pod): PodUsage {
  return (knownOf(pod).usage ??= findUsage(pod));
}

function findUsage(pod: Pod): PodUsage {
  const withStatus = hasResourceStatus(pod);
  const requests = podRequests(pod, { withStatus });
  const podLevel = hasPodLevelRequests(pod);
  const defaults = new Map([...DEFAULT_REQUESTS].filter(([name]) => !podLevel || !requests.has(name)));
  const nonzero = defaults.size === 0 ? requests : podRequests(pod, { withStatus, defaults });
  const asked = amounts(requests);
  const nonzeroCpu = quantityMilliValue(nonzero.get('cpu') ?? 0n);
  const nonzeroMemory = quantityValue(nonzero.get('memory') ?? 0n);
  const isLarge = [nonzeroCpu, nonzeroMemory, ...asked.values()].some((amount) => Math.abs(amount) > LARGE);
  return { requests: asked, nonzeroCpu, nonzeroMemory, isLarge };
}

/** The amounts of a list of quantities, such as a node's allocatable. */
export function amountsOf(list: ResourceList): Amounts {
  const result: Amounts = new Map();
  for (const name in list) {
    const { value, milliValue } = parsedQuantity(list[name]!);
    if (isCounted(name)) result.set(name, name === 'cpu' ? milliValue : value);
  }
  return result;
}

function isCounted(name: string): boolean {
  if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name === 'pods') return true;
  return isScalarResource(name);
}

/**
 * Resources that the scheduler counts besides cpu, memory, ephemeral-storage and pods: extended resources, huge pages,
 * prefixed native resources and attachable volumes.
 */
export function isScalarResource(name: string): boolean {
  if (
    name.startsWith('hugepages-') ||
    name.startsWith('attachable-volumes-') ||
    name.includes('kubernetes.io/')
  ) {
    return true;
  }
  return isExtendedResource(name);
}

const QUALIFIED_NAME =
  /^(?:requests\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** A name in a domain of its own, as example.com/gpu. */
export function isExtendedResource(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false;
  const prefixLength = name.indexOf('/') + 'requests.'.length;
  return prefixLength <= 253 && QUALIFIED_NAME.test(name);
}

function amounts(sums: Sums): Amounts {
  const result: Amounts = new Map();
  for (const [name, quantity] of sums) {
    if (name === 'cpu') result.set(name, quantityMilliValue(quantity));
    else if (isCounted(name)) result.set(name, quantityValue(quantity));
  }
  return result;
}

function podRequests(pod: Pod, options: RequestOptions): Sums {
  const sums = containerRequests(pod, options, specRequests);
  if (options.withStatus) {
    // a resize that cannot be done counts as if it had not been asked for
    if (resizeIsInfeasible(pod)) sums.clear();
    for (const given of givenToContainers(pod, options)) raise(sums, given);
  }
  if (!options.containersOnly && hasPodLevelRequests(pod)) {
    for (const [name, quantity] of podLevelRequests(pod, options)) {
      if (isPodLevelResource(name)) sums.set(name, quantity);
    }
  }
  add(sums, pod.spec?.overhead);
  return sums;
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevelResource);
}

/** What spec.resources asks for, or the kubelet has given the whole pod where that is more. */
function podLevelRequests(pod: Pod, { withStatus }: RequestOptions): Sums {
  const { spec, status } = pod;
  const sums: Sums = new Map();
  const counts = withStatus && status?.resources !== undefined;
  if (!counts || !resizeIsInfeasible(pod)) add(sums, spec?.resources?.requests);
  if (!counts) return sums;
  raise(sums, sumsOf(status.resources?.requests));
  raise(sums, sumsOf(status.allocatedResources));
  return sums;
}

/** What the containers have together, by what was allocated to them and by what they really have. */
function givenToContainers(pod: Pod, options: RequestOptions): Sums[] {
  const { resources, allocatedResources } = pod.status ?? {};
  // the pod's own status holds the sums
  if (allocatedResources !== undefined && resources?.requests !== undefined)
    return [sumsOf(allocatedResources), sumsOf(resources.requests)];
  return [allocatedRequests, actuatedRequests].map((requests) => containerRequests(pod, options, requests));
}

function resizeIsInfeasible(pod: Pod): boolean {
  const pending = pod.status?.conditions?.find(({ type }) => type === RESIZE_PENDING);
  return pending?.reason === 'Infeasible';
}

type RequestsOfContainer = (pod: Pod, container: Container) => ResourceList;

const specRequests: RequestsOfContainer = (_, container) => container.resources?.requests;

const allocatedRequests: RequestsOfContainer = (pod, container) =>
  statusOf(pod, container)?.allocatedResources ?? requestsUnlessInfeasible(pod, container);

const actuatedRequests: RequestsOfContainer = (pod, container) =>
  statusOf(pod, container)?.resources?.requests ?? allocatedRequests(pod, container);

function requestsUnlessInfeasible(pod: Pod, container: Container): ResourceList {
  return resizeIsInfeasible(pod) ? undefined : container.resources?.requests;
}

function statusOf(pod: Pod, container: Container) {
  const isOf = ({ name }: { name: string }) => name === container.name;
  return pod.status?.containerStatuses?.find(isOf) ?? pod.status?.initContainerStatuses?.find(isOf);
}

/** Containers add up; init containers run one after another beside the restartable ones that came before them. */
function containerRequests(pod: Pod, options: RequestOptions, requests: RequestsOfContainer): Sums {
  const defaults = options.defaults ?? NO_DEFAULTS;
  const sums: Sums = new Map();
  for (const container of pod.spec?.containers ?? []) add(sums, requests(pod, container), defaults);
  const restartable: Sums = new Map();
  const peak: Sums = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const list = requests(pod, container);
    if (container.restartPolicy === 'Always') {
      add(sums, list, defaults);
      add(restartable, list, defaults);
      raise(peak, restartable);
    } else {
      const together: Sums = new Map(restartable);
      add(together, list, defaults);
      raise(peak, together);
    }
  }
  raise(sums, peak);
  return sums;
}

function sumsOf(list: ResourceList): Sums {
  const sums: Sums = new Map();
  add(sums, list);
  return sums;
}

function add(sums: Sums, list: ResourceList, defaults: ReadonlyMap<string, Quantity> = NO_DEFAULTS): void {
  for (const name in list) addTo(sums, name, parseQuantity(list[name]!));
  for (const [name, quantity] of defaults) if (list?.[name] === undefined) addTo(sums, name, quantity);
}

function addTo(sums: Sums, name: string, quantity: Quantity): void {
  const sum = sums.get(name);
  sums.set(name, sum === undefined ? quantity : sum + quantity);
}

function raise(sums: Sums, others: Sums): void {
  for (const [name, quantity] of others) {
    const sum = sums.get(name);
    if (sum === undefined || quantity > sum) sums.set(name, quantity);
  }
}
