// Host ports of a pod, as the reference compares them.
import type { Pod } from '../api/types.ts';

const ANY_ADDRESS = '0.0.0.0';

export interface HostPort {
  address: string;
  protocol: string;
  port: number;
}

/** The host ports of the pod's containers and of its restartable init containers. */
export function hostPortsOf(pod: Pod): HostPort[] {
  const ports: HostPort[] = [];
  const lasting = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...lasting, ...(pod.spec?.containers ?? [])]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
      if (hostPort !== undefined && hostPort > 0) {
        ports.push({ address: hostIP || ANY_ADDRESS, protocol: protocol || 'TCP', port: hostPort });
      }
    }
  }
  return ports;
}

export function hostPortText({ address, protocol, port }: HostPort): string {
  return `${address}/${protocol}/${port}`;
}

/** Whether two pods on one node cannot have these ports. */
export function portsCollide(one: HostPort, two: HostPort): boolean {
  return one.port === two.port && one.protocol === two.protocol && addressesCollide(one.address, two.address);
}

/** Whether two pods on one node cannot have the same port at these addresses. */
export function addressesCollide(one: string, two: string): boolean {
  return one === two || one === ANY_ADDRESS || two === ANY_ADDRESS;
}
