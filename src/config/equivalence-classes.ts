// The arguments of coset's own plugin, EquivalenceClasses. kube-scheduler passes over pluginConfig of plugins that
// it does not know, so one file serves both.
import { integer, list, number, oneOf } from '../api/shape.ts';
import { argsShape, type ArgsReader } from './in-tree-args.ts';
import type { EquivalenceClassesArgs } from './types.ts';

/** The feature data of a pod, in the order in which its class index is spliced. */
export const FEATURES: EquivalenceClassesArgs['features'] = ['general', 'resources', 'rule'];

export const equivalenceClasses: ArgsReader<EquivalenceClassesArgs> = {
  shape: argsShape('EquivalenceClasses', {
    order: oneOf('grouped', 'strict'),
    scores: oneOf('exact', 'static'),
    period: number,
    features: list(oneOf(...FEATURES)),
    candidates: integer(1, 2 ** 31 - 1),
    ties: oneOf('first', 'random'),
    seed: integer(0, 2 ** 32 - 1),
  }),
  read(args: Partial<EquivalenceClassesArgs>, path, problems) {
    const period = args.period ?? 0;
    const features = args.features ?? FEATURES;
    if (period < 0) problems.add(`${path}.period`, `must not be negative, not ${period}`);
    if (features.length === 0)
      problems.add(`${path}.features`, `must name at least one of ${FEATURES.join(', ')}`);
    if (new Set(features).size < features.length)
      problems.add(`${path}.features`, 'must name each only once');
    return {
      order: args.order ?? 'grouped',
      scores: args.scores ?? 'exact',
      period,
      features: FEATURES.filter((feature) => features.includes(feature)),
      candidates: args.candidates ?? undefined,
      ties: args.ties ?? 'first',
      seed: args.seed ?? 1,
    };
  },
};
