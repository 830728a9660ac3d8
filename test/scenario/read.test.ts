import { describe, expect, test } from 'vitest';
import { dump } from 'js-yaml';
import { readScenario } from '../../src/scenario/read.ts';
import { ScenarioError, type ReadScenario } from '../../src/scenario/reader.ts';

const FILE = 'scenario.json';
const containers = [{ name: 'main' }];

function node(name: string, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, ...fields };
}

function pod(name: string, spec: object = {}, metadata: object = {}, status: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { containers, ...spec },
    status,
  };
}

const readText = (text: string, name = FILE) => readScenario([{ name, text }]);
const read = (value: unknown, name = FILE) => readText(JSON.stringify(value), name).scenario;
const names = (objects: { metadata?: { name?: string } }[]) => objects.map(({ metadata }) => metadata?.name);

/** What is said of a file: why nothing of it can be used, or what of it is passed over. */
function problemsOf(action: () => ReadScenario): string[] {
  try {
    return action().intake.passedOver.map(({ object, reason }) => `${object}: ${reason}`);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as Error).message.split('\n');
  }
}

describe('a scenario file', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' } },
  };
  const scenario = {
    name: 'one',
    configuration: { kind: 'KubeSchedulerConfiguration' },
    nodes: [node('a')],
    pods: [pod('old', { nodeName: 'a' })],
    objects: [service],
    pending: [pod('second', { priority: 0 }), pod('first', { priority: 9 })],
  };

  test('keeps its lists and the order of its pending pods', () => {
    const { name, configuration, nodes, pods, objects, pending } = read(scenario);
    expect(name).toBe('one');
    expect(configuration).toEqual({ kind: 'KubeSchedulerConfiguration' });
    expect([nodes, pods, objects, pending].map(names)).toEqual([
      ['a'],
      ['old'],
      ['web'],
      ['second', 'first'],
    ]);
  });

  test('is the same in YAML', () => {
    expect(readText(dump(scenario), 'scenario.yaml').scenario).toEqual(read(scenario));
  });

  test('may leave lists out or null, as Go prints empty ones', () => {
    expect(read({ nodes: [node('a')], pods: null, pending: [] })).toMatchObject({
      pods: [],
      objects: [],
      pending: [],
    });
  });

  test('null fields of objects are as good as absent', () => {
    const [read1] = read({
      pending: [pod('a', { priority: null, tolerations: null }, { creationTimestamp: null })],
    }).pending;
    expect(read1!.spec).not.toHaveProperty('priority');
    expect(read1!.metadata).not.toHaveProperty('creationTimestamp');
  });

  test('leaves out pods on a node that have ended', () => {
    const pods = ['Succeeded', 'Failed', 'Running'].map((phase) =>
      pod(phase, { nodeName: 'a' }, {}, { phase }),
    );
    expect(names(read({ pods }).pods)).toEqual(['Running']);
  });

  test('fills in what the API server would', () => {
    const capacity = { cpu: '4' };
    const { nodes, pending } = read({ nodes: [node('a', { status: { capacity } })], pending: [pod('web')] });
    expect(nodes[0]!.status!.allocatable).toEqual(capacity);
    expect(pending[0]).toMatchObject({
      metadata: { namespace: 'default', uid: 'default/web' },
      spec: { schedulerName: 'default-scheduler' },
    });
  });
});

