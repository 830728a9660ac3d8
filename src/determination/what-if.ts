// What the filters of a class would say of one node if pods came to it or left it. The question goes to the columns and
// to the counts of one program, which the caller leaves as they were; no journal tells of it, so no other class is disturbed.
import type { Cluster } from '../state/cluster.ts';
import type { PodRecord } from '../state/pod-record.ts';
import type { PodBucket } from '../state/pod-buckets.ts';
import type { LoadedProgram } from '../kernel/program/loaded.ts';
import type { Counting } from './counting.ts';
import type { HostCodes, Recheck } from '../kernel/program/host-codes.ts';
import type { Questions } from './questions.ts';

export interface WhatIfOptions {
  program: LoadedProgram;
  cluster: Cluster;
  hostCodes: HostCodes;
  /** The plugins that the host asks again, by the numbers of their filters. */
  rechecks: ReadonlyMap<number, Recheck>;
  counting: Counting;
  /** Brings what the program keeps of the pods in these rows up to date. */
  refresh: (rows: readonly number[]) => void;
  questions: Questions;
}

export class WhatIf {
  readonly #options: WhatIfOptions;
  /** Of pods that are on no node. */
  readonly #buckets = new WeakMap<PodRecord, PodBucket>();

  constructor(options: WhatIfOptions) {
    this.#options = options;
  }

  /** Lets the pod come to the row (1), or leave it (-1). */
  suppose(pod: PodRecord, row: number, by: 1 | -1): void {
    const { cluster, counting, refresh } = this.#options;
    cluster.suppose(pod, row, by);
    refresh([row]);
    const bucket = pod.bucket ?? this.#bucketOf(pod);
    counting.suppose(bucket, row, by);
  }

  #bucketOf(pod: PodRecord): PodBucket {
    let bucket = this.#buckets.get(pod);
    if (bucket === undefined) this.#buckets.set(pod, (bucket = this.#options.cluster.podBuckets.of(pod)));
    return bucket;
  }

  /** The code of the row as it is supposed. After the last change is undone it is asked once more, for the least counts. */
  codeOf(row: number): number {
    return this.#options.questions.codeOf(row, this.#ownCodeOf(row));
  }

  #ownCodeOf(row: number): number {
    const { program, hostCodes, rechecks } = this.#options;
    if (rechecks.size === 0) return program.check(row);
    const { u8 } = program.arena;
    const { staticCode } = program.memory;
    const before = u8[staticCode + row]!;
    u8[staticCode + row] = hostCodes.recheck(row, before, rechecks);
    const code = program.check(row);
    u8[staticCode + row] = before;
    return code;
  }
}
