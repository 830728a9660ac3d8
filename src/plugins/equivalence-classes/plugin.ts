// EquivalenceClasses: coset's own arguments, which are how the method is carried out. kube-scheduler passes over pluginConfig
// of plugins that it does not know, so one file serves both.
import { integer, list, number, oneOf } from '../../model/shape.ts';
import { argsShape } from '../common/args-shape.ts';
import { definePlugin, type ArgsReader } from '../plugin.ts';

/** The arguments of coset's own plugin, EquivalenceClasses. */
export interface EquivalenceClassesArgs {
  /** grouped: within one priority a class's pods are taken together. strict: the queue's own order. */
  order: 'grouped' | 'strict';
  /** exact: rescored after each placement. static: as they were for the first pod of the class. */
  scores: 'exact' | 'static';
  /** How long pods are collected before a cycle, in seconds; 0 takes what is there. */
  period: number;
  /** The feature data that forms the class index. */
  features: ('general' | 'resources' | 'rule')[];
  /** How many of the best nodes a correspondence keeps; undefined keeps all. */
  candidates?: number;
  ties: 'first' | 'random';
  seed: number;
  /** How long a correspondence lives on after its last pod, in seconds: pods of its class that come meanwhile find it. */
  linger: number;
}

declare module '../profile.ts' {
  interface PluginArgs {
    EquivalenceClasses: EquivalenceClassesArgs;
  }
}

/** The feature data of a pod, in the order in which its class index is spliced. */
const FEATURES: EquivalenceClassesArgs['features'] = ['general', 'resources', 'rule'];

/** Controllers make pods one after another, some tens a second. */
const LINGER_SECONDS = 10;

const args: ArgsReader<EquivalenceClassesArgs> = {
  shape: argsShape('EquivalenceClasses', {
    order: oneOf('grouped', 'strict'),
    scores: oneOf('exact', 'static'),
    period: number,
    features: list(oneOf(...FEATURES)),
    candidates: integer(1, 2 ** 31 - 1),
    ties: oneOf('first', 'random'),
    seed: integer(0, 2 ** 32 - 1),
    linger: number,
  }),
  read(args: Partial<EquivalenceClassesArgs>, path, problems, notices) {
    const period = args.period ?? 0;
    const features = args.features ?? FEATURES;
    const linger = args.linger ?? LINGER_SECONDS;
    if (period < 0) problems.add(`${path}.period`, `must not be negative, not ${period}`);
    if (linger < 0) problems.add(`${path}.linger`, `must not be negative, not ${linger}`);
    if (features.length === 0)
      problems.add(`${path}.features`, `must name at least one of ${FEATURES.join(', ')}`);
    if (new Set(features).size < features.length)
      problems.add(`${path}.features`, 'must name each only once');
    const missing = FEATURES.filter((feature) => !features.includes(feature));
    if (missing.length > 0)
      notices.push(
        `${path}.features: unsound without ${missing.join(', ')}, pods that differ there are decided as one`,
      );
    return {
      order: args.order ?? 'grouped',
      scores: args.scores ?? 'exact',
      period,
      features: FEATURES.filter((feature) => features.includes(feature)),
      candidates: args.candidates ?? undefined,
      ties: args.ties ?? 'first',
      seed: args.seed ?? 1,
      linger,
    };
  },
};

export const equivalenceClasses = definePlugin({ name: 'EquivalenceClasses', points: [], args });
