import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { HEADER, load, problemsOf, withArgs } from './fixtures.ts';

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
    ['EquivalenceClasses', '{linger: -1}', '.linger: must not be negative, not -1'],
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
