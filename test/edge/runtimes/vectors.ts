// The vectors as questions to the service: what kube-scheduler was seen to decide, asked over the wire.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Decision } from '../../../src/model/types.ts';
import { FAMILIES } from '../../vectors/vectors.ts';

export interface AskedVector {
  name: string;
  question: object;
  expected: Decision[];
}

const STRICT = { name: 'EquivalenceClasses', args: { order: 'strict' } };

export { FAMILIES };

export function askedVectors(family: string): AskedVector[] {
  const path = join(import.meta.dirname, `../../vectors/${family}.jsonl.gz`);
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return lines.map((line) => {
    const { scenario, expected } = JSON.parse(line);
    const { name, configuration, ...snapshot } = scenario;
    const { decisions } = expected as { decisions: Decision[] };
    const hasDetail = decisions.some(({ scores, rejected }) => scores ?? rejected);
    const explain = hasDetail ? 'detail' : 'ties';
    return {
      name,
      question: { snapshot, configuration: inStrictOrder(configuration), explain },
      expected: decisions,
    };
  });
}

/** The configuration, with the queue's own order in every profile. */
function inStrictOrder(configuration: any): object {
  const { profiles = [{}], ...rest } = configuration ?? {};
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    ...rest,
    profiles: profiles.map((profile: any) => ({
      ...profile,
      pluginConfig: [...(profile.pluginConfig ?? []), STRICT],
    })),
  };
}
