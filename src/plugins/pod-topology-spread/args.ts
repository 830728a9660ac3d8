// The arguments of PodTopologySpread.
import { exactly, int32, list, map, oneOf, shown, text, type Problems } from '../../model/shape.ts';
import { isLabelKey } from '../../model/selector-checks.ts';
import type { TopologySpreadConstraint } from '../../model/types.ts';
import { argsShape } from '../common/args-shape.ts';
import type { ArgsReader } from '../plugin.ts';

export interface PodTopologySpreadArgs {
  defaultingType: 'System' | 'List';
  defaultConstraints: TopologySpreadConstraint[];
}

declare module '../profile.ts' {
  interface PluginArgs {
    PodTopologySpread: PodTopologySpreadArgs;
  }
}

export const args: ArgsReader<PodTopologySpreadArgs> = {
  shape: argsShape('PodTopologySpread', {
    defaultingType: text,
    defaultConstraints: list(
      exactly({
        maxSkew: int32,
        topologyKey: text,
        whenUnsatisfiable: text,
        labelSelector: exactly({
          matchLabels: map(text),
          matchExpressions: list(exactly({ key: text, operator: text, values: list(text) })),
        }),
        minDomains: int32,
        nodeAffinityPolicy: text,
        nodeTaintsPolicy: text,
        matchLabelKeys: list(text),
      }),
    ),
  }),
  read(
    args: { defaultingType?: string; defaultConstraints?: Partial<TopologySpreadConstraint>[] },
    path,
    problems,
  ) {
    const defaultingType = args.defaultingType || 'System';
    const constraints = args.defaultConstraints ?? [];
    oneOf('System', 'List')(defaultingType, `${path}.defaultingType`, problems);
    if (defaultingType === 'System' && constraints.length > 0) {
      problems.add(`${path}.defaultingType`, 'must be List when defaultConstraints are set');
    }
    constraints.forEach((constraint, i) => {
      checkDefaultConstraint(constraint, `${path}.defaultConstraints[${i}]`, problems);
      const same = ({ topologyKey, whenUnsatisfiable }: Partial<TopologySpreadConstraint>) =>
        topologyKey === constraint.topologyKey && whenUnsatisfiable === constraint.whenUnsatisfiable;
      if (constraints.findIndex(same) < i) {
        const pair = `${constraint.topologyKey} and ${constraint.whenUnsatisfiable}`;
        problems.add(`${path}.defaultConstraints[${i}]`, `has the ${pair} of another one`);
      }
    });
    return {
      defaultingType: defaultingType as 'System' | 'List',
      defaultConstraints: constraints as TopologySpreadConstraint[],
    };
  },
};

function checkDefaultConstraint(
  constraint: Partial<TopologySpreadConstraint>,
  path: string,
  problems: Problems,
): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector } = constraint;
  if (maxSkew < 1) problems.add(`${path}.maxSkew`, `must be at least 1, not ${maxSkew}`);
  if (!isLabelKey(topologyKey))
    problems.add(`${path}.topologyKey`, `${shown(topologyKey)} is not a label key`);
  oneOf('DoNotSchedule', 'ScheduleAnyway')(whenUnsatisfiable, `${path}.whenUnsatisfiable`, problems);
  if (labelSelector !== undefined)
    problems.add(`${path}.labelSelector`, 'must not be set: it follows from each pod');
}
