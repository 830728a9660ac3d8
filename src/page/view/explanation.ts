// A decision with all its details, as the page explains it.
import { requestsOf } from '../../model/pod-resources.ts';
import { append } from '../../model/by-key.ts';
import type { Decision, Pod } from '../../model/types.ts';
import { unitOf } from './format.ts';
import type { CandidateView, ExplanationView, RefusalView, ResourceView, ShortageView } from './types.ts';

/** The candidates that are shown. */
const BEST = 10;
const FIT = 'NodeResourcesFit';

/** What of a plan an explanation reads. */
interface Shown {
  resources: readonly ResourceView[];
  nodes: { names: readonly string[] };
}

/** @param decision what was decided with all details on the pod, as nodes are after the plan */
export function explanationOf(decision: Decision, pod: Pod, { resources, nodes }: Shown): ExplanationView {
  const asked = requestsOf(pod);
  // in the order of the plan's resources, the others after them
  const names = new Set([...resources.map(({ name }) => name), ...asked.keys()]);
  const requests = [...names]
    .map((name) => [name, asked.get(name) ?? 0] as const)
    .filter(([, amount]) => amount > 0)
    .map(([resource, amount]) => ({ resource, unit: unitOf(resource), amount }));
  return {
    pod: decision.pod,
    requests,
    shortages: shortagesOf(decision, [...requests, { resource: 'pods', amount: 1 }], resources, nodes.names),
    refusals: refusalsOf(decision),
    candidates: candidatesOf(decision),
  };
}

function refusalsOf({ rejected = {} }: Decision): RefusalView[] {
  const nodes = new Map<string, string[]>();
  for (const [node, { plugin, reasons }] of Object.entries(rejected))
    append(nodes, JSON.stringify([plugin, reasons.join(', ')]), node);
  return [...nodes]
    .map(([key, names]) => {
      const [plugin, reasons] = JSON.parse(key) as [string, string];
      return { plugin, reasons, nodes: names };
    })
    .sort((one, two) => two.nodes.length - one.nodes.length || (one.reasons < two.reasons ? -1 : 1));
}

/** What the nodes that only their resources rule out lack, by how few of the request the best of them has free. */
function shortagesOf(
  { rejected = {} }: Decision,
  requests: readonly { resource: string; amount: number }[],
  resources: readonly ResourceView[],
  names: readonly string[],
): ShortageView[] {
  const rows = names.flatMap((name, row) => (rejected[name]?.plugin === FIT ? [row] : []));
  return requests.flatMap(({ resource, amount: asked }) => {
    const column = resources.find(({ name }) => name === resource);
    const free = (row: number) =>
      column === undefined ? 0 : Math.max(0, column.allocatable[row]! - column.after[row]!);
    const short = rows.filter((row) => free(row) < asked);
    if (short.length === 0) return [];
    const best = short.reduce((one, two) => (free(two) > free(one) ? two : one));
    return [
      {
        resource,
        unit: unitOf(resource),
        asked,
        free: free(best),
        node: names[best]!,
        nodes: short.length,
      },
    ];
  });
}

function candidatesOf({ scores = {} }: Decision): CandidateView[] {
  return Object.entries(scores)
    .map(([node, byPlugin]) => ({
      node,
      scores: byPlugin,
      total: Object.values(byPlugin).reduce((sum, score) => sum + score, 0),
    }))
    .sort((one, two) => two.total - one.total || (one.node < two.node ? -1 : 1))
    .slice(0, BEST);
}
