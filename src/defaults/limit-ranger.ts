// The admission plugin LimitRanger: what containers ask for that do not say, and how much a namespace lets them.
import { parseQuantity, type Quantity } from '../api/quantity.ts';
import type { Container, LimitRange, Pod } from '../api/types.ts';
import type { ClusterFacts, Refusal } from './facts.ts';
import { roundUp, sumOfContainers, textOf, type ResourceList } from './resource-list.ts';

type Item = NonNullable<LimitRange['spec']>['limits'][number];

/** What is asked for at the least, and at the most. */
interface Asked {
  requests: ReadonlyMap<string, Quantity>;
  limits: ReadonlyMap<string, Quantity>;
}

/** A default limit is the maximum; a default request the default limit, or else the minimum. */
export function setLimitRangeDefaults({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    for (const list of [item.max, item.min, defaultOf(item), item.defaultRequest, item.maxLimitRequestRatio])
      roundUp(list);
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...defaultOf(item) };
    setDefaultOf(item, limits);
    item.defaultRequest = { ...item.min, ...limits, ...item.defaultRequest };
  }
}

/** Gives containers the default limits and requests of their namespace. */
export function setLimits(pod: Pod, facts: ClusterFacts): void {
  for (const range of inOrder(pod, facts)) {
    const items = (range.spec?.limits ?? []).filter(({ type }) => type === 'Container');
    const limits = Object.assign({}, ...items.map(defaultOf)) as ResourceList;
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

/** Whether the containers, and the pod as a whole, keep to the limits of their namespace. */
export function checkLimits(pod: Pod, facts: ClusterFacts): Refusal[] {
  const messages: string[] = [];
  for (const range of inOrder(pod, facts)) {
    for (const item of range.spec?.limits ?? []) {
      if (item.type === 'Container') {
        for (const container of containersOf(pod)) messages.push(...broken(item, askedBy(container)));
      } else if (item.type === 'Pod') messages.push(...broken(item, askedByPod(pod)));
    }
  }
  return messages.map((message) => ({ plugin: 'LimitRanger', message }));
}

function broken(item: Item, { requests, limits }: Asked): string[] {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = item;
  const messages: string[] = [];
  for (const [name, least] of Object.entries(min)) {
    const usage = `minimum ${name} usage per ${type} is ${least}`;
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (request === undefined) messages.push(`${usage}.  No request is specified`);
    else if (request < parseQuantity(least)) messages.push(`${usage}, but request is ${textOf(request)}`);
    else if (limit !== undefined && limit < parseQuantity(least))
      messages.push(`${usage}, but limit is ${textOf(limit)}`);
  }
  for (const [name, most] of Object.entries(max)) {
    const usage = `maximum ${name} usage per ${type} is ${most}`;
    const [request, limit] = [requests.get(name), limits.get(name)];
    if (limit === undefined) messages.push(`${usage}.  No limit is specified`);
    else if (limit > parseQuantity(most)) messages.push(`${usage}, but limit is ${textOf(limit)}`);
    else if (request !== undefined && request > parseQuantity(most))
      messages.push(`${usage}, but request is ${textOf(request)}`);
  }
  for (const [name, ratio] of Object.entries(maxLimitRequestRatio)) {
    const usage = `${name} max limit to request ratio per ${type} is ${ratio}`;
    const [request = 0n, limit = 0n] = [requests.get(name), limits.get(name)];
    if (request === 0n) messages.push(`${usage}, but no request is specified or request is 0`);
    else if (limit === 0n) messages.push(`${usage}, but no limit is specified or limit is 0`);
    else if (limit * parseQuantity('1') > parseQuantity(ratio) * request)
      messages.push(`${usage}, but provided ratio is ${(Number(limit) / Number(request)).toFixed(6)}`);
  }
  return messages;
}

function askedBy({ resources }: Container): Asked {
  return { requests: amounts(resources?.requests), limits: amounts(resources?.limits) };
}

function askedByPod(pod: Pod): Asked {
  const asked = (field: 'requests' | 'limits') => {
    const own = Object.entries(pod.spec?.resources?.[field] ?? {});
    const ofThePod = own.filter(([name]) => name === 'cpu' || name === 'memory');
    return new Map([...sumOfContainers(pod, field), ...amounts(Object.fromEntries(ofThePod))]);
  };
  return { requests: asked('requests'), limits: asked('limits') };
}

function amounts(list: ResourceList | undefined): Map<string, Quantity> {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

function containersOf({ spec }: Pod): Container[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}

/** Where two ranges say different things, the first by name is heard first. */
function inOrder(pod: Pod, facts: ClusterFacts): LimitRange[] {
  const name = ({ metadata }: LimitRange) => metadata?.name ?? '';
  return [...facts.limitRanges(pod.metadata?.namespace ?? 'default')].sort((a, b) =>
    name(a) < name(b) ? -1 : 1,
  );
}

// client-node calls the field by another name, since `default` is a word of the language
function defaultOf(item: Item): ResourceList {
  return (item as { default?: ResourceList }).default ?? {};
}

function setDefaultOf(item: Item, limits: ResourceList): void {
  (item as { default?: ResourceList }).default = limits;
}
