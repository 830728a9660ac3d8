// kube-scheduler's own algorithm on the same scenario: what kube-oracle says of its speed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Scenario } from '../../src/model/types.ts';

/** What `kube-oracle time` prints. */
export interface OracleSpeed {
  placed: number;
  microsecondsPerPod: number;
  podsPerSecond: number;
}

/**
 * Runs `kube-oracle time` at a percentageOfNodesToScore: 100 looks at all nodes, 0 at as many as kube-scheduler would by
 * default. Rejects with the oracle's own message.
 */
export async function oracleSpeed(
  oracle: string,
  percentage: number,
  scenario: string,
): Promise<OracleSpeed> {
  const child = spawn(oracle, ['time', '-pct', String(percentage)]);
  const closed = once(child, 'close') as Promise<[code: number | null]>;
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  // an oracle that ends early leaves a broken pipe; its exit code says it
  child.stdin.on('error', () => {});
  child.stdin.end(scenario);
  const [code] = await closed;
  const [printed, complaint] = await output;
  if (code !== 0) throw new Error(`kube-oracle time failed with exit code ${code}: ${complaint.trim()}`);
  return JSON.parse(printed) as OracleSpeed;
}

/** A scenario's text for the oracle, with only the first of its pending pods: the oracle's speed hardly depends on them. */
export function oracleScenario(scenario: Scenario, pods: number): string {
  return JSON.stringify({ ...scenario, pending: scenario.pending.slice(0, pods) });
}
