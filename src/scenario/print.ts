// Prints decisions: as JSON or YAML in kube-oracle's format, or as a table for people.
import { dump } from 'js-yaml';
import { addToCount, append } from '../model/by-key.ts';
import { aligned, plural } from '../model/table.ts';
import type { Decision } from '../model/types.ts';
import type { Intake } from './intake.ts';

/** The summary's lists end after so many rows, the rest is counted. */
const MAX_ROWS = 10;
/** Of more pods a table shows what they are of, and how many. */
const MAX_PODS = 100;
/** Nodes of a group that are named. */
const MAX_NODES = 3;

/** Decisions, and what goes with them. */
export interface PrintedPlan {
  name: string;
  decisions: readonly Decision[];
  intake?: Intake;
  /** What a pod is of, by its key. */
  groupOf?: (pod: string) => string;
}

/**
 * The JSON of decisions as kube-oracle prints it: one line, fields in its order, empty ones left out. It comes in
 * pieces, since with details it can be larger than a string may be.
 */
export function* printJson({ name, decisions, intake }: PrintedPlan): Generator<string> {
  yield '{"decisions":[';
  let separator = '';
  for (const decision of decisions) {
    yield separator + JSON.stringify(printedDecision(decision));
    separator = ',';
  }
  yield `],"name":${JSON.stringify(name)}${intake ? `,"input":${JSON.stringify(intake)}` : ''}}\n`;
}

/** The same as YAML. */
export function* printYaml({ name, decisions, intake }: PrintedPlan): Generator<string> {
  const options = { lineWidth: -1, noRefs: true };
  yield decisions.length === 0 ? 'decisions: []\n' : 'decisions:\n';
  for (const decision of decisions) {
    const plain = JSON.parse(JSON.stringify(printedDecision(decision))) as object;
    yield dump([plain], options).replaceAll(/^(?=.)/gm, '  ');
  }
  yield dump({ name, ...(intake && { input: intake }) }, options);
}

/**
 * A table of decisions, a line a pod or, of many, a line for all pods of one kind, and a summary: what was placed on how
 * many nodes, what waits and why, and what was not planned. Yields whole lines, each with its line end.
 */
export function* printTable(plan: PrintedPlan): Generator<string> {
  const { decisions, intake } = plan;
  if (decisions.length > MAX_PODS) yield* groups(plan);
  else if (decisions.length > 0) yield* rows(decisions);
  if (decisions.length > 0) {
    yield '\n';
    yield* summary(decisions);
  } else yield 'No pods to place\n';
  if (intake) yield* notPlanned(intake);
}

function* rows(decisions: readonly Decision[]): Generator<string> {
  const cells = decisions.map((decision) => [
    decision.pod,
    decision.node ?? '-',
    decision.node === undefined ? '-' : String(decision.score ?? 0),
    String(decision.feasible),
    reasonOf(decision),
  ]);
  yield* aligned([['POD', 'NODE', 'SCORE', 'FEASIBLE', 'REASON'], ...cells], [2, 3]);
}

/** Of a pod that others made way for, who; of one that waits, why. */
function reasonOf({ preemption, message }: Decision): string {
  const [first] = preemption ?? [];
  return first === undefined ? (message ?? '') : `preempts ${first.victims.join(', ')}`;
}

function* groups({ decisions, groupOf = () => 'all pods' }: PrintedPlan): Generator<string> {
  const members = new Map<string, Decision[]>();
  for (const decision of decisions) append(members, groupOf(decision.pod), decision);
  const cells = [...members].map(([group, of]) => {
    const placed = of.filter(({ node }) => node !== undefined);
    const nodes = byCount(count(placed.map(({ node }) => node)));
    const named = nodes.slice(0, MAX_NODES).map(([node, pods]) => `${node} (${pods})`);
    const more = nodes.length > MAX_NODES ? [`and ${nodes.length - MAX_NODES} more`] : [];
    return [
      group,
      String(of.length),
      String(placed.length),
      String(of.length - placed.length),
      [...named, ...more].join(', '),
    ];
  });
  yield* aligned([['PODS OF', 'PODS', 'PLACED', 'WAITING', 'ON'], ...cells], [1, 2, 3]);
}

