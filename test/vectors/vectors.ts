// What kube-scheduler decided on scenarios that were generated beforehand: FAMILY.jsonl.gz holds a line for each, as
// kube-oracle prints them. Those with detail have every plugin's score and every rejection.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Decision, Scenario } from '../../src/model/types.ts';
import { parseScenario, type Expected } from './planned.ts';

/** The families whose constraints are built. */
export const FAMILIES = [
  'basic',
  'resources',
  'nodes',
  'default',
  'spread',
  'interpod',
  'mixed',
  'volumes',
  'claimed',
  'preemption',
  'devices',
  'templated',
  'declared',
  'extended',
  'wide',
  'configured',
];

export interface Vector {
  name: string;
  expected: Decision[];
  hasDetail: boolean;
  /** The scenario, made anew at each call. */
  scenario(): Scenario;
}

export function vectorsOf(family: string): Vector[] {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, `${family}.jsonl.gz`))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const { scenario, expected } = JSON.parse(line) as { scenario: Scenario; expected: Expected };
      const { decisions } = expected;
      return {
        name: scenario.name!,
        expected: decisions,
        hasDetail: decisions.some(({ scores, rejected }) => scores ?? rejected),
        scenario: () => parseScenario(JSON.stringify(scenario)),
      };
    });
}
