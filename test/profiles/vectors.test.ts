// Each profile of one process decides as kube-scheduler does with that profile alone.
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/model/types.ts';
import { configurationOf } from '../../src/config/configuration.ts';
import type { Configuration } from '../../src/config/types.ts';
import { loadKernel } from '../../src/kernel/builds.ts';
import { plan } from '../../src/planner/plan.ts';
import { outcomeOf } from '../vectors/planned.ts';
import { vectorsOf } from '../vectors/vectors.ts';

interface File {
  profiles: { pluginConfig?: { name: string; args: unknown }[] }[];
}

const vectors = vectorsOf('configured');
const strict = { name: 'EquivalenceClasses', args: { order: 'strict' } };

/** The profiles of all scenarios in one configuration, each under its scenario's name. */
function together(): Configuration {
  const profiles = vectors.map(({ name, scenario }) => {
    const { profiles: given } = scenario().configuration as File;
    expect(given).toHaveLength(1);
    return { ...given[0], schedulerName: name, pluginConfig: [...(given[0]!.pluginConfig ?? []), strict] };
  });
  return configurationOf(
    { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles },
    'all profiles',
  );
}

const asks = (schedulerName: string) => (pod: Pod) => ({ ...pod, spec: { ...pod.spec!, schedulerName } });

describe('sixteen profiles in one configuration', () => {
  const configuration = together();

  it.each(vectors)('$name decides as it does alone', { timeout: 60_000 }, ({ name, scenario, expected }) => {
    const given = scenario();
    const list = { ...given, pending: given.pending.map(asks(name)) };
    const { decisions } = plan(list, { kernel: loadKernel(), configuration, explain: 'ties' });
    expect(decisions.map(outcomeOf)).toEqual(expected.map(outcomeOf));
  });

  it('of which another one would decide differently', () => {
    const differing = vectors.filter(({ scenario, expected }, n) => {
      const given = scenario();
      const other = vectors[(n + 1) % vectors.length]!.name;
      const list = { ...given, pending: given.pending.map(asks(other)) };
      const { decisions } = plan(list, { kernel: loadKernel(), configuration });
      return decisions.some(({ node }, at) => node !== expected[at]!.node);
    });
    expect(differing.length).toBeGreaterThan(vectors.length / 2);
  });
});
