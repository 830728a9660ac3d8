import { describe, expect, test } from 'vitest';
import { ConfigurationError, defaultConfiguration, loadConfiguration } from '../../src/config/load.ts';

const HEADER = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

const load = (fields: string) => loadConfiguration(HEADER + fields, 'file.yaml');
const withArgs = (plugin: string, args: string) =>
  load(`profiles: [{pluginConfig: [{name: ${plugin}, args: ${args}}]}]`);

/** The lines of the error, without the file name that each begins with. */
function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n').map((line) => {
      expect(line).toMatch(/^file\.yaml: /);
      return line.slice('file.yaml: '.length);
    });
  }
  return [];
}

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
      '{order: strict, scores: static, period: 0.5, features: [rule, general, resources], candidates: 8, ties: random, seed: 7}';
    expect(withArgs('EquivalenceClasses', args).profiles[0]!.args.EquivalenceClasses).toEqual({
      order: 'strict',
      scores: 'static',
      period: 0.5,
      features: ['general', 'resources', 'rule'],
      candidates: 8,
      ties: 'random',
      seed: 7,
    });
  });
});

describe('notices', () => {
  test('name what has no effect', () => {
    const { notices } = load(`
percentageOfNodesToScore: 50
parallelism: 8
enableProfiling: yes
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
      'enableProfiling',
      'leaderElection',
      'profiles[0].percentageOfNodesToScore',
      'profiles[0].pluginConfig[0]',
      'profiles[0].pluginConfig[1]',
      'profiles[0].pluginConfig[2].args.filterTimeout',
      'profiles[0].plugins.score.disabled[0]',
      'profiles[0].plugins.reserve',
    ]);
  });

  test('leader election is told of unless it is off', () => {
    expect(load('').notices).toHaveLength(1);
    expect(load('leaderElection: {leaderElect: true}').notices).toHaveLength(1);
    expect(load('leaderElection: {leaderElect: false}').notices).toEqual([]);
  });

  test.each(['general', 'resources', 'rule'])('leaving out %s is told to be unsound', (left) => {
    const features = ['general', 'resources', 'rule'].filter((feature) => feature !== left);
    const { notices } = load(`
leaderElection: {leaderElect: false}
profiles: [{pluginConfig: [{name: EquivalenceClasses, args: {features: [${features.join(', ')}]}}]}]`);
    expect(notices).toEqual([expect.stringContaining(`args.features: unsound without ${left}`)]);
  });
});

describe('what kube-scheduler refuses is refused, with the path', () => {
  test.each([
    ['foo: 1', 'unknown field "foo"'],
    ['Parallelism: 3', 'unknown field "Parallelism"'],
    ['profiles: [{foo: 1}]', 'profiles[0]: unknown field "foo"'],
    [
      'profiles: [{plugins: {score: {enabled: [{name: NodeAffinity, wieght: 3}]}}}]',
      'profiles[0].plugins.score.enabled[0]: unknown field "wieght"',
    ],
    ['parallelism: 3\nparallelism: 4', 'line 4: duplicated mapping key'],
    [
      'profiles: [{pluginConfig: [{name: InterPodAffinity, args: {a: 1, a: 2}}]}]',
      'line 3: duplicated mapping key',
    ],
    ['parallelism: abc', 'parallelism: must be an integer, not "abc"'],
    ['parallelism: 1.5', 'parallelism: must be an integer, not 1.5'],
    ['parallelism: 0', 'parallelism: must be greater than 0, not 0'],
    ['parallelism: 3000000000', 'parallelism: must be from -2147483648 to 2147483647, not 3000000000'],
    ['profiles: [{schedulerName: 5}]', 'profiles[0].schedulerName: must be a string, not 5'],
    ['profiles: {}', 'profiles: must be a list, not an object'],
    ["profiles: [{schedulerName: ''}]", 'profiles[0].schedulerName: must not be empty'],
    ['profiles: [{}, {schedulerName: b}]', 'profiles[0].schedulerName: must not be empty'],
    [
      'profiles: [{schedulerName: b}, {schedulerName: b}]',
      'profiles[1].schedulerName: "b" is the name of another profile',
    ],
    [
      'profiles: [{schedulerName: a}, {schedulerName: b, plugins: {queueSort: {enabled: [{name: PrioritySort}]}}}]',
      'profiles[1].plugins.queueSort: must be the same for all profiles',
    ],
    ['percentageOfNodesToScore: 101', 'percentageOfNodesToScore: must be from 0 to 100, not 101'],
    ['podInitialBackoffSeconds: 0', 'podInitialBackoffSeconds: must be greater than 0, not 0'],
    [
      'podInitialBackoffSeconds: 20',
      'podMaxBackoffSeconds: must not be less than podInitialBackoffSeconds, not 10',
    ],
    ['clientConnection: {burst: -1}', 'clientConnection.burst: must not be negative, not -1'],
    [
      'leaderElection: {leaseDuration: 5s}',
      'leaderElection.leaseDuration: must be greater than renewDeadline, 10s',
    ],
    [
      'leaderElection: {resourceLock: endpoints}',
      'leaderElection.resourceLock: must be leases, not "endpoints"',
    ],
    [
      'leaderElection: {leaderElect: false, retryPeriod: abc}',
      'leaderElection.retryPeriod: must be a duration like "15s", not "abc"',
    ],
    ['extenders: [{urlPrefix: "here"}]', 'extenders[0].urlPrefix: must be an http or https URL'],
    [
      'profiles: [{pluginConfig: [{name: NodeName}, {name: NodeName}]}]',
      'profiles[0].pluginConfig[1]: "NodeName" is a duplicate',
    ],
    [
      'profiles: [{pluginConfig: [{name: EBSLimits}]}]',
      'profiles[0].pluginConfig[0]: the plugin EBSLimits no longer exists',
    ],
  ])('%s', (fields, problem) => {
    expect(problemsOf(() => load(fields))).toEqual([problem]);
  });

  test.each([
    ['NodeResourcesFit', '{foo: 1}', ': unknown field "foo"'],
    [
      'NodeResourcesFit',
      '{scoringStrategy: {typo: x, type: LeastAllocated}}',
      '.scoringStrategy: unknown field "typo"',
    ],
    [
      'NodeResourcesFit',
      '{kind: InterPodAffinityArgs}',
      '.kind: must be NodeResourcesFitArgs, not "InterPodAffinityArgs"',
    ],
    [
      'NodeResourcesFit',
      '{scoringStrategy: {resources: [{name: cpu}]}}',
      '.scoringStrategy.type: must be LeastAllocated, MostAllocated or RequestedToCapacityRatio, not ""',
    ],
    [
      'NodeResourcesFit',
      '{scoringStrategy: {type: LeastAllocated, resources: [{name: cpu, weight: 101}]}}',
      '.scoringStrategy.resources[0].weight: must be from 1 to 100, not 101',
    ],
    [
      'NodeResourcesFit',
      '{scoringStrategy: {type: RequestedToCapacityRatio}}',
      '.scoringStrategy.requestedToCapacityRatio.shape: must have at least one point',
    ],
    [
      'NodeResourcesFit',
      '{scoringStrategy: {type: MostAllocated, requestedToCapacityRatio: {}}}',
      '.scoringStrategy.requestedToCapacityRatio: must not be set for "MostAllocated"',
    ],
    ['NodeResourcesFit', '{ignoredResources: [a b]}', '.ignoredResources[0]: "a b" is not a resource name'],
    [
      'NodeResourcesFit',
      '{ignoredResourceGroups: [x/y]}',
      '.ignoredResourceGroups[0]: "x/y" is not the domain of a resource name',
    ],
    [
      'NodeResourcesBalancedAllocation',
      '{resources: [{name: cpu, weight: 2}]}',
      '.resources[0].weight: must be 1, not 2',
    ],
    [
      'NodeResourcesBalancedAllocation',
      '{resources: [{name: cpu}, {name: cpu}]}',
      '.resources[1].name: "cpu" is a duplicate',
    ],
    [
      'PodTopologySpread',
      '{defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]}',
      '.defaultingType: must be List when defaultConstraints are set',
    ],
    ['PodTopologySpread', '{defaultingType: Foo}', '.defaultingType: must be System or List, not "Foo"'],
    [
      'InterPodAffinity',
      '{hardPodAffinityWeight: 101}',
      '.hardPodAffinityWeight: must be from 0 to 100, not 101',
    ],
    ['VolumeBinding', '{bindTimeoutSeconds: -1}', '.bindTimeoutSeconds: must not be negative, not -1'],
    [
      'VolumeBinding',
      '{shape: [{utilization: 0, score: 11}]}',
      '.shape[0].score: must be from 0 to 10, not 11',
    ],
    [
      'DefaultPreemption',
      '{minCandidateNodesPercentage: 101}',
      '.minCandidateNodesPercentage: must be from 0 to 100, not 101',
    ],
    [
      'DefaultPreemption',
      '{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}',
      '.minCandidateNodesPercentage: must not be 0 when minCandidateNodesAbsolute is 0',
    ],
    ['DynamicResources', '{filterTimeout: -5s}', '.filterTimeout: must not be negative, not "-5s"'],
    ['DynamicResources', '{bindingTimeout: 900ms}', '.bindingTimeout: must be at least 1s, not "900ms"'],
    ['EquivalenceClasses', '{ordre: strict}', ': unknown field "ordre"'],
    ['EquivalenceClasses', '{order: random}', '.order: must be grouped or strict, not "random"'],
    ['EquivalenceClasses', '{period: -1}', '.period: must not be negative, not -1'],
    ['EquivalenceClasses', '{features: []}', '.features: must name at least one of general, resources, rule'],
    ['EquivalenceClasses', '{features: [rule, rule]}', '.features: must name each only once'],
    [
      'EquivalenceClasses',
      '{features: [rules]}',
      '.features[0]: must be general, resources or rule, not "rules"',
    ],
    ['EquivalenceClasses', '{candidates: 0}', '.candidates: must be from 1 to 2147483647, not 0'],
  ])('%s: %s', (plugin, args, problem) => {
    expect(problemsOf(() => withArgs(plugin, args))).toEqual([`profiles[0].pluginConfig[0].args${problem}`]);
  });

  test('added node affinity, requirement by requirement', () => {
    const problems = problemsOf(() =>
      withArgs(
        'NodeAffinity',
        `{addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
          {matchExpressions: [{key: a, operator: Foo}, {key: b, operator: In}, {key: c, operator: Exists, values: [x]},
            {key: d, operator: Gt, values: ["1", "2"]}, {key: e, operator: Lt, values: [abc]}, {key: a b, operator: Exists},
            {key: f, operator: In, values: [not valid!]}]},
          {matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}]}}}`,
      ),
    );
    const path =
      'profiles[0].pluginConfig[0].args.addedAffinity.requiredDuringSchedulingIgnoredDuringExecution';
    expect(problems).toEqual([
      `${path}.nodeSelectorTerms[0].matchExpressions[0].operator: must be In, NotIn, Exists, DoesNotExist, Gt or Lt, not "Foo"`,
      `${path}.nodeSelectorTerms[0].matchExpressions[1].values: must not be empty for In`,
      `${path}.nodeSelectorTerms[0].matchExpressions[2].values: must be empty for Exists, not ["x"]`,
      `${path}.nodeSelectorTerms[0].matchExpressions[3].values: must be one value for Gt, not ["1","2"]`,
      `${path}.nodeSelectorTerms[0].matchExpressions[4].values[0]: must be an integer for Lt, not "abc"`,
      `${path}.nodeSelectorTerms[0].matchExpressions[5].key: "a b" is not a label key`,
      `${path}.nodeSelectorTerms[0].matchExpressions[6].values[0]: "not valid!" is not a label value`,
      `${path}.nodeSelectorTerms[1].matchFields[0].values: must be one value, not ["a","b"]`,
    ]);
  });

  test('default constraints, field by field', () => {
    const problems = problemsOf(() =>
      withArgs(
        'PodTopologySpread',
        `{defaultingType: List, defaultConstraints: [
          {maxSkew: 0, topologyKey: zo ne, whenUnsatisfiable: Foo, labelSelector: {}},
          {maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway},
          {maxSkew: 2, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]}`,
      ),
    );
    expect(
      problems.map((problem) => problem.replace('profiles[0].pluginConfig[0].args.defaultConstraints', '')),
    ).toEqual([
      '[0].maxSkew: must be at least 1, not 0',
      '[0].topologyKey: "zo ne" is not a label key',
      '[0].whenUnsatisfiable: must be DoNotSchedule or ScheduleAnyway, not "Foo"',
      '[0].labelSelector: must not be set: it follows from each pod',
      '[2]: has the a and ScheduleAnyway of another one',
    ]);
  });

  test('a shape that does not rise', () => {
    const problems = problemsOf(() =>
      withArgs(
        'NodeResourcesFit',
        `{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [
          {utilization: 10, score: 11}, {utilization: 5, score: -1}, {utilization: 101}]}}}`,
      ),
    );
    expect(problems.map((problem) => problem.replace(/^.*\.shape/, ''))).toEqual([
      '[0].score: must be from 0 to 10, not 11',
      '[1].score: must be from 0 to 10, not -1',
      '[1].utilization: must be greater than that of the point before',
      '[2].utilization: must be from 0 to 100, not 101',
    ]);
  });

  test('several problems are told together', () => {
    expect(
      problemsOf(() => load('parallelism: 0\npodInitialBackoffSeconds: -1\nextenders: [{}]')),
    ).toHaveLength(3);
  });
});

test.each([
  ['', 'must hold one KubeSchedulerConfiguration, not 0 documents'],
  [`${HEADER}---\n${HEADER}`, 'must hold one KubeSchedulerConfiguration, not 2 documents'],
  ['- a', 'must be an object, not ["a"]'],
  ['kind: KubeSchedulerConfiguration', 'not "KubeSchedulerConfiguration" of nothing'],
  [
    HEADER.replace('/v1', '/v1beta3'),
    'is of the version v1beta3, which Kubernetes has removed: write apiVersion: kubescheduler.config.k8s.io/v1',
  ],
  [`${HEADER}profiles: [`, 'line 4: '],
  [`${HEADER}profiles: *nowhere`, 'nowhere'],
])('the text %j is refused', (text, message) => {
  const [problem] = problemsOf(() => loadConfiguration(text, 'file.yaml'));
  expect(problem).toContain(message);
});
