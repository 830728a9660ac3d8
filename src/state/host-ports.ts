// Host ports of a pod, as the reference compares them.
import type { Container, Pod } from '../model/types.ts';

const ANY_ADDRESS = '0.0.0.0';
/** Most pods have none. */
const NO_PORTS: readonly HostPort[] = [];

export interface HostPort {
  address: string;
  protocol: string;
  port: number;
}

/** The host ports of the pod's restartable init containers and of its containers. */
export function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  for (const container of spec?.initContainers ?? [])
    if (container.restartPolicy === 'Always') ports = portsOf(container, ports);
  for (const container of spec?.containers ?? []) ports = portsOf(container, ports);
  return ports ?? NO_PORTS;
}

/** `ports` with those of a container; undefined while there is none. */
function portsOf(container: Container, ports: HostPort[] | undefined): HostPort[] | undefined {
  for (const { hostPort, hostIP, protocol } of container.ports ?? []) {
    if (hostPort !== undefined && hostPort > 0)
      (ports ??= []).push({ address: hostIP || ANY_ADDRESS, protocol: protocol || 'TCP', port: hostPort });
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