function* summary(decisions: readonly Decision[]): Generator<string> {
  const podsOfNode = count(decisions.map(({ node }) => node));
  const placed = [...podsOfNode.values()].reduce((sum, pods) => sum + pods, 0);
  let most = 0;
  for (const pods of podsOfNode.values()) most = Math.max(most, pods);
  const waiting = decisions.length - placed;
  yield `${placed} of ${plural(decisions.length, 'pod')} placed on ${plural(podsOfNode.size, 'node')}`;
  yield placed > 0 ? `, at most ${most} on one\n` : '\n';
  const victims = new Set(
    decisions.flatMap(({ node, preemption }) => (node === undefined ? [] : (preemption?.[0]?.victims ?? []))),
  );
  if (victims.size > 0) yield `${plural(victims.size, 'pod')} preempted\n`;
  if (waiting === 0) return;
  yield `${plural(waiting, 'pod')} waiting:\n`;
  const reasons = count(
    decisions.filter(({ node }) => node === undefined).map(({ message }) => message ?? 'no reason given'),
  );
  yield* listed(
    byCount(reasons).map(([reason, pods]) => ['', String(pods), reason]),
    'reason',
    [1],
  );
}

/** What the files hold besides the pods that were decided. */
function* notPlanned(intake: Intake): Generator<string> {
  const { running, finished, terminating, unknownNodes, made, leftOut, passedOver } = intake;
  if (made.length > 0) {
    yield `Pods made of ${plural(made.length, 'workload')}:\n`;
    const cells = made.map(({ workload, pods, there }) => [
      '',
      String(pods),
      workload + (there > 0 ? `, beside ${there} that ${there === 1 ? 'is' : 'are'} there` : ''),
    ]);
    yield* listed(cells, 'workload', [1]);
  }
  const counted = [
    running > 0 && `${plural(running, 'pod')} on nodes already`,
    finished > 0 && `${finished} finished`,
    terminating > 0 && `${terminating} being deleted`,
    ...Object.entries(unknownNodes).map(
      ([node, pods]) => `${pods} passed over on ${node}, a node that is not in the files`,
    ),
    passedOver.length > 0 && `${plural(passedOver.length, 'object')} passed over as faulty`,
  ].filter((text) => text !== false);
  const shown = counted.slice(0, MAX_ROWS);
  const rest = counted.length > MAX_ROWS ? [`and ${counted.length - MAX_ROWS} more`] : [];
  if (counted.length > 0) yield `Not planned: ${[...shown, ...rest].join('; ')}\n`;
  if (leftOut.length === 0) return;
  yield `${plural(leftOut.length, 'object')} left out:\n`;
  yield* listed(
    leftOut.map(({ object, reason }) => ['', object, reason]),
    'object',
    [],
  );
}

/** The first rows, and how many more there are. */
function* listed(cells: string[][], noun: string, right: number[]): Generator<string> {
  yield* aligned(cells.slice(0, MAX_ROWS), right);
  if (cells.length > MAX_ROWS) yield `  and ${plural(cells.length - MAX_ROWS, `more ${noun}`)}\n`;
}

function byCount(counts: Map<string, number>): [string, number][] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function count(keys: (string | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) addToCount(counts, key, 1);
  return counts;
}

/** A decision with its fields in the order of the Go struct, without those that Go's omitempty leaves out. */
export function printedDecision(decision: Decision): object {
  const { pod, node, feasible, score, best, message, preemption, scores, rejected } = decision;
  return {
    pod,
    node: node || undefined,
    feasible,
    score: score || undefined,
    best: best?.length ? best : undefined,
    message: message || undefined,
    preemption: preemption?.length
      ? preemption.map(({ node: where, victims }) => ({ node: where, victims }))
      : undefined,
    scores: scores && byName(scores, (plugins) => byName(plugins, (score) => score)),
    rejected: rejected && byName(rejected, ({ plugin, code, reasons }) => ({ plugin, code, reasons })),
  };
}

/** A map's entries sorted by name, as Go prints them; undefined if there are none. */
function byName<V, W>(entries: Record<string, V>, print: (value: V) => W): Record<string, W> | undefined {
  const names = Object.keys(entries).sort();
  return names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name) => [name, print(entries[name]!)]));
}
