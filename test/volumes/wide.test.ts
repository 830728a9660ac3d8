// Decisions that kube-scheduler took on scenarios drawn wider than kube-oracle's own: zones and regions, storage pools,
// reserved and selected volumes, disks of plugins that were handed over to CSI, attachments, claims that cannot be used.
import { describe, expect, it } from 'vitest';
import { KERNELS } from '../kernel/kernels.ts';
import { planned } from '../vectors/planned.ts';
import { vectorsOf } from '../vectors/vectors.ts';

const vectors = vectorsOf('../volumes/wide');

describe.each(KERNELS)('on the $name kernel', ({ load }) => {
  it.each(vectors)('$name is decided as by kube-scheduler', ({ scenario, expected }) => {
    expect(planned(scenario(), load(), 'strict', 'detail')).toEqual(expected);
  });
});
