// NodePorts: the ports in use on a node are bits, one for each (address, protocol, port) that some pod asks for.
import {
  PORT_CONFLICTS_AT,
  PORT_SIZE,
  PORT_TAKES_AT,
  PORT_USED_AT,
  TURN_PORTS_AT,
  TURN_PORT_COUNT_AT,
} from '../layout';

/** Whether a port that the class asks for is taken in the row. */
export function portsConflict(turn: usize, row: u32): bool {
  let record = <usize>load<u32>(turn, TURN_PORTS_AT);
  for (let n = load<u32>(turn, TURN_PORT_COUNT_AT); n > 0; n--) {
    const used = load<u32>(<usize>load<u32>(record, PORT_USED_AT) + (<usize>row << 2));
    if ((used & load<u32>(record, PORT_CONFLICTS_AT)) != 0) return true;
    record += PORT_SIZE;
  }
  return false;
}

/** Marks the class's ports as taken in the row. */
export function takePorts(turn: usize, row: u32): void {
  let record = <usize>load<u32>(turn, TURN_PORTS_AT);
  for (let n = load<u32>(turn, TURN_PORT_COUNT_AT); n > 0; n--) {
    const used = <usize>load<u32>(record, PORT_USED_AT) + (<usize>row << 2);
    store<u32>(used, load<u32>(used) | load<u32>(record, PORT_TAKES_AT));
    record += PORT_SIZE;
  }
}
