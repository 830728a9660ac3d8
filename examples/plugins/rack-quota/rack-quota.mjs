// RackQuota: a plugin as somebody would write it outside of coset's repository. A node in a rack takes so many pods of a
// tenant as the arguments say, and each one that it has makes it a worse node for the tenant's next pod.
const TENANT = 'tenant';

const selectorOf = (tenant) => ({
  nothing: false,
  requirements: [{ key: TENANT, operator: 'In', values: [tenant] }],
});

export default {
  name: 'RackQuota',
  points: ['filter', 'score'],
  reads: { labels: [TENANT], node: ['annotations'] },
  columns: { rack: ({ metadata }) => metadata?.annotations?.['example.com/rack'] },

  args: {
    read({ podsPerNode = 2 }, path, problems) {
      if (!Number.isInteger(podsPerNode) || podsPerNode < 1)
        problems.add(`${path}.podsPerNode`, 'must be a whole number above 0');
      return { podsPerNode };
    },
  },

  selectors: ({ metadata }) => {
    const tenant = metadata?.labels?.[TENANT];
    return tenant === undefined ? [] : [selectorOf(tenant)];
  },

  key: ({ metadata }) => ({ rule: metadata?.labels?.[TENANT] ?? '' }),

  pack({ metadata }, { builder, cluster, column, profile, code, weight }) {
    const tenant = metadata?.labels?.[TENANT];
    if (tenant === undefined) return undefined;
    if (tenant === 'nobody') throw new Error('nobody is no tenant');
    const { podsPerNode } = profile.args.RackQuota;
    const { column: rack, values } = column('rack');
    if (code !== 0)
      builder.filter(
        [
          [
            builder.table(
              rack,
              values.map((text) => text !== ''),
            ),
          ],
        ],
        code,
      );

    const pods = new Map();
    const add = (row, by) => pods.set(row, (pods.get(row) ?? 0) + by);
    for (const bucket of cluster.podBuckets.mayMatch(selectorOf(tenant)))
      for (const [row, count] of bucket.rows) if (bucket.labels[TENANT] === tenant) add(row, count);
    return {
      explain: (_, reason) => ({
        code: 'Unschedulable',
        reasons: [
          reason === 0 ? 'node(s) stood in no rack' : `node(s) had ${podsPerNode} pods of the tenant`,
        ],
      }),
      counters: [
        {
          terms: 1,
          among: () => [],
          counts: (bucket) => bucket.labels[TENANT] === tenant,
          add: (_, row, by) => add(row, by),
        },
      ],
      rowVerdicts: {
        rows: [...pods.keys()],
        of(row, placed) {
          if (placed) add(row, 1);
          const count = pods.get(row) ?? 0;
          return { code: code !== 0 && count >= podsPerNode ? code + 1 : 0, score: -10 * weight * count };
        },
      },
    };
  },

  helps: (event) => event.kind === 'Node' || event.kind === 'AssignedPod',
};
