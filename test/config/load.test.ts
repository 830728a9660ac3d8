import { describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { load, withArgs } from './fixtures.ts';

describe('defaults', () => {
  test('are those of kube-scheduler', () => {
    const configuration = defaultConfiguration();
    const [profile] = configuration.profiles;
    expect(configuration).toMatchObject({
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      notices: [],
    });
    expect(profile!.schedulerName).toBe('default-scheduler');
    expect(profile!.args).toEqual({
      NodeResourcesFit: {
        ignoredResources: [],
        ignoredResourceGroups: [],
        scoringStrategy: {
          type: 'LeastAllocated',
          resources: [
            { name: 'cpu', weight: 1 },
            { name: 'memory', weight: 1 },
          ],
          shape: [],
        },
      },
      NodeResourcesBalancedAllocation: {
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'memory', weight: 1 },
        ],
      },
      NodeAffinity: {},
      PodTopologySpread: { defaultingType: 'System', defaultConstraints: [] },
      InterPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
      VolumeBinding: {
        bindTimeoutSeconds: 600,
        shape: [
          { utilization: 0, score: 10 },
          { utilization: 100, score: 0 },
        ],
      },
      DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
      DynamicResources: { bindingTimeoutSeconds: 600 },
      EquivalenceClasses: {
        order: 'grouped',
        scores: 'exact',
        period: 0,
        features: ['general', 'resources', 'rule'],
        ties: 'first',
        seed: 1,
        linger: 10,
      },
      OutOfTreePlugins: { plugins: [] },
    });
  });

  test('null stands for what is not set', () => {
    expect(load('profiles: null\nextenders:\nparallelism: ~').profiles).toEqual(
      defaultConfiguration().profiles,
    );
    expect(load('profiles: [{schedulerName: null, plugins: null, pluginConfig: null}]').profiles).toEqual(
      defaultConfiguration().profiles,
    );
    expect(load('profiles: [{pluginConfig: [{name: NodeResourcesFit}]}]').profiles).toEqual(
      defaultConfiguration().profiles,
    );
  });
});

describe('what a file sets', () => {
  test('profiles, backoff and the connection', () => {
    const configuration = load(`
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 20
clientConnection: {kubeconfig: here, qps: 200, burst: 400, contentType: ''}
profiles: [{schedulerName: a}, {schedulerName: b}]`);
    expect(configuration).toMatchObject({ podInitialBackoffSeconds: 2, podMaxBackoffSeconds: 20 });
    expect(configuration.kubeconfig).toBe('here');
    expect(configuration.profiles.map(({ schedulerName }) => schedulerName)).toEqual(['a', 'b']);
  });

  test('JSON is read as well, with tabs', () => {
    const text = JSON.stringify(
      {
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        podMaxBackoffSeconds: 7,
      },
      null,
      '\t',
    );
    expect(loadConfiguration(text, 'file.json').podMaxBackoffSeconds).toBe(7);
  });

  test('NodeResourcesFit: weight 0 means 1, a strategy without resources has the default ones', () => {
    const fit = (args: string) => withArgs('NodeResourcesFit', args).profiles[0]!.args.NodeResourcesFit;
    expect(fit('{scoringStrategy: {type: MostAllocated}}').scoringStrategy.resources).toEqual([
      { name: 'cpu', weight: 1 },
      { name: 'memory', weight: 1 },
    ]);
    expect(
      fit(`{ignoredResources: [example.com/foo], ignoredResourceGroups: [example.org], scoringStrategy: {
        type: RequestedToCapacityRatio, resources: [{name: nvidia.com/gpu, weight: 4}, {name: cpu, weight: 0}],
        requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]}}}`),
    ).toEqual({
      ignoredResources: ['example.com/foo'],
      ignoredResourceGroups: ['example.org'],
      scoringStrategy: {
        type: 'RequestedToCapacityRatio',
        resources: [
          { name: 'nvidia.com/gpu', weight: 4 },
          { name: 'cpu', weight: 1 },
        ],
        shape: [
          { utilization: 0, score: 0 },
          { utilization: 100, score: 10 },
        ],
      },
    });
  });

  test('PodTopologySpread, InterPodAffinity and NodeAffinity', () => {
    const { args } = load(`
profiles:
- pluginConfig:
  - name: PodTopologySpread
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: PodTopologySpreadArgs
      defaultingType: List
      defaultConstraints: [{maxSkew: 2, topologyKey: rack, whenUnsatisfiable: ScheduleAnyway}]
  - name: InterPodAffinity
    args: {hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true}
  - name: NodeAffinity
    args:
      addedAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms: [{matchExpressions: [{key: gen, operator: Gt, values: ["2"]}]}]`).profiles[0]!;
    expect(args.PodTopologySpread).toEqual({
      defaultingType: 'List',
      defaultConstraints: [{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' }],
    });
    expect(args.InterPodAffinity).toEqual({
      hardPodAffinityWeight: 0,
      ignorePreferredTermsOfExistingPods: true,
    });
    expect(args.NodeAffinity.addedAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'gen', operator: 'Gt', values: ['2'] }] }],
      },
    });
  });

  test('EquivalenceClasses', () => {
    const args =
      '{order: strict, scores: static, period: 0.5, features: [rule, general, resources], candidates: 8, ties: random, seed: 7, linger: 0}';
    expect(withArgs('EquivalenceClasses', args).profiles[0]!.args.EquivalenceClasses).toEqual({
      order: 'strict',
      scores: 'static',
      period: 0.5,
      features: ['general', 'resources', 'rule'],
      candidates: 8,
      ties: 'random',
      seed: 7,
      linger: 0,
    });
  });
});

