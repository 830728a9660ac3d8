// What one request may take, so that no request keeps the others waiting, and none fills the memory.

export interface Limits {
  /** Bytes of a body. All bodies that are being answered have twice as much. */
  bodyBytes: number;
  /** Pods that one request asks about, those of workloads included. */
  pods: number;
  /** Steps of deciding, some nanoseconds each at the most. */
  steps: number;
  /** Bytes of the linear memory that a cluster is packed in. */
  memoryBytes: number;
  /** Clusters that are kept under names. */
  clusters: number;
  /** Bytes of one of them, as it is stored. */
  clusterBytes: number;
}

const MEBIBYTE = 2 ** 20;

/** For a process with 512 MiB. One with 128 MiB should not take bodies of more than 16 MiB. */
export const LIMITS: Readonly<Limits> = {
  bodyBytes: 32 * MEBIBYTE,
  pods: 100_000,
  steps: 2_000_000_000,
  memoryBytes: 256 * MEBIBYTE,
  clusters: 100,
  clusterBytes: 16 * MEBIBYTE,
};

/** Pods times nodes that are explained in one answer: a name each, or a plugin's score or reason each. */
export const EXPLAINED_MOST = { ties: 1_000_000, detail: 100_000 };
