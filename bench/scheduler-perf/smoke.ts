// The smallest workload of every case on one API server, coset alone: whether every pod is bound that should be.
import { append } from '../../src/model/by-key.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import type { Figure } from '../figure.ts';
import { WORKLOADS, type Workload } from './cases.ts';
import { cleanUp } from './clean-up.ts';
import { Executor } from './executor.ts';
import { CASES_LEFT_OUT, leftOut } from './left-out.ts';
import { Objects } from './objects.ts';
import { PodsSeen } from './pods-seen.ts';
import { start, withControlPlane, type Gates } from './run.ts';

const WAIT_SECONDS = 30;

/** The smallest workload of each case that can be run. */
function smallest(): Workload[] {
  const some = WORKLOADS.filter((workload) => leftOut(workload) === undefined);
  return groupsOf(some, ({ caseName }) => caseName).map((all) =>
    all.reduce((one, other) => (other.size < one.size ? other : one)),
  );
}

function groupsOf<T>(all: readonly T[], keyOf: (one: T) => unknown): T[][] {
  const groups = new Map<unknown, T[]>();
  for (const one of all) append(groups, keyOf(one), one);
  return [...groups.values()];
}

export async function* smoke(): AsyncIterable<Figure> {
  for (const [name, reason] of CASES_LEFT_OUT)
    process.stderr.write(`bench: ${name} is left out: ${reason}\n`);
  const workloads = smallest();
  const gates = Object.fromEntries(
    workloads.flatMap((workload) => Object.entries(workload.gates).filter(([, on]) => on)),
  );
  const figures = await withControlPlane(gates, (controlPlane) => runAll(workloads, controlPlane, gates));
  yield* figures;
}

async function runAll(
  workloads: readonly Workload[],
  controlPlane: ControlPlane,
  gates: Gates,
): Promise<Figure[]> {
  const objects = new Objects(controlPlane.client);
  const pods = await PodsSeen.start(controlPlane);
  const figures: Figure[] = [];
  try {
    for (const alike of groupsOf(workloads, ({ configuration }) => configuration)) {
      const scheduler = await start('coset', controlPlane, { ...alike[0]!, gates });
      try {
        for (const workload of alike) {
          process.stderr.write(`bench: scheduler-perf/${workload.name}\n`);
          const executor = new Executor({
            objects,
            pods,
            scheduler: scheduler.daemon,
            waitSeconds: WAIT_SECONDS,
          });
          const collected = await executor.run(workload.operations()).catch((error: unknown) => {
            throw new Error(`${workload.name}: ${(error as Error).message}\n${scheduler.daemon.output}`, {
              cause: error,
            });
          });
          figures.push({
            name: `scheduler-perf/${workload.name}/bound`,
            value: collected.pods,
            unit: 'pods',
          });
          await cleanUp(objects);
        }
      } finally {
        await scheduler.stop();
      }
    }
  } finally {
    await pods.close();
  }
  return figures;
}