describe('notices', () => {
  test('name what has no effect', () => {
    const { notices } = load(`
percentageOfNodesToScore: 50
parallelism: 8
enableProfiling: yes
enableContentionProfiling: no
delayCacheUntilActive: yes
profiles:
- percentageOfNodesToScore: 10
  plugins: {reserve: {disabled: [{name: "*"}]}, score: {disabled: [{name: NodeAfinity}]}}
  pluginConfig:
  - {name: Mine, args: {a: 1}}
  - {name: ImageLocality, args: {a: 1}}
  - {name: DynamicResources, args: {filterTimeout: 5s}}`);
    expect(notices.map((notice) => notice.split(':')[0])).toEqual([
      'percentageOfNodesToScore',
      'parallelism',
      'delayCacheUntilActive',
      'profiles[0].percentageOfNodesToScore',
      'profiles[0].pluginConfig[0]',
      'profiles[0].pluginConfig[1]',
      'profiles[0].pluginConfig[2].args.filterTimeout',
      'profiles[0].plugins.score.disabled[0]',
      'profiles[0].plugins.reserve',
    ]);
  });

  test('are silent about what has its default, or says what coset does', () => {
    const { notices } = load(`
percentageOfNodesToScore: 0
parallelism: 16
enableProfiling: yes
enableContentionProfiling: yes
delayCacheUntilActive: no
clientConnection: {qps: 50, burst: 100, acceptContentTypes: '', contentType: application/vnd.kubernetes.protobuf}
profiles:
- percentageOfNodesToScore: 100
  pluginConfig:
  - {name: DynamicResources, args: {filterTimeout: 10s, bindingTimeout: 600s}}
  - {name: VolumeBinding, args: {bindTimeoutSeconds: 600}}`);
    expect(notices).toEqual([]);
  });

  test.each(['general', 'resources', 'rule'])('leaving out %s is told to be unsound', (left) => {
    const features = ['general', 'resources', 'rule'].filter((feature) => feature !== left);
    const { notices } = load(`
profiles: [{pluginConfig: [{name: EquivalenceClasses, args: {features: [${features.join(', ')}]}}]}]`);
    expect(notices).toEqual([expect.stringContaining(`args.features: unsound without ${left}`)]);
  });
});
