// Where pods of one class can preempt others. Made once for a batch and kept true while one pod after another takes its
// node: only the nodes that changed are looked at again.
import type { Correspondence } from '../../determination/correspondence.ts';
import type { Effort } from '../../kernel/program/effort.ts';
import { best } from './choice.ts';
import { Budgets } from './budgets.ts';
import { victimsOn, type Candidate, type NoCandidate } from './victims.ts';

export interface Findings {
  /** The best candidates; none when preemption does not help. */
  candidates: Candidate[];
  /** Why it does not help on the nodes that were looked at. */
  reasons: string[][];
}

export class Analysis {
  readonly #correspondence: Correspondence;
  readonly priority: number;
  #budgets!: Budgets;
  #budgetsVersion = -1;
  readonly #known = new Map<number, Candidate | NoCandidate>();
  #journalPosition: number;
  #clusterVersion: number;
  #passes: number;
  /** The pod whose own nomination did not count in what is known. */
  #exempt?: string;

  constructor(correspondence: Correspondence, priority: number) {
    const { cluster } = correspondence.class.context;
    this.#correspondence = correspondence;
    this.priority = priority;
    this.#journalPosition = cluster.journal.end;
    this.#clusterVersion = cluster.version;
    this.#passes = correspondence.passes;
    this.#exempt = correspondence.exemptFromNominations;
  }

  /**
   * What preemption can do for the next pod of the class. The correspondence must be up to date. Throws EffortError; what
   * was found so far is known the next time.
   */
  find(effort: Effort): Findings {
    this.#readBudgets();
    this.#forgetChanged();
    const { profile, cluster } = this.#correspondence.class.context;
    const rows = this.#correspondence.curableRows();
    const { minCandidateNodesPercentage, minCandidateNodesAbsolute } = profile.args.DefaultPreemption;
    const byPercentage = Math.trunc((rows.length * minCandidateNodesPercentage) / 100);
    const enough = Math.min(rows.length, Math.max(byPercentage, minCandidateNodesAbsolute));
    const candidates: Candidate[] = [];
    const reasons: string[][] = [];
    let whole = false;
    // kube-scheduler begins anywhere among the nodes; here the first by name are taken
    for (const row of rows) {
      const found = this.#lookAt(row, effort);
      if ('reasons' in found) {
        reasons.push(found.reasons);
        continue;
      }
      candidates.push(found);
      whole ||= found.violations === 0;
      if (whole && candidates.length >= enough) break;
    }
    return { candidates: candidates.length === 0 ? [] : best(candidates, cluster.now), reasons };
  }

  #readBudgets(): void {
    const { cluster } = this.#correspondence.class.context;
    const version = cluster.store.versionOf('PodDisruptionBudget');
    if (version === this.#budgetsVersion) return;
    this.#budgetsVersion = version;
    this.#budgets = new Budgets(cluster);
    this.#known.clear();
  }

  #lookAt(row: number, effort: Effort): Candidate | NoCandidate {
    let found = this.#known.get(row);
    if (found === undefined) {
      found = victimsOn(row, this.priority, this.#correspondence, this.#budgets, effort);
      this.#known.set(row, found);
    }
    return found;
  }

  /** A change on one node may concern others too when the class counts pods by domains. */
  #forgetChanged(): void {
    const { journal, version } = this.#correspondence.class.context.cluster;
    const { passes } = this.#correspondence;
    // what was determined anew may be other than it was on any node
    const isAsItWas = version === this.#clusterVersion && passes === this.#passes;
    const entries = isAsItWas ? journal.since(this.#journalPosition) : undefined;
    this.#passes = passes;
    this.#journalPosition = journal.end;
    this.#clusterVersion = version;
    const { exemptFromNominations } = this.#correspondence;
    const isForAnother = exemptFromNominations !== this.#exempt;
    this.#exempt = exemptFromNominations;
    if (isForAnother || entries === undefined || (entries.length > 0 && this.#correspondence.readsDomains)) {
      this.#known.clear();
    } else {
      for (const { row } of entries) this.#known.delete(row);
    }
  }
}
