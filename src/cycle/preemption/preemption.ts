// What DefaultPreemption does for a pod that fits on no node: it looks for pods of less priority that could make way.
import { addToCount } from '../../model/by-key.ts';
import type { Pod } from '../../model/types.ts';
import { objectKey } from '../../model/types.ts';
import type { Correspondence } from '../../determination/correspondence.ts';
import { fitError } from '../../determination/fit-error.ts';
import { Effort, EffortError } from '../../kernel/program/effort.ts';
import { Analysis, type Findings } from './analysis.ts';
import type { Candidate } from './victims.ts';

const TOO_MUCH = 'not tried, as the pods on the nodes are more than can be weighed at once.';

/** What came of an attempt. */
export interface Attempt {
  /** kube-scheduler's text, to follow that on the filters. */
  message: string;
  /** Nodes where others can make way, the one to take first; kube-scheduler takes any of them. */
  outcomes: Candidate[];
  /** Whether the node that the pod was nominated to, if any, no longer is. */
  endsNomination: boolean;
  /** What it took. */
  steps: number;
}

/** The attempts for the pods of one class. */
export class Preemption {
  readonly #correspondence: Correspondence;
  #analysis?: Analysis;

  constructor(correspondence: Correspondence) {
    this.#correspondence = correspondence;
  }

  /** Whether the profile preempts at all, and there is a node to preempt on. */
  get isPossible(): boolean {
    const { profile, cluster } = this.#correspondence.class.context;
    return profile.postFilters.includes('DefaultPreemption') && cluster.nodes.count > 0;
  }

  /** Looks for a node for the pod, which fits on none. The correspondence must be up to date. */
  attempt(pod: Pod): Attempt {
    const objection = this.#objectionTo(pod);
    if (objection !== undefined) return notTried(objection, 0);
    const { findings, steps } = this.#find(pod.spec?.priority ?? 0);
    if (findings === undefined) return notTried(TOO_MUCH, steps);
    const { candidates, reasons } = findings;
    const [first] = candidates;
    const message =
      first === undefined
        ? this.#refusalText(reasons)
        : `found a potential placement for pod on node ${first.node}, preempting ${first.victims.length} victims`;
    return { message: `preemption: ${message}`, outcomes: candidates, endsNomination: true, steps };
  }

  /** Without findings they would take too long. */
  #find(priority: number): { findings?: Findings; steps: number } {
    if (this.#analysis?.priority !== priority) this.#analysis = new Analysis(this.#correspondence, priority);
    const effort = new Effort(this.#correspondence.class.context.cluster.nodes.columns.rows);
    try {
      return { findings: this.#analysis.find(effort), steps: effort.steps };
    } catch (error) {
      if (error instanceof EffortError) return { steps: effort.steps };
      throw error;
    }
  }

  /** Why the pod may not preempt others now. */
  #objectionTo(pod: Pod): string | undefined {
    if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
    const { cluster } = this.#correspondence.class.context;
    const node = cluster.nominations.of(objectKey(pod))?.pod.nodeName;
    const row = node === undefined ? undefined : cluster.nodes.rowOf(node);
    if (row === undefined) return undefined;
    const priority = pod.spec?.priority ?? 0;
    const isAwaited = cluster.podsIn(row).some((other) => other.preempted && other.priority < priority);
    // a node that cannot be freed is not waited for
    if (!isAwaited || this.#isHopeless(row)) return undefined;
    return 'not eligible due to a terminating pod on the nominated node.';
  }

  #isHopeless(row: number): boolean {
    const found = this.#correspondence.rejectedRows().find((rejected) => rejected.row === row);
    return found === undefined || found.rejection.code === 'UnschedulableAndUnresolvable';
  }

  #refusalText(reasons: readonly string[][]): string {
    const { nodes } = this.#correspondence.class.context.cluster;
    const counts = new Map<string, number>();
    const count = (reason: string, by: number) => addToCount(counts, reason, by);
    for (const reason of reasons.flat()) count(reason, 1);
    const others = nodes.count - reasons.length;
    if (others > 0) count('Preemption is not helpful for scheduling', others);
    return fitError(nodes.count, counts);
  }
}

function notTried(why: string, steps: number): Attempt {
  return { message: `preemption: ${why}`, outcomes: [], endsNomination: false, steps };
}
