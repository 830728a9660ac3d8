// What goes wrong with processes, the API server, and what lies between them.
import type { Happening } from './happenings.ts';
import type { Network } from './network.ts';
import type { Replica, Replicas } from './replicas.ts';

/** How long a process may stall, or be cut off. */
const LONG_MS = 40_000;
const DOWN_MS = 8_000;
const HOUR_MS = 3_600_000;

export function incidents(network: Network, replicas: Replicas): Record<string, Happening> {
  const { chance, server } = network;
  const toSome =
    (strike: (replica: Replica, id: string) => void) =>
    (id: string): void => {
      const replica = chance.amongst(id, replicas.running, ({ machine }) => machine.name);
      if (replica !== undefined) strike(replica, id);
    };
  return {
    'a process is killed': { weight: 4, happen: toSome((replica) => replica.kill()) },
    'a process stalls': {
      weight: 3,
      happen: toSome(({ machine }, id) => machine.stall(chance.between(`${id} for`, 10, LONG_MS))),
    },
    'a process is told to end': { weight: 3, happen: toSome((replica) => replica.tellToEnd()) },
    'a process is cut off': {
      weight: 3,
      happen: toSome(({ site }, id) => site.cutOff(chance.between(`${id} for`, 100, LONG_MS))),
    },
    'the server starts anew': {
      weight: 2,
      happen: (id) => network.restart(chance.between(`${id} for`, 0, DOWN_MS)),
    },
    'the history is compacted': { weight: 3, happen: () => server.store.compact() },
    'a date jumps': {
      weight: 2,
      happen: toSome(({ machine }, id) => {
        machine.dateOffsetMs += Math.floor(chance.between(`${id} by`, -HOUR_MS, HOUR_MS));
      }),
    },
    'watches break': {
      weight: 3,
      happen: toSome(({ site }, id) => {
        for (const stream of [...site.streams]) stream.break(chance.of(`${id} clean`) < 0.5);
      }),
    },
  };
}
