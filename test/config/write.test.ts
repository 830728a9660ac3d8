import { describe, expect, it } from 'vitest';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { writeConfiguration } from '../../src/config/write.ts';

const HEADER = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

describe('a configuration that is written and read again', () => {
  it.each([
    ['without a file', ''],
    [
      'with plugins, weights and arguments',
      `podInitialBackoffSeconds: 3
leaderElection: {leaseDuration: 1m30s, renewDeadline: 40s, retryPeriod: 500ms, resourceName: one, resourceNamespace: two}
clientConnection: {kubeconfig: /etc/kubeconfig}
profiles:
- schedulerName: one
  plugins:
    multiPoint: {disabled: [{name: ImageLocality}]}
    score: {enabled: [{name: TaintToleration, weight: 9}], disabled: [{name: NodeAffinity}]}
  pluginConfig:
  - name: NodeResourcesFit
    args:
      ignoredResources: [example.com/x]
      scoringStrategy:
        type: RequestedToCapacityRatio
        resources: [{name: cpu, weight: 3}]
        requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]}
  - {name: NodeAffinity, args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Exists}]}]}}}}
  - {name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]}}
  - {name: DynamicResources, args: {bindingTimeout: 1m30s}}
  - {name: EquivalenceClasses, args: {order: strict, ties: random, seed: 7, candidates: 20}}
- schedulerName: two
  plugins: {filter: {disabled: [{name: '*'}]}, permit: {disabled: [{name: '*'}]}}
`,
    ],
    [
      'with extenders',
      `extenders:
- urlPrefix: https://127.0.0.1:9/x
  filterVerb: filter
  prioritizeVerb: prioritize
  weight: 2
  httpTimeout: 1500ms
  ignorable: true
  managedResources: [{name: example.com/x, ignoredByScheduler: true}]
  tlsConfig: {insecure: true}
`,
    ],
  ])('%s is the same', (_, text) => {
    const read = loadConfiguration(HEADER + text, 'one.yaml');
    // what has no effect is not written, and so not told again
    const again = loadConfiguration(writeConfiguration(read), 'two.yaml');
    expect(again).toEqual({ ...read, notices: [] });
  });

  it('names what the default is', () => {
    const written = writeConfiguration(defaultConfiguration());
    expect(written).toContain('schedulerName: default-scheduler');
    expect(written).toContain('hardPodAffinityWeight: 1');
  });
});
