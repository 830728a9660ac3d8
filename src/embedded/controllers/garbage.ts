// Deletes what is left of owners that are gone.
import { RESOURCES } from '../schema/resources.ts';
import type { ControlledCluster } from './controllers.ts';

export function collectGarbage(cluster: ControlledCluster): void {
  const uids = new Set<string | undefined>();
  const resources = RESOURCES.filter((resource) => resource.convert === undefined);
  for (const { name } of resources) {
    for (const { metadata } of cluster.list(name)) uids.add(metadata?.uid);
  }
  for (const { name } of resources) {
    for (const object of cluster.list(name)) {
      const owners = object.metadata?.ownerReferences ?? [];
      if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid))) cluster.delete(object);
    }
  }
}
