// NodePorts: two pods of one node cannot have the same host port on the same address.
import { hostPortsOf, hostPortText, portsCollide } from '../../state/host-ports.ts';
import { unschedulable, definePlugin } from '../plugin.ts';

const NO_FREE_PORTS = unschedulable("node(s) didn't have free ports for the requested pod ports");
const LOOKUPS_LIMIT = 4096;

export const nodePorts = definePlugin({
  name: 'NodePorts',
  points: ['preFilter', 'filter'],
  needs: ['preFilter'],
  reads: { containers: ['ports', 'restartPolicy'] },

  key: (pod) => ({ resources: hostPortsOf(pod).map(hostPortText).sort().join() }),

  packsRequests: true,
  pack(pod, { builder, cluster, code }) {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0 || code === 0) return undefined;
    const { portUsers } = cluster;
    const ports = builder.exclusive(portUsers.collidingRows(wanted), code);
    return {
      explain: () => NO_FREE_PORTS,
      refresh(rows) {
        // either way finds the same: one looks up each port in each row, the other goes over all that hold the ports
        const colliding =
          wanted.length * rows.length > LOOKUPS_LIMIT ? portUsers.collidingRows(wanted) : undefined;
        for (const row of rows) ports.set(row, colliding?.has(row) ?? portUsers.collide(wanted, row));
      },
    };
  },

  helps(event, pod) {
    if (event.kind === 'Node') return event.before === undefined;
    if (event.kind !== 'AssignedPod' || event.before === undefined || event.after !== undefined) return false;
    const freed = hostPortsOf(event.before);
    return hostPortsOf(pod).some((port) => freed.some((other) => portsCollide(port, other)));
  },
});