describe('what kubectl prints', () => {
  const items = [
    pod('late', {}, { namespace: 'b', creationTimestamp: '2026-01-02T00:00:00Z' }),
    pod('late', {}, { namespace: 'a', creationTimestamp: '2026-01-02T00:00:00Z' }),
    pod('early', {}, { creationTimestamp: '2026-01-01T00:00:00Z' }),
    pod('urgent', { priority: 5 }, { creationTimestamp: '2026-01-03T00:00:00Z' }),
    pod('leaving', {}, { deletionTimestamp: '2026-01-03T00:00:00Z' }),
    pod('running', { nodeName: 'a' }, {}, { phase: 'Running' }),
    pod('stopping', { nodeName: 'a' }, { deletionTimestamp: '2026-01-03T00:00:00Z' }, { phase: 'Running' }),
    pod('done', { nodeName: 'a' }, {}, { phase: 'Succeeded' }),
    pod('failed', {}, {}, { phase: 'Failed' }),
    node('a'),
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { a: 'b' } } },
    },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
  ];
  const list = { apiVersion: 'v1', kind: 'List', items, metadata: { resourceVersion: '' } };

  test('is sorted into nodes, pods, pending and other objects', () => {
    const { nodes, pods, objects, pending } = read(list);
    expect(names(nodes)).toEqual(['a']);
    expect(names(pods)).toEqual(['running', 'stopping']);
    expect(names(objects)).toEqual(['web', 'default']);
    expect(pending.map(({ metadata }) => `${metadata!.namespace}/${metadata!.name}`)).toEqual([
      'default/urgent',
      'default/early',
      'a/late',
      'b/late',
    ]);
  });

  test.each([
    ['a YAML list', dump(list)],
    ['YAML documents', items.map((item) => dump(item)).join('---\n')],
    ['YAML documents with empty ones between', `---\n${items.map((item) => dump(item)).join('---\n---\n')}`],
  ])('reads the same from %s', (_, text) => {
    expect(readText(text, 'cluster.yaml').scenario).toEqual(read(list));
  });

  test('a list of the API names the kind once', () => {
    const bare = items
      .slice(0, 3)
      .map(({ metadata, ...rest }) => ({ metadata, spec: 'spec' in rest ? rest.spec : {} }));
    expect(names(read({ apiVersion: 'v1', kind: 'PodList', items: bare }).pending)).toEqual([
      'early',
      'late',
      'late',
    ]);
  });

  test('several files are one scenario', () => {
    const files = [
      {
        name: 'nodes.json',
        text: JSON.stringify({ name: 'both', nodes: [node('a')], pending: [pod('fixed')] }),
      },
      { name: 'pods.yaml', text: dump(pod('web')) },
    ];
    const { scenario } = readScenario(files);
    expect(scenario).toMatchObject({ name: 'both', nodes: [{ metadata: { name: 'a' } }] });
    expect(names(scenario.pending)).toEqual(['fixed', 'web']);
  });
});

