// NodePorts: two pods of one node cannot have the same host port on the same address.
import { hostPortsOf, hostPortText, portsCollide } from '../cluster/host-ports.ts';
import { unschedulable, type Constraint } from './constraint.ts';

const NO_FREE_PORTS = unschedulable("node(s) didn't have free ports for the requested pod ports");

export const nodePorts: Constraint = {
  name: 'NodePorts',

  key: (pod) => ({ resources: hostPortsOf(pod).map(hostPortText).sort().join() }),

  pack(pod, { packer, cluster, code }) {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0) return undefined;
    // every port has its bit before any column is addressed: a new word may move nothing, but adds a column
    const taken = wanted.map((port) => cluster.nodes.port(port));
    for (const { word, mask } of taken) packer.takesPorts(word, mask);
    if (code === 0) return undefined;
    for (const port of cluster.nodes.ports) {
      if (!wanted.some((own) => portsCollide(own, port))) continue;
      const { word, mask } = cluster.nodes.port(port);
      packer.conflictsWithPorts(word, mask);
    }
    packer.portCode = code;
    return { explain: () => NO_FREE_PORTS };
  },

  helps(event, pod) {
    if (event.kind === 'Node') return event.before === undefined;
    if (event.kind !== 'AssignedPod' || event.before === undefined || event.after !== undefined) return false;
    const freed = hostPortsOf(event.before);
    return hostPortsOf(pod).some((port) => freed.some((other) => portsCollide(port, other)));
  },
};
