// The passes of a WASM build over the columns of a cluster, in a loop of their own.
import { instantiateSync } from '@assemblyscript/loader';
import { scalar, simd } from '../../build/kernels.js';
import type { Pod, Scenario } from '../../src/model/types.ts';
import { ClassIndex } from '../../src/classes/class-index.ts';
import { Correspondence } from '../../src/determination/correspondence.ts';
import { Matches } from '../../src/kernel/program/match.ts';
import type { LinearMemory } from '../../src/state/columns/arena.ts';
import type { Configuration } from '../../src/config/types.ts';
import type { FrameworkContext } from '../../src/plugins/framework.ts';
import type { KernelBuild } from '../../src/kernel/builds.ts';
import { Kernel, type KernelExports } from '../../src/kernel/kernel.ts';
import { clusterOf } from '../../src/planner/plan.ts';

/** A class's program in the memory of a kernel. */
export interface Pass {
  kernel: Kernel;
  memory: LinearMemory;
  /** The program's address. */
  program: number;
}

/** Packs the scenario and the class of its first pending pod into a kernel of its own. */
export function passOf(build: KernelBuild, scenario: Scenario, configuration: Configuration): Pass {
  const exports = instantiateSync(build === 'simd' ? simd : scalar, {}).exports as unknown as KernelExports;
  let program = 0;
  const kernel = new Kernel({ ...exports, determine: (at) => exports.determine((program = at)) });
  correspondenceOf(kernel, scenario, configuration);
  return { kernel, memory: exports.memory, program };
}

/** Packs the scenario into the kernel, and determines the nodes for the class of its first pending pod. */
export function correspondenceOf(
  kernel: Kernel,
  scenario: Scenario,
  configuration: Configuration,
): Correspondence {
  const [profile] = configuration.profiles;
  const cluster = clusterOf(scenario, kernel, profile!.args.EquivalenceClasses.seed);
  const master = scenario.pending[0]!;
  const correspondence = determinationOf(master, kernel, { cluster, profile: profile! })();
  if (correspondence.feasible === 0) throw new Error(`${scenario.name ?? 'scenario'}: no node is feasible`);
  return correspondence;
}

/** Looks up the pod's class. What it returns determines the nodes for the class, so that this can be timed by itself. */
export function determinationOf(
  master: Pod,
  kernel: Kernel,
  context: FrameworkContext,
): () => Correspondence {
  const equivalenceClass = new ClassIndex(kernel).of(master, context);
  const means = { kernel, matches: new Matches(kernel), withDetail: false };
  return () => new Correspondence(means, equivalenceClass, master);
}
