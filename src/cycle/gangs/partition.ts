// Waiting pods to batches: with the others of their class and priority, or in the queue's own order.
import { Batches, type Batch } from '../batches.ts';
import type { Classified } from '../../classes/class-index.ts';
import type { Cluster } from '../../state/cluster.ts';
import type { QueuedPod } from '../../queue/types.ts';
import type { Gang } from './gang-batches.ts';
import { POD_GROUP, podGroupKeyOf } from '../../model/pod-group.ts';

/** Every pod that has a class into exactly one batch. The batches of a pod group's pods stay together. */
export function partition(
  pods: readonly QueuedPod[],
  lookUp: (pod: QueuedPod) => Classified | undefined,
  cluster: Cluster,
): (Batch | Gang)[] {
  const parts: (Batch | Gang)[] = [];
  const batches = new Batches();
  const gangs = new Map<string, Gang & { formed: Batches }>();
  // where the API server has no pod groups, it is as if no pod named one
  const groups = cluster.store.keeps(POD_GROUP);
  for (const pod of pods) {
    const classified = lookUp(pod);
    if (classified === undefined) continue;
    const podGroup = groups ? podGroupKeyOf(pod.pod) : undefined;
    if (podGroup === undefined) {
      const batch = batches.add(pod, classified.class, cluster.nominations.of(pod.key) !== undefined);
      if (batch !== undefined) parts.push(batch);
      continue;
    }
    let gang = gangs.get(podGroup);
    if (gang === undefined) {
      gang = { podGroup, batches: [], formed: new Batches() };
      gangs.set(podGroup, gang);
      parts.push(gang);
      batches.interrupt();
    }
    const batch = gang.formed.add(pod, classified.class, false);
    if (batch !== undefined) gang.batches.push(batch);
  }
  return parts;
}