describe('what is wrong is told with file, object and field', () => {
  test.each<[string, object, string]>([
    [
      'a malformed quantity',
      { containers: [{ resources: { requests: { memory: '12Q' } } }] },
      'spec.containers[0].resources.requests.memory: "12Q" is not a quantity',
    ],
    [
      'a malformed quantity of an extended resource',
      { initContainers: [{ resources: { limits: { 'example.com/gpu': '1x' } } }] },
      'spec.initContainers[0].resources.limits[example.com/gpu]: "1x" is not a quantity',
    ],
    ['a quantity that is a list', { overhead: { cpu: [1] } }, 'spec.overhead.cpu: [1] is not a quantity'],
    ['a negative quantity', { overhead: { cpu: '-1' } }, 'spec.overhead.cpu: must not be negative, not "-1"'],
    [
      'an unknown operator of a node selector',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Near', values: ['b'] }] }],
            },
          },
        },
      },
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]' +
        '.matchExpressions[0].operator: must be In, NotIn, Exists, DoesNotExist, Gt or Lt, not "Near"',
    ],
    [
      'an unknown operator of a preference',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: { matchFields: [{ key: 'metadata.name', operator: 'Gt', values: ['b'] }] },
              },
            ],
          },
        },
      },
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]' +
        '.preference.matchFields[0].operator: must be In or NotIn, not "Gt"',
    ],
    [
      'an unknown operator of a label selector',
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
          },
        ],
      },
      'spec.topologySpreadConstraints[0].labelSelector.matchExpressions[0].operator: ' +
        'must be In, NotIn, Exists or DoesNotExist, not "Gt"',
    ],
    [
      'an unknown operator of a pod affinity term',
      {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: 'zone',
                namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] },
              },
            ],
          },
        },
      },
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector' +
        '.matchExpressions[0].operator: must be In, NotIn, Exists or DoesNotExist, not "Is"',
    ],
    [
      'an unknown operator of a toleration',
      { tolerations: [{ key: 'a', operator: 'Like' }] },
      'spec.tolerations[0].operator: must be Exists, Equal, Lt or Gt, not "Like"',
    ],
    ['a wrong type', { priority: 'high' }, 'spec.priority: must be an integer, not "high"'],
    [
      'a label that is not a string',
      { nodeSelector: { a: true } },
      'spec.nodeSelector.a: must be a string, not true',
    ],
    ['no container', { containers: [] }, 'spec.containers: must have at least one container'],
    [
      'a host port out of range',
      { containers: [{ ports: [{ hostPort: 70000 }] }] },
      'spec.containers[0].ports[0].hostPort: must be from 0 to 65535, not 70000',
    ],
  ])('%s', (_, spec, problem) => {
    expect(problemsOf(() => readText(JSON.stringify({ pending: [pod('web', spec)] })))).toEqual([
      `${FILE}: pod default/web: ${problem}`,
    ]);
  });

  test.each<[unknown, string]>([
    [
      node('a', { spec: { taints: [{ key: 'k', effect: 'Never' }] } }),
      'node a: spec.taints[0].effect: must be NoSchedule, PreferNoSchedule or NoExecute, not "Never"',
    ],
    [
      node('a', { status: { allocatable: { cpu: 'many' } } }),
      'node a: status.allocatable.cpu: "many" is not a quantity',
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'x' },
        spec: { selector: { a: 1 } },
      },
      'service x/web: spec.selector.a: must be a string, not 1',
    ],
    [
      { metadata: { name: 'web' } },
      'is neither a scenario nor a Kubernetes object: it has no kind, and its shape tells none',
    ],
    [{ kind: 'Pod', metadata: {} }, 'metadata.name: must be set'],
    [
      { kind: 'List', items: [{ kind: 'Node', metadata: { name: 5 } }] },
      'items[0].metadata.name: must be a name, not 5',
    ],
    [{ nodes: [{ metadata: {} }] }, 'nodes[0].metadata.name: must be set'],
    [{ nodes: ['a'] }, 'nodes[0]: must be an object, not "a"'],
    [{ nodes: {} }, 'nodes: must be a list, not an object'],
    [{ pods: [pod('web')] }, 'pod default/web: spec.nodeName: must be set, or the pod be in pending'],
    [{ nodes: [node('a'), node('a', { spec: {} })] }, 'node a: is there twice, first in scenario.json'],
    [
      { pods: [pod('a', { nodeName: 'n' })], pending: [pod('a')] },
      'pod default/a: is there twice, first in scenario.json',
    ],
    ['text', 'must be an object, not "text"'],
  ])('%j', (value, problem) => {
    expect(problemsOf(() => readText(JSON.stringify(value)))).toEqual([`${FILE}: ${problem}`]);
  });

  test('all problems of all files at once', () => {
    const files = ['a.json', 'b.json'].map((name) => ({
      name,
      text: JSON.stringify({ pending: [pod('web', { priority: 'high', overhead: { cpu: 'x' } })] }),
    }));
    const [first, second] = files.map(
      ({ name }) =>
        `${name}: pod default/web: spec.priority: must be an integer, not "high"; spec.overhead.cpu: "x" is not a quantity`,
    );
    expect(problemsOf(() => readScenario(files))).toEqual([first, second]);
  });

  test('very many problems are told in part', () => {
    const pending = Array.from({ length: 50 }, (_, i) => pod(`web-${i}`, { priority: 'high' }));
    const items = pending.map((one) => ({ ...one, metadata: { name: one.metadata.name } }));
    const problems = problemsOf(() =>
      readText(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items: ['x', ...items] })),
    );
    expect(problems).toHaveLength(51);
    const overhead = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`r${i}`, 'x']));
    const [one] = problemsOf(() => readText(JSON.stringify({ pending: [pod('web', { overhead })] })));
    expect(one).toMatch(/"x" is not a quantity; and 6 more$/);
  });

  test.each([
    ['', 'is empty'],
    ['{"nodes": [],}', 'is not JSON: Expected double-quoted property name'],
    ['{"nodes": [', 'is not JSON: '],
    ['nodes: [', 'line 2: unexpected end of the stream within a flow collection'],
    ['- - a\n - b', 'line 2: bad indentation of a sequence entry'],
  ])('the text %j', (text, problem) => {
    const [first] = problemsOf(() => readScenario([{ name: FILE, text }]));
    expect(first).toMatch(new RegExp(`^${FILE}: `));
    expect(first).toContain(problem);
  });

  test('two configurations', () => {
    const files = ['a.json', 'b.json'].map((name) => ({ name, text: '{"configuration": {}, "nodes": []}' }));
    expect(problemsOf(() => readScenario(files))).toEqual([
      'b.json: configuration: another file has one already',
    ]);
  });
});

