// Prints decisions: as JSON in kube-oracle's format, or as a table for people.
import type { Decision } from '../api/types.ts';

/** The summary's lists end after so many rows, the rest is counted. */
const MAX_ROWS = 10;

/**
 * The JSON of decisions as kube-oracle prints it: one line, fields in its order, empty ones left out. It comes in
 * pieces, since with details it can be larger than a string may be.
 */
export function* printJson(name: string, decisions: Iterable<Decision>): Generator<string> {
  yield '{"decisions":[';
  let separator = '';
  for (const decision of decisions) {
    yield separator + JSON.stringify(ordered(decision));
    separator = ',';
  }
  yield `],"name":${JSON.stringify(name)}}\n`;
}

/**
 * A table of decisions, a line a pod, and a summary: what was placed on how many nodes, and what waits and why.
 * Yields whole lines, each with its line end.
 */
export function* printTable(decisions: readonly Decision[]): Generator<string> {
  const rows = decisions.map((decision) => [
    decision.pod,
    decision.node ?? '-',
    decision.node === undefined ? '-' : String(decision.score ?? 0),
    String(decision.feasible),
    reasonOf(decision),
  ]);
  yield* aligned([['POD', 'NODE', 'SCORE', 'FEASIBLE', 'REASON'], ...rows], [2, 3]);
  yield '\n';
  yield* summary(decisions);
}

/** Of a pod that others made way for, who; of one that waits, why. */
function reasonOf({ preemption, message }: Decision): string {
  const [first] = preemption ?? [];
  return first === undefined ? (message ?? '') : `preempts ${first.victims.join(', ')}`;
}

function* summary(decisions: readonly Decision[]): Generator<string> {
  const podsOfNode = count(decisions.map(({ node }) => node));
  const placed = [...podsOfNode.values()].reduce((sum, pods) => sum + pods, 0);
  const most = Math.max(0, ...podsOfNode.values());
  const waiting = decisions.length - placed;
  yield `${placed} of ${plural(decisions.length, 'pod')} placed on ${plural(podsOfNode.size, 'node')}`;
  yield placed > 0 ? `, at most ${most} on one\n` : '\n';
  if (waiting === 0) return;
  yield `${plural(waiting, 'pod')} waiting:\n`;
  const reasons = count(
    decisions.filter(({ node }) => node === undefined).map(({ message }) => message ?? 'no reason given'),
  );
  const sorted = [...reasons].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  yield* aligned(
    sorted.slice(0, MAX_ROWS).map(([reason, pods]) => ['', String(pods), reason]),
    [1],
  );
  if (sorted.length > MAX_ROWS) yield `  and ${plural(sorted.length - MAX_ROWS, 'more reason')}\n`;
}

/** Rows as lines with aligned columns; the columns whose numbers are given are aligned to the right. */
function* aligned(rows: string[][], right: number[]): Generator<string> {
  const widths = rows[0]!.map((_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]!.length), 0),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}

function count(keys: (string | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** A decision with its fields in the order of the Go struct, without those that Go's omitempty leaves out. */
function ordered(decision: Decision): object {
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
