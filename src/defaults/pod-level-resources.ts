// What a pod asks for as a whole, where it says only a part of it (PodLevelResourcesFixDefaulting, on in 1.37).
import type { Pod } from '../model/types.ts';
import { sumOfContainers, textOf, type ResourceList } from './resource-list.ts';

const HUGE_PAGES = 'hugepages-';

/** Completes spec.resources.requests: by what the containers ask for, then by the pod's own limits. */
export function setPodLevelRequests(pod: Pod): void {
  const resources = pod.spec?.resources;
  if (!resources || (isEmpty(resources.requests) && isEmpty(resources.limits))) return;
  const requests: ResourceList = { ...resources.requests };
  const limits: ResourceList = { ...resources.limits };
  for (const [name, sum] of sumOfContainers(pod, 'limits')) {
    if (name.startsWith(HUGE_PAGES) && !(name in requests)) limits[name] ??= textOf(sum);
  }
  for (const [name, sum] of sumOfContainers(pod, 'requests')) {
    if (name === 'cpu' || name === 'memory') requests[name] ??= textOf(sum);
  }
  for (const name of Object.keys(limits)) {
    if (name === 'cpu' || name === 'memory' || name.startsWith(HUGE_PAGES)) requests[name] ??= limits[name]!;
  }
  if (!isEmpty(limits)) resources.limits = limits;
  if (!isEmpty(requests)) resources.requests = requests;
}

function isEmpty(list: ResourceList | undefined): boolean {
  return list === undefined || Object.keys(list).length === 0;
}
