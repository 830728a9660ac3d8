// Deletes what is left of owners that are gone.
import type { ApiObject } from '../../../model/types.ts';
import { RESOURCES } from '../schema/resources.ts';
import type { ControlledCluster } from './controlled-cluster.ts';

export function collectGarbage(cluster: ControlledCluster): void {
  const uids = new Set<string | undefined>();
  const owned: ApiObject[] = [];
  for (const { name, convert } of RESOURCES) {
    if (convert !== undefined) continue;
    for (const object of cluster.list(name)) {
      uids.add(object.metadata?.uid);
      if ((object.metadata?.ownerReferences?.length ?? 0) > 0) owned.push(object);
    }
  }
  for (const object of owned) {
    if (object.metadata!.ownerReferences!.every(({ uid }) => !uids.has(uid))) cluster.delete(object);
  }
}
