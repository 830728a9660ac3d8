// The host ports that pods hold, by the rows of their nodes.
import { addressesCollide, type HostPort } from './host-ports.ts';

export class PortUsers {
  /** "protocol/port" -> row -> the address of each pod that holds the port there. */
  readonly #users = new Map<string, Map<number, string[]>>();

  /** Ports that some pod holds, whatever their addresses. */
  get size(): number {
    return this.#users.size;
  }

  /** Counts a pod that holds the port in the row from now on (1), or no longer (-1). */
  count(port: HostPort, row: number, by: 1 | -1): void {
    const key = keyOf(port);
    const rows = this.#users.get(key) ?? new Map<number, string[]>();
    const addresses = rows.get(row) ?? [];
    if (by === 1) addresses.push(port.address);
    else addresses.splice(addresses.indexOf(port.address), 1);
    if (addresses.length > 0) rows.set(row, addresses);
    else rows.delete(row);
    if (rows.size > 0) this.#users.set(key, rows);
    else this.#users.delete(key);
  }

  /** The rows where a pod with these ports would collide with others. */
  collidingRows(ports: readonly HostPort[]): Set<number> {
    const colliding = new Set<number>();
    for (const port of ports) {
      for (const [row, addresses] of this.#users.get(keyOf(port)) ?? []) {
        if (addresses.some((address) => addressesCollide(address, port.address))) colliding.add(row);
      }
    }
    return colliding;
  }

  /** Whether a pod with these ports would collide with others in the row. */
  collide(ports: readonly HostPort[], row: number): boolean {
    return ports.some((port) => {
      const addresses = this.#users.get(keyOf(port))?.get(row);
      return addresses?.some((address) => addressesCollide(address, port.address)) ?? false;
    });
  }

  /** Every port that a pod holds, with its row: once for each pod. */
  *all(): Iterable<{ port: HostPort; row: number }> {
    for (const [key, rows] of this.#users) {
      const [protocol, port] = key.split('/') as [string, string];
      for (const [row, addresses] of rows) {
        for (const address of addresses) yield { port: { address, protocol, port: Number(port) }, row };
      }
    }
  }
}

function keyOf({ protocol, port }: HostPort): string {
  return `${protocol}/${port}`;
}
