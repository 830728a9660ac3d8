// The parts of the path around the kernel, each by itself: nanoseconds for a node or a pod.
import type { Pod } from '../../src/api/types.ts';
import { ClassIndex } from '../../src/classes/class-index.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { LineDecoder } from '../../src/kube/lines.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import type { Bench, Figure, Size } from '../figure.ts';
import { repeat, time } from '../measure.ts';
import { planConfiguration, scenarioOf } from '../workloads/scenario.ts';
import { watchLine } from '../workloads/watched.ts';
import { workload } from '../workloads/workloads.ts';

const SPREADING = workload('default-spreading');
const SEED = 1;
/** As much of a watch as one read of a connection brings. */
const CHUNK_BYTES = 65_536;

export const partBenches: readonly Bench[] = [
  { name: 'parts/nodes', run: packNodes },
  { name: 'parts/pods', run: packPods },
  { name: 'parts/class-key', run: classKeys },
  { name: 'parts/decode', run: decode },
];

/** Packs nodes into an empty cluster. */
function* packNodes(size: Size): Iterable<Figure> {
  const { nodes } = scenario(size);
  yield figure('parts/nodes', 'ns/node', size, nodes.length, () => {
    const cluster = clusterOf({ nodes: [], pods: [], objects: [], pending: [] }, loadKernel(), SEED);
    return () => nodes.forEach((node) => cluster.setNode(node));
  });
}

/** Packs pods on nodes that are known. */
function* packPods(size: Size): Iterable<Figure> {
  const { nodes, objects, pending } = scenario(size);
  const bound = pending.map((pod, n): Pod => {
    const nodeName = nodes[n % nodes.length]!.metadata!.name!;
    return { ...pod, spec: { ...pod.spec!, nodeName } };
  });
  yield figure('parts/pods', 'ns/pod', size, bound.length, () => {
    const cluster = clusterOf({ nodes, pods: [], objects, pending: [] }, loadKernel(), SEED);
    return () => bound.forEach((pod) => cluster.setPod(pod));
  });
}

/** Computes the class keys of pods that a Service selects. */
function* classKeys(size: Size): Iterable<Figure> {
  const [profile] = planConfiguration(SPREADING).profiles;
  const whole = scenario(size);
  const { pending } = whole;
  yield figure('parts/class-key', 'ns/pod', size, pending.length, () => {
    const kernel = loadKernel();
    const context = { cluster: clusterOf(whole, kernel, SEED), profile: profile! };
    const classes = new ClassIndex(kernel);
    return () => pending.forEach((pod) => classes.of(pod, context));
  });
}

/** Takes pods out of the bytes of a watch. */
function* decode(size: Size): Iterable<Figure> {
  const { pending } = scenario(size);
  const bytes = Buffer.from(pending.map((pod, n) => `${watchLine(pod, n)}\n`).join(''));
  yield figure('parts/decode', 'ns/pod', size, pending.length, () => () => {
    const lines = new LineDecoder();
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      lines.push(bytes.subarray(at, at + CHUNK_BYTES), (line) => void JSON.parse(line));
    }
  });
  yield { name: 'parts/decode/event', value: bytes.length / pending.length, unit: 'bytes' };
}

function scenario(size: Size) {
  return scenarioOf(SPREADING, SPREADING.counts[size], 'uniform');
}

/** The time for one of `items`; `prepare` returns what is timed, for all of them. */
function figure(name: string, unit: string, size: Size, items: number, prepare: () => () => void): Figure {
  const { all } = repeat(size, () => ({ all: time(prepare()) }));
  return { name: `${name}/time`, value: all.median / items, unit, spread: all.spread };
}
