// The cluster as a process knows it: what it was told, with the nodes that it has given since.
import { objectKey, type Pod, type Scenario } from '../../../src/model/types.ts';
import type { Replica } from '../replicas.ts';
import { waitsForUs } from './checker.ts';

/** As a scenario of its own; `unless` leaves pods waiting that were given a node. */
export function knownTo(
  { site, cluster }: Replica,
  unless: (key: string) => boolean = () => false,
): Scenario {
  const { nodes, pods, objects } = site.view;
  const standing: Pod[] = [];
  const pending: Pod[] = [];
  for (const pod of pods) {
    const key = objectKey(pod);
    const record = cluster?.pod(key);
    const given = record?.uid === pod.metadata?.uid && !unless(key) ? record?.nodeName : undefined;
    const nodeName = pod.spec?.nodeName ?? given;
    // one that was relabelled while it is being bound counts as it was decided, as in kube-scheduler
    const labels = pod.spec?.nodeName ? pod.metadata?.labels : record?.labels;
    if (nodeName)
      standing.push({ ...pod, metadata: { ...pod.metadata, labels }, spec: { ...pod.spec!, nodeName } });
    else if (waitsForUs(pod))
      pending.push({ ...pod, status: { ...pod.status, nominatedNodeName: nominated(key) } });
  }
  return { nodes, pods: standing, objects, pending };

  function nominated(key: string): string | undefined {
    return cluster?.nominations.of(key)?.pod.nodeName;
  }
}
