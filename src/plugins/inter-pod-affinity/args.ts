// The arguments of InterPodAffinity.
import { bool, int32 } from '../../model/shape.ts';
import { argsShape } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface InterPodAffinityArgs {
  hardPodAffinityWeight: number;
  ignorePreferredTermsOfExistingPods: boolean;
}

declare module '../profile.ts' {
  interface PluginArgs {
    InterPodAffinity: InterPodAffinityArgs;
  }
}

export const args: ArgsReader<InterPodAffinityArgs> = {
  shape: argsShape('InterPodAffinity', {
    hardPodAffinityWeight: int32,
    ignorePreferredTermsOfExistingPods: bool,
  }),
  read(
    args: { hardPodAffinityWeight?: number; ignorePreferredTermsOfExistingPods?: boolean },
    path,
    problems,
  ) {
    const weight = args.hardPodAffinityWeight ?? 1;
    if (weight < 0 || weight > 100)
      problems.add(`${path}.hardPodAffinityWeight`, `must be from 0 to 100, not ${weight}`);
    return {
      hardPodAffinityWeight: weight,
      ignorePreferredTermsOfExistingPods: args.ignorePreferredTermsOfExistingPods ?? false,
    };
  },
};
