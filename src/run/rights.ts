// What `coset run` must be allowed to do at the API server: what it watches, by the registry's plugins, and what it writes.
import { REVIEW_RIGHTS } from '../kube/access-reviews.ts';
import { BINDING_RIGHT } from '../kube/binder.ts';
import { EVENT_RIGHT } from '../kube/events.ts';
import { POD_STATUS_RIGHT } from '../kube/pod-condition.ts';
import { POD_GROUP_STATUS_RIGHT } from '../kube/pod-group-condition.ts';
import { POD_LOOKUP_RIGHT } from '../kube/pod-lookup.ts';
import { rightToLease } from '../kube/leader-election.ts';
import { NODES, OTHER_RESOURCES, PODS, rightToWatch } from '../kube/resources.ts';
import { DEFAULT_LEASE } from '../model/lease.ts';
import { VERBS, type Right } from '../model/right.ts';
import type { Registry } from '../plugins/registry.ts';
import { EVICTION_RIGHT } from './evictions.ts';

/** The lease of a scheduler whose configuration names no other; what is asked of it stays in its namespace. */
export const LEASE_RIGHT = rightToLease(DEFAULT_LEASE.name);

/** In all namespaces, each resource once, with all that is done with it. */
export function rightsOf({ objects, plugins }: Registry): Right[] {
  const rights = [
    ...[NODES, PODS, ...OTHER_RESOURCES, ...objects].map(rightToWatch),
    ...[
      BINDING_RIGHT,
      POD_LOOKUP_RIGHT,
      POD_STATUS_RIGHT,
      EVICTION_RIGHT,
      EVENT_RIGHT,
      POD_GROUP_STATUS_RIGHT,
    ],
    ...REVIEW_RIGHTS,
    ...plugins.flatMap((plugin) => plugin.rights ?? []),
  ];
  const merged = new Map<string, Right>();
  for (const right of rights) {
    const text = `${right.group}/${right.resource}`;
    const before = merged.get(text)?.verbs ?? [];
    const verbs = VERBS.filter((verb) => before.includes(verb) || right.verbs.includes(verb));
    merged.set(text, { ...right, verbs });
  }
  return [...merged].sort(byText).map(([, right]) => right);
}

function byText([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
