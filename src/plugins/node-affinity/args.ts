// The arguments of NodeAffinity.
import { nodeAffinity } from '../../model/selector-checks.ts';
import type { NodeAffinity } from '../../model/types.ts';
import { argsShape } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface NodeAffinityArgs {
  addedAffinity?: NodeAffinity;
}

declare module '../profile.ts' {
  interface PluginArgs {
    NodeAffinity: NodeAffinityArgs;
  }
}

export const args: ArgsReader<NodeAffinityArgs> = {
  shape: argsShape('NodeAffinity', { addedAffinity: nodeAffinity(true) }),
  read: (args: { addedAffinity?: NodeAffinity }) => ({ addedAffinity: args.addedAffinity ?? undefined }),
};
