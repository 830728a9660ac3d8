// What `coset run` must be allowed to do at the API server: what it watches, by the registry's plugins, and what it writes.
import { BINDING_RIGHT } from '../kube/binder.ts';
import { EVENT_RIGHT } from '../kube/events.ts';
import { POD_STATUS_RIGHT } from '../kube/pod-condition.ts';
import { POD_GROUP_STATUS_RIGHT } from '../kube/pod-group-condition.ts';
import { POD_LOOKUP_RIGHT } from '../kube/pod-lookup.ts';
import { NODES, OTHER_RESOURCES, PODS, rightToWatch } from '../kube/resources.ts';
import { VERBS, type Right, type Verb } from '../model/right.ts';
import type { Registry } from '../plugins/registry.ts';
import { EVICTION_RIGHT } from './evictions.ts';

/** Each resource once, with all that is done with it. */
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
    ...plugins.flatMap((plugin) => plugin.rights ?? []),
  ];
  const verbs = new Map<string, Set<Verb>>();
  for (const right of rights) {
    const name = `${right.group}/${right.resource}`;
    verbs.set(name, new Set([...(verbs.get(name) ?? []), ...right.verbs]));
  }
  return [...verbs].sort(byName).map(([name, of]) => {
    const slash = name.indexOf('/');
    const [group, resource] = [name.slice(0, slash), name.slice(slash + 1)];
    return { group, resource, verbs: VERBS.filter((verb) => of.has(verb)) };
  });
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