describe('a pod that cannot be read', () => {
  const odd = { overhead: { cpu: 'x' } };

  test.each<[string, object]>([
    [
      'of a scenario',
      { pods: [pod('odd', { ...odd, nodeName: 'a' })], pending: [pod('odd-too', odd), pod('web')] },
    ],
    [
      'of a cluster',
      { kind: 'List', items: [pod('odd', { ...odd, nodeName: 'a' }), pod('odd-too', odd), pod('web')] },
    ],
  ])('%s is passed over by name', (_, value) => {
    const { scenario, intake } = readText(JSON.stringify(value));
    const { pods, pending } = scenario;
    const passedOver = intake.passedOver.map(({ object, reason }) => `${object}: ${reason}`);
    expect([pods, pending].map(names)).toEqual([[], ['web']]);
    expect(passedOver).toEqual(
      ['odd', 'odd-too'].map(
        (name) => `${FILE}: pod default/${name}: spec.overhead.cpu: "x" is not a quantity`,
      ),
    );
  });

  test.each<[string, object]>([
    ['no containers', { containers: [] }],
    ['no node in the list of those that have one', {}],
  ])('%s', (_, spec) => {
    const value = { pods: [pod('odd', spec)], pending: [pod('web')] };
    expect(readText(JSON.stringify(value)).intake.passedOver).toHaveLength(1);
  });
});

test('values that mean nothing to scheduling are taken as they are', () => {
  const operator = (name: string, value: string) => ({
    matchExpressions: [{ key: 'a', operator: name, values: [value] }],
  });
  const required = { nodeSelectorTerms: [operator('Gt', 'abc'), operator('In', 'no label value')] };
  const preferred = [{ weight: 1, preference: operator('Lt', '1.5') }];
  const value = {
    pending: [
      pod('web', {
        tolerations: [{ key: 'a', operator: 'Gt', value: '1' }],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: required,
            preferredDuringSchedulingIgnoredDuringExecution: preferred,
          },
        },
      }),
    ],
  };
  const { scenario, intake } = readText(JSON.stringify(value));
  expect([names(scenario.pending), intake.passedOver]).toEqual([['web'], []]);
});

test.each<[string, object, string]>([
  ['what a pod has', { resources: { requests: { cpu: 'x' } } }, 'resources.requests.cpu'],
  ['what it is allocated', { allocatedResources: { cpu: 'x' } }, 'allocatedResources.cpu'],
  [
    'what its containers are allocated',
    { containerStatuses: [{ name: 'main', allocatedResources: { cpu: 'x' } }] },
    'containerStatuses[0].allocatedResources.cpu',
  ],
])('a malformed quantity of %s', (_, status, field) => {
  expect(problemsOf(() => readText(JSON.stringify({ pending: [pod('web', {}, {}, status)] })))).toEqual([
    `${FILE}: pod default/web: status.${field}: "x" is not a quantity`,
  ]);
});

test('what an object holds is not told when its type is wrong', () => {
  const env = [{ name: 'TOKEN', value: 'hush' }];
  const [problem] = problemsOf(() =>
    readText(JSON.stringify({ pending: [pod('web', { containers: { env } })] })),
  );
  expect(problem).toBe(`${FILE}: pod default/web: spec.containers: must be a list, not an object`);
});
