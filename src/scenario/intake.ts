// What became of the objects in the files, besides the pods that are planned.

export interface Intake {
  /** Pods that have a node. */
  running: number;
  /** Pods that have ended. */
  finished: number;
  /** Pods without a node that are being deleted. */
  terminating: number;
  /** The pods on nodes that are not in the files, by the node. */
  unknownNodes: Record<string, number>;
  /** The pods that workloads make. */
  made: { workload: string; pods: number; there: number }[];
  /** Whatever makes no pods, or pods that coset cannot know of, and why. */
  leftOut: { object: string; reason: string }[];
  /** Objects and documents that cannot be used, with their file, and why. */
  passedOver: { object: string; reason: string }[];
  /** How many objects there are of kinds that scheduling does not read. */
  others: Record<string, number>;
  /** Sentences for the reader: what was taken otherwise than the files say, or is missing in them. */
  notices: string[];
}

export function emptyIntake(): Intake {
  return {
    running: 0,
    finished: 0,
    terminating: 0,
    unknownNodes: {},
    made: [],
    leftOut: [],
    passedOver: [],
    others: {},
    notices: [],
  };
}
