// The arguments of DefaultPreemption.
import { int32 } from '../../model/shape.ts';
import { argsShape } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface DefaultPreemptionArgs {
  /** How many nodes are at least tried, of those where preemption may help: a percentage of them, and a number. */
  minCandidateNodesPercentage: number;
  minCandidateNodesAbsolute: number;
}

declare module '../profile.ts' {
  interface PluginArgs {
    DefaultPreemption: DefaultPreemptionArgs;
  }
}

export const args: ArgsReader<DefaultPreemptionArgs> = {
  shape: argsShape('DefaultPreemption', {
    minCandidateNodesPercentage: int32,
    minCandidateNodesAbsolute: int32,
  }),
  read(args: Partial<DefaultPreemptionArgs>, path, problems) {
    const percentage = args.minCandidateNodesPercentage ?? 10;
    const absolute = args.minCandidateNodesAbsolute ?? 100;
    if (percentage < 0 || percentage > 100) {
      problems.add(`${path}.minCandidateNodesPercentage`, `must be from 0 to 100, not ${percentage}`);
    }
    if (absolute < 0)
      problems.add(`${path}.minCandidateNodesAbsolute`, `must not be negative, not ${absolute}`);
    if (percentage === 0 && absolute === 0) {
      problems.add(
        `${path}.minCandidateNodesPercentage`,
        'must not be 0 when minCandidateNodesAbsolute is 0',
      );
    }
    return { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute };
  },
};
