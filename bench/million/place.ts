// node bench/million/place.ts WORKLOAD KIND COUNT: packs COUNT nodes, places COUNT pods of the workload on them, and prints
// what that took as JSON.
import type { Correspondence } from '../../src/determination/correspondence.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import { determinationOf } from '../kernel/pass.ts';
import { time } from '../measure.ts';
import { nodeName, planConfiguration, sizeOf, type NodeKind } from '../workloads/scenario.ts';
import { stampNode, stampPod } from '../workloads/templates.ts';
import { workload } from '../workloads/workloads.ts';
import { seededRandom } from '../random.ts';
import type { Placed } from './index.ts';

/** Pods for one call; what is known of each choice is read before the next call, as a cycle would. */
const PODS_PER_CALL = 65_536;
const SEED = 1;

const [name = '', kind = '', count = ''] = process.argv.slice(2);
const pods = Number(count);
const measured = workload(name);
const { zones, services, pods: templates } = measured;
const [profile] = planConfiguration(measured).profiles;
const kernel = loadKernel();
const cluster = clusterOf({ nodes: [], pods: [], objects: [...services], pending: [] }, kernel, SEED);
const random = seededRandom(SEED);
const pack = time(() => {
  // one by one: what the columns do not hold is garbage at once
  for (let row = 0; row < pods; row++) {
    const size = sizeOf(kind as NodeKind, random);
    cluster.setNode(stampNode(nodeName(row), size, zones[row % zones.length]));
  }
  cluster.nodes.rank();
});
const master = stampPod(templates[0]!, 'pod', 0);
cluster.setPending(master);
const determination = determinationOf(master, kernel, { cluster, profile: profile! });
let correspondence!: Correspondence;
const determine = time(() => (correspondence = determination()));
let placed = 0;
const assign = time(() => {
  while (placed < pods) {
    const assignments = correspondence.assign(Math.min(PODS_PER_CALL, pods - placed));
    if (assignments.length === 0) throw new Error(`only ${placed} of ${pods} pods found a node`);
    placed += assignments.length;
  }
});
const printed: Placed = {
  packMs: pack / 1e6,
  determineMs: determine / 1e6,
  assignMs: assign / 1e6,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(printed)}\n`);
