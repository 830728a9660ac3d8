// NodePower: of two nodes the one that says to draw less power is better. A score over a column of its own.
import { definePlugin } from '../../../src/plugins/plugin.ts';

const ANNOTATION = 'example.com/watts';

export const nodePower = definePlugin({
  name: 'NodePower',
  points: ['score'],
  weight: 2,
  reads: { node: ['annotations'] },
  columns: { watts: ({ metadata }) => metadata?.annotations?.[ANNOTATION] },

  pack(_, { builder, column, weight }) {
    if (weight === 0) return undefined;
    const watts = column('watts');
    const byCode = watts.values.map((text) => Number(text) || 0);
    // the most that a node draws scores 0, and nothing 100
    const raw = { terms: [], values: { column: watts.column, byCode } };
    return { detail: { slot: builder.normalized(raw, weight, true) } };
  },
});
