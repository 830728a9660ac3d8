// At most so many pods of a class on a node, or in all: settings of the domain filter, on every kernel.
import { describe, expect, it } from 'vitest';
import { LIMIT_FIXED } from '../../../assembly/layout.ts';
import { configurationOf } from '../../../src/config/configuration.ts';
import { plan } from '../../../src/planner/plan.ts';
import { inTree } from '../../../src/plugins/in-tree.ts';
import { definePlugin, unschedulable } from '../../../src/plugins/plugin.ts';
import { node, pods } from '../../cycle/fixtures.ts';
import { KERNELS } from '../../kernel/kernels.ts';

/** Counts what it places only, which is enough where nothing of the class was there before. */
const capped = (domains: 'each' | 'all', most: number) =>
  definePlugin({
    name: 'Capped',
    points: ['filter'],
    columns: { each: ({ metadata }) => metadata?.name, all: () => 'all' },
    pack(_, { builder, column, code }) {
      const { column: domain, values } = column(domains);
      const own = { domain, domains: values.length, self: 1, code, absentCode: 0 };
      builder.domainFilter({ ...own, limit: LIMIT_FIXED, most: most - 1 });
      return { explain: () => unschedulable('node(s) had enough') };
    },
  });

function placedBy(plugin: ReturnType<typeof capped>, order: string, kernel: (typeof KERNELS)[number]) {
  const profile = {
    plugins: { multiPoint: { enabled: [{ name: plugin.name }] } },
    pluginConfig: [{ name: 'EquivalenceClasses', args: { order } }],
  };
  const file = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
  const configuration = configurationOf({ ...file, profiles: [profile] }, 'test', inTree.with([plugin]));
  const scenario = {
    nodes: ['a', 'b', 'c'].map((name) => node(name)),
    pods: [],
    objects: [],
    pending: pods(8, 'pod', {}),
  };
  return plan(scenario, { kernel: kernel.load(), configuration }).decisions;
}

describe.each(KERNELS)('a cap of a class, on the $name kernel', (kernel) => {
  it.each(['grouped', 'strict'])('holds on each node, in %s order', (order) => {
    const decisions = placedBy(capped('each', 2), order, kernel);
    const nodes = decisions.flatMap(({ node: name }) => name ?? []);
    expect(nodes.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    expect(decisions.at(-1).message).toBe('0/3 nodes are available: 3 node(s) had enough.');
  });

  it.each([1, 4])('holds in all: %i', (most) => {
    const decisions = placedBy(capped('all', most), 'grouped', kernel);
    expect(decisions.filter(({ node: name }) => name !== undefined)).toHaveLength(most);
  });
});
