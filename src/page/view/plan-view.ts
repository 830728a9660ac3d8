// A plan as the page shows it.
import type { Decision, Node, Scenario } from '../../model/types.ts';
import { append } from '../../model/by-key.ts';
import { groupsOf } from '../../scenario/groups.ts';
import type { Standing } from './utilisation.ts';
import { utilisationOf, zonesOf } from './utilisation.ts';
import type { NodesView, NoteView, PlanView, PodsView, WaitingView } from './types.ts';

export interface Planned {
  scenario: Scenario;
  decisions: readonly Decision[];
  standing: Standing;
  notes: NoteView[];
  readingMs: number;
  decidingMs: number;
}

export function planViewOf({ scenario, decisions, standing, ...rest }: Planned): PlanView {
  const { nodes, pending } = scenario;
  const rows = new Map(nodes.map(({ metadata }, row) => [metadata?.name ?? '', row]));
  const resources = utilisationOf(nodes, standing);
  const { zones, ofNode } = zonesOf(nodes, resources);
  const pods = podsView(decisions, groupsOf(pending), rows);
  return {
    resources,
    zones,
    nodes: nodesView(nodes, ofNode, pods, removedFrom(standing, rows)),
    pods,
    waiting: waitingView(decisions, pods),
    running: standing.before.filter(({ spec }) => rows.has(spec?.nodeName ?? '')).length,
    preempted: new Set([...pods.victims.values()].flat()).size,
    ...rest,
  };
}

function podsView(
  decisions: readonly Decision[],
  groups: ReadonlyMap<string, string>,
  rows: ReadonlyMap<string, number>,
): PodsView {
  const places = new Map<string, number>();
  const placeOf = (group: string): number => {
    const place = places.get(group) ?? places.size;
    places.set(group, place);
    return place;
  };
  const victims = new Map<number, string[]>();
  decisions.forEach(({ node, preemption }, n) => {
    if (node !== undefined && preemption?.[0] !== undefined) victims.set(n, preemption[0].victims);
  });
  return {
    names: decisions.map(({ pod }) => pod),
    ofGroup: Uint32Array.from(decisions, ({ pod }) => placeOf(groups.get(pod) ?? '')),
    groups: [...places.keys()],
    nodes: Int32Array.from(decisions, ({ node }) => (node === undefined ? -1 : rows.get(node)!)),
    scores: Float64Array.from(decisions, ({ score }) => score ?? 0),
    feasible: Uint32Array.from(decisions, ({ feasible }) => feasible),
    victims,
  };
}

function nodesView(
  nodes: readonly Node[],
  zones: Uint32Array,
  pods: PodsView,
  removed: Uint32Array,
): NodesView {
  const added = new Uint32Array(nodes.length);
  for (const row of pods.nodes) if (row >= 0) added[row]!++;
  const names = nodes.map(({ metadata }) => metadata?.name ?? '');
  return {
    names,
    domain: commonDomain(names),
    zones,
    added,
    removed,
    marks: nodes.map(marksOf),
  };
}

/** The longest end of all names that begins with a dot and leaves something of each; empty when there is none. */
function commonDomain([first = '', ...others]: readonly string[]): string {
  for (let at = first.indexOf('.', 1); at > 0 && others.length > 0; at = first.indexOf('.', at + 1)) {
    const domain = first.slice(at);
    if (others.every((name) => name.length > domain.length && name.endsWith(domain))) return domain;
  }
  return '';
}

/** How many pods each node has lost. */
function removedFrom({ before, after }: Standing, rows: ReadonlyMap<string, number>): Uint32Array {
  const removed = new Uint32Array(rows.size);
  const isThere = new Set(after.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
  for (const { metadata, spec } of before) {
    const row = rows.get(spec?.nodeName ?? '');
    if (row !== undefined && !isThere.has(`${metadata?.namespace}/${metadata?.name}`)) removed[row]!++;
  }
  return removed;
}

function marksOf({ spec }: Node): string[] {
  const taints = (spec?.taints ?? []).map(
    ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
  );
  return [...(spec?.unschedulable ? ['unschedulable'] : []), ...taints];
}

/** The pods without a node by group and message, those with the most pods first. */
function waitingView(decisions: readonly Decision[], { groups, ofGroup, nodes }: PodsView): WaitingView[] {
  const found = new Map<string, number[]>();
  decisions.forEach(({ message }, n) => {
    if (nodes[n]! < 0) append(found, JSON.stringify([groups[ofGroup[n]!], message ?? '']), n);
  });
  return [...found]
    .map(([key, pods]) => {
      const [group, message] = JSON.parse(key) as [string, string];
      return { group, message: message || 'no reason given', pods: Uint32Array.from(pods) };
    })
    .sort((one, two) => two.pods.length - one.pods.length || (one.group < two.group ? -1 : 1));
}
