// The arguments of VolumeBinding.
import { int64 } from '../../model/shape.ts';
import {
  argsShape,
  checkFunctionShape,
  complete,
  functionShape,
  type FunctionPoint,
} from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface VolumeBindingArgs {
  /** How long a pod's volumes may take to be bound. */
  bindTimeoutSeconds: number;
  /** How full a storage class is, to its score. */
  shape: FunctionPoint[];
}

declare module '../profile.ts' {
  interface PluginArgs {
    VolumeBinding: VolumeBindingArgs;
  }
}

export const args: ArgsReader<VolumeBindingArgs> = {
  shape: argsShape('VolumeBinding', { bindTimeoutSeconds: int64, shape: functionShape }),
  read(args: { bindTimeoutSeconds?: number; shape?: Partial<FunctionPoint>[] }, path, problems) {
    const bindTimeoutSeconds = args.bindTimeoutSeconds ?? 600;
    if (bindTimeoutSeconds < 0)
      problems.add(`${path}.bindTimeoutSeconds`, `must not be negative, not ${bindTimeoutSeconds}`);
    const isGiven = args.shape !== undefined && args.shape.length > 0;
    if (isGiven) checkFunctionShape(args.shape!, `${path}.shape`, problems);
    // the fuller the storage, the lower the score
    const byDefault = [
      { utilization: 0, score: 10 },
      { utilization: 100, score: 0 },
    ];
    return { bindTimeoutSeconds, shape: isGiven ? complete(args.shape) : byDefault };
  },
};
