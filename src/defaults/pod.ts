// The defaults of a pod's type, of those fields that scheduling reads.
import { DEFAULT_SCHEDULER, type Container, type Pod } from '../model/types.ts';
import { roundUp } from './resource-list.ts';

export function setPodDefaults(pod: Pod): void {
  const { spec } = pod;
  if (!spec) return;
  spec.schedulerName ||= DEFAULT_SCHEDULER;
  spec.restartPolicy ||= 'Always';
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    setContainerDefaults(container, spec.hostNetwork ?? false);
  }
  roundUp(spec.overhead);
  roundUp(spec.resources?.limits);
  roundUp(spec.resources?.requests);
  // two pods with one image of a pool cannot share a node
  for (const { rbd, ephemeral } of spec.volumes ?? []) {
    if (rbd) rbd.pool ||= 'rbd';
    const claim = ephemeral?.volumeClaimTemplate?.spec;
    if (claim) claim.volumeMode ||= 'Filesystem';
  }
}

function setContainerDefaults({ resources, ports }: Container, hostNetwork: boolean): void {
  roundUp(resources?.limits);
  roundUp(resources?.requests);
  if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests };
  for (const port of ports ?? []) {
    port.protocol ||= 'TCP';
    if (hostNetwork) port.hostPort ||= port.containerPort;
  }
}
