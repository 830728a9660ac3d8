import { binary } from '../../test/cluster/binaries.ts';
import type { Bench } from '../figure.ts';

/** A bench that has no figures where the control plane's programs cannot be had. */
export function whereItRuns(name: string, run: Bench['run']): Bench {
  return {
    name,
    async *run(size) {
      try {
        for (const program of ['etcd', 'kube-apiserver', 'kube-scheduler'] as const) await binary(program);
      } catch (error) {
        process.stderr.write(`bench: no control plane to run on: ${(error as Error).message}\n`);
        return;
      }
      yield* run(size);
    },
  };
}
