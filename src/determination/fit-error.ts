// kube-scheduler's text on nodes that do not do.

/** "0/5 nodes are available: 2 Insufficient cpu, 3 Too many pods." for how often each reason was given. */
export function fitError(nodes: number, counts: ReadonlyMap<string, number>): string {
  const reasons = [...counts].map(([reason, times]) => `${times} ${reason}`).sort();
  const suffix = reasons.length === 0 ? '' : ` ${reasons.join(', ')}.`;
  return `0/${nodes} nodes are available:${suffix}`;
}
