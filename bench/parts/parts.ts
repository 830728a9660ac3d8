// The parts of the path around the kernel, each by itself: the time for one node or one pod.
import type { ApiObject, Pod, Scenario } from '../../src/model/types.ts';
import { ClassIndex } from '../../src/classes/class-index.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { parseLean } from '../../src/kube/lean-json.ts';
import { LineDecoder } from '../../src/kube/lines.ts';
import { clusterOf } from '../../src/planner/plan.ts';
import type { Size } from '../figure.ts';
import { repeat, time, type Timing } from '../measure.ts';
import { planConfiguration, scenarioOf } from '../workloads/scenario.ts';
import { servedNode, servedPod, watchLines } from '../workloads/served.ts';
import type { Counts, Workload } from '../workloads/workloads.ts';

const SEED = 1;
/** As much of a watch as one read of a connection brings. */
const CHUNK_BYTES = 65_536;

/** What is timed, and the number of things that it works on. `prepare` is called before each repetition. */
interface Work {
  items: number;
  prepare: () => () => void;
}

const PARTS = {
  /** Packs nodes into an empty cluster. */
  nodes({ nodes }: Scenario): Work {
    return {
      items: nodes.length,
      prepare() {
        const cluster = clusterOf({ nodes: [], pods: [], objects: [], pending: [] }, loadKernel(), SEED);
        return () => nodes.forEach((node) => cluster.setNode(node));
      },
    };
  },

  /** Packs pods on nodes that are known. */
  pods({ nodes, objects, pending }: Scenario): Work {
    const bound = pending.map((pod, n): Pod => {
      const nodeName = nodes[n % nodes.length]!.metadata!.name!;
      return { ...pod, spec: { ...pod.spec!, nodeName } };
    });
    return {
      items: bound.length,
      prepare() {
        const cluster = clusterOf({ nodes, pods: [], objects, pending: [] }, loadKernel(), SEED);
        return () => bound.forEach((pod) => cluster.setPod(pod));
      },
    };
  },

  /** Computes the class keys of pods that wait. */
  'class-key'(scenario: Scenario, workload: Workload): Work {
    const [profile] = planConfiguration(workload).profiles;
    return {
      items: scenario.pending.length,
      prepare() {
        const kernel = loadKernel();
        const context = { cluster: clusterOf(scenario, kernel, SEED), profile: profile! };
        const classes = new ClassIndex(kernel);
        return () => scenario.pending.forEach((pod) => classes.of(pod, context));
      },
    };
  },

  /** Takes nodes out of the bytes of a watch. */
  'decode-nodes': ({ nodes }: Scenario): Work => decoding(nodes.map(servedNode)),

  /** Takes pods out of the bytes of a watch. */
  'decode-pods': ({ pending }: Scenario): Work => decoding(pending.map(servedPod)),
};

export type Part = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as Part[];

/** How long a part takes for one of a workload's nodes or pods, in nanoseconds. */
export function partTime(part: Part, workload: Workload, counts: Counts, size: Size): Timing {
  const { items, prepare } = PARTS[part](scenarioOf(workload, counts, 'uniform'), workload);
  const { all } = repeat(size, () => ({ all: time(prepare()) }));
  return { median: all.median / items, spread: all.spread };
}

function decoding(objects: readonly ApiObject[]): Work {
  const bytes = watchLines(objects);
  return {
    items: objects.length,
    prepare: () => () => {
      const lines = new LineDecoder();
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        lines.push(bytes.subarray(at, at + CHUNK_BYTES), parseLean);
      }
    },
  };
}
