// The admission plugin LimitRanger: what containers ask for that do not say, and how much a namespace lets them and claims
// ask for.
import { parseQuantity } from '../model/quantity.ts';
import type { ApiObject, Container, LimitRange, PersistentVolumeClaim, Pod } from '../model/types.ts';
import type { ClusterFacts, Refusal } from './facts.ts';
import {
  amountsOf,
  roundUp,
  sumOfContainers,
  textOf,
  type Amount,
  type Amounts,
  type ResourceList,
} from './resource-list.ts';

type Item = NonNullable<LimitRange['spec']>['limits'][number];

/** What is asked for at the least, and at the most. */
interface Asked {
  requests: Amounts;
  /** A claim has none, and is held to the most by its requests. */
  limits?: Amounts;
}

/** A default limit is the maximum; a default request the default limit, or else the minimum. */
export function setLimitRangeDefaults({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    for (const list of [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio])
      roundUp(list);
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    item.default = limits;
    item.defaultRequest = { ...item.min, ...limits, ...item.defaultRequest };
  }
}

/** Gives containers the default limits and requests of their namespace. */
export function setLimits(pod: Pod, facts: ClusterFacts): void {
  for (const range of inOrder(pod, facts)) {
    const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
    const limits = Object.assign({}, ...items.map((item) => item.default)) as ResourceList;
    const requests = Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)) as ResourceList;
    if (Object.keys(limits).length + Object.keys(requests).length === 0) continue;
    for (const container of containersOf(pod)) {
      container.resources = {
        ...container.resources,
        limits: { ...limits, ...container.resources?.limits },
        requests: { ...requests, ...container.resources?.requests },
      };
    }
  }
}

/** Whether the containers, and the pod as a whole, keep to the limits of their namespace; the first range refuses. */
export function checkLimits(pod: Pod, facts: ClusterFacts): Refusal[] {
  return firstBroken(pod, facts, (item) => {
    if (item.type === 'Pod') return broken(item, askedByPod(pod));
    if (item.type !== 'Container') return [];
    return containersOf(pod).flatMap((container) => broken(item, askedBy(container)));
  });
}

/** Whether a claim keeps to the limits of its namespace, of which the requests of storage are meant; the first range refuses. */
export function checkClaimLimits(claim: PersistentVolumeClaim, facts: ClusterFacts): Refusal[] {
  const requests = amountsOf(claim.spec?.resources?.requests);
  return firstBroken(claim, facts, ({ type, min, max }) =>
    type === 'PersistentVolumeClaim' ? broken({ type, min, max }, { requests }) : [],
  );
}

function firstBroken(object: ApiObject, facts: ClusterFacts, check: (item: Item) => string[]): Refusal[] {
  for (const range of inOrder(object, facts)) {
    const messages = (range.spec?.limits ?? []).flatMap(check);
    if (messages.length > 0) return [{ plugin: 'LimitRanger', message: together(messages) }];
  }
  return [];
}

/** Messages as the API server prints several: each once. */
function together(messages: string[]): string {
  const different = [...new Set(messages)];
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`;
}

function broken(item: Item, { requests, limits }: Asked): string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = item;
  const messages: string[] = [];
  for (const [name, least] of amountsOf(min)) {
    const usage = `minimum ${name} usage per ${type} is ${textOf(least)}`;
    const [request, limit] = [requests.get(name), limits?.get(name)];
    const isLess = ({ quantity }: Amount) => quantity < least.quantity;
    if (request === undefined) messages.push(`${usage}.  No request is specified`);
    else if (isLess(request)) messages.push(`${usage}, but request is ${textOf(request)}`);
    else if (limit !== undefined && isLess(limit)) messages.push(`${usage}, but limit is ${textOf(limit)}`);
  }
  for (const [name, most] of amountsOf(max)) {
    const usage = `maximum ${name} usage per ${type} is ${textOf(most)}`;
    const [request, limit] = [requests.get(name), limits?.get(name)];
    const isMore = ({ quantity }: Amount) => quantity > most.quantity;
    if (limits === undefined) {
      if (request === undefined) messages.push(`${usage}.  No request is specified`);
      else if (isMore(request)) messages.push(`${usage}, but request is ${textOf(request)}`);
    } else if (limit === undefined) messages.push(`${usage}.  No limit is specified`);
    else if (isMore(limit)) messages.push(`${usage}, but limit is ${textOf(limit)}`);
    else if (request !== undefined && isMore(request))
      messages.push(`${usage}, but request is ${textOf(request)}`);
  }
  for (const [name, ratio] of amountsOf(maxLimitRequestRatio)) {
    const usage = `${name} max limit to request ratio per ${type} is ${textOf(ratio)}`;
    const [request = 0n, limit = 0n] = [requests.get(name)?.quantity, limits?.get(name)?.quantity];
    if (request === 0n) messages.push(`${usage}, but no request is specified or request is 0`);
    else if (limit === 0n) messages.push(`${usage}, but no limit is specified or limit is 0`);
    else if (limit * parseQuantity('1') > ratio.quantity * request)
      messages.push(`${usage}, but provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}`);
  }
  return messages;
}

function askedBy({ resources }: Container): Asked {
  return { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) };
}

function askedByPod(pod: Pod): Asked {
  const asked = (field: 'requests' | 'limits') => {
    const own = [...amountsOf(pod.spec?.resources?.[field])];
    const ofThePod = own.filter(([name]) => name === 'cpu' || name === 'memory');
    return new Map([...sumOfContainers(pod, field), ...ofThePod]);
  };
  return { requests: asked('requests'), limits: asked('limits') };
}

function containersOf({ spec }: Pod): Container[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}

/** Where two ranges say different things, the first by name is heard first. */
function inOrder(object: ApiObject, facts: ClusterFacts): LimitRange[] {
  const name = ({ metadata }: LimitRange) => metadata?.name ?? '';
  return [...facts.limitRanges(object.metadata?.namespace ?? 'default')].sort((a, b) =>
    name(a) < name(b) ? -1 : 1,
  );
}
