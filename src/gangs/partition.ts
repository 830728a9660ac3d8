// Waiting pods to turns: with the others of their class and priority, or in the queue's own order.
import { Turns, type Turn } from '../classes/turns.ts';
import type { Classified } from '../classes/class-index.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { QueuedPod } from '../queue/types.ts';
import type { Gang } from './gang-turns.ts';
import { POD_GROUP, podGroupKeyOf } from './pod-group.ts';

/** Every pod that has a class into exactly one turn. The turns of a pod group's pods stay together. */
export function partition(
  pods: readonly QueuedPod[],
  lookUp: (pod: QueuedPod) => Classified | undefined,
  cluster: Cluster,
): (Turn | Gang)[] {
  const parts: (Turn | Gang)[] = [];
  const turns = new Turns();
  const gangs = new Map<string, Gang & { formed: Turns }>();
  // where the API server has no pod groups, it is as if no pod named one
  const groups = cluster.store.keeps(POD_GROUP);
  for (const pod of pods) {
    const classified = lookUp(pod);
    if (classified === undefined) continue;
    const podGroup = groups ? podGroupKeyOf(pod.pod) : undefined;
    if (podGroup === undefined) {
      const turn = turns.add(pod, classified.class, cluster.nominations.of(pod.key) !== undefined);
      if (turn !== undefined) parts.push(turn);
      continue;
    }
    let gang = gangs.get(podGroup);
    if (gang === undefined) {
      gang = { podGroup, turns: [], formed: new Turns() };
      gangs.set(podGroup, gang);
      parts.push(gang);
      turns.interrupt();
    }
    const turn = gang.formed.add(pod, classified.class, false);
    if (turn !== undefined) gang.turns.push(turn);
  }
  return parts;
}
