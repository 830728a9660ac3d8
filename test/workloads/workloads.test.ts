import { describe, expect, it } from 'vitest';
import type { ApiObject, Pod } from '../../src/model/types.ts';
import { readScenario } from '../../src/scenario/read.ts';
import type { ReadScenario } from '../../src/scenario/reader.ts';

const template = (spec: object = {}, labels: object = { app: 'web' }) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'x', resources: { limits: { cpu: '1' } } }], ...spec },
});
const selector = { matchLabels: { app: 'web' } };

function workload(kind: string, spec: object, metadata: object = {}, status?: object): ApiObject {
  const apiVersion = { Job: 'batch/v1', CronJob: 'batch/v1', ReplicationController: 'v1' }[kind] ?? 'apps/v1';
  return { apiVersion, kind, metadata: { name: 'web', ...metadata }, spec, status } as ApiObject;
}

const node = (name: string, fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { disk: name } },
  status: { capacity: { cpu: '8', pods: '110' } },
  ...fields,
});

/** A pod of a controller, as the API server has it. */
function owned(
  name: string,
  kind: string,
  owner: string,
  fields: object = {},
  labels: object = {},
): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: 'u', controller: true }],
    },
    spec: { containers: [{ name: 'main' }], nodeName: 'a' },
    status: { phase: 'Running' },
    ...fields,
  } as ApiObject;
}

function read(...objects: object[]): ReadScenario {
  return readScenario([
    { name: 'file', text: JSON.stringify({ kind: 'List', items: [node('a'), ...objects] }) },
  ]);
}

const namesOf = (pods: Pod[]) => pods.map(({ metadata }) => metadata!.name);
const pending = (...objects: object[]) => read(...objects).scenario.pending;
const leftOut = (...objects: object[]) => read(...objects).intake.leftOut;

describe('a Deployment', () => {
  const three = workload('Deployment', { replicas: 3, selector, template: template() });

  it('makes the pods of a replica set that it owns, with the hash of the template', () => {
    const { scenario } = read(three);
    const [set] = scenario.objects.filter(({ kind }) => kind === 'ReplicaSet') as any[];
    const hash = set.metadata.labels['pod-template-hash'];
    expect(set).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
      },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
    });
    expect(scenario.pending).toHaveLength(3);
    expect(new Set(namesOf(scenario.pending)).size).toBe(3);
    expect(scenario.pending[0]).toMatchObject({
      metadata: {
        namespace: 'default',
        labels: { app: 'web', 'pod-template-hash': hash },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set.metadata.name, controller: true },
        ],
      },
      spec: { priority: 0, containers: [{ resources: { requests: { cpu: '1' } } }] },
    });
  });

  it('is one pod when it does not say', () => {
    expect(pending(workload('Deployment', { selector, template: template() }))).toHaveLength(1);
  });

  it('makes what is missing beside its pods, whether its replica sets are in the files or not', () => {
    const labels = { 'pod-template-hash': 'h1' };
    const there = owned('web-h1-x', 'ReplicaSet', 'web-h1', {}, labels);
    const done = owned('web-h1-y', 'ReplicaSet', 'web-h1', { status: { phase: 'Succeeded' } }, labels);
    const set = {
      ...workload('ReplicaSet', { replicas: 3, selector, template: template() }, { name: 'web-h1' }),
    };
    Object.assign(set.metadata!, {
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid: 'd', controller: true }],
    });
    const { scenario, intake } = read(three, there, done);
    expect(scenario.pending).toHaveLength(2);
    expect(intake).toMatchObject({
      running: 1,
      finished: 1,
      made: [{ workload: 'Deployment default/web', pods: 2, there: 1 }],
    });
    const withSet = pending(three, there, done, set);
    expect(withSet).toHaveLength(2);
    expect(withSet[0]!.metadata!.ownerReferences![0]!.name).toBe('web-h1');
  });

  it('makes none while it is paused or deleted', () => {
    expect(leftOut(workload('Deployment', { paused: true, template: template() }))).toEqual([
      { object: 'Deployment default/web', reason: 'it is paused' },
    ]);
    const deleted = workload(
      'Deployment',
      { template: template() },
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
    );
    expect(leftOut(deleted)[0]!.reason).toBe('it is being deleted');
  });

  it('takes the place of the one that runs, in a later file', () => {
    const files = [three, workload('Deployment', { replicas: 5, selector, template: template() })].map(
      (object, i) => ({
        name: `${i}.json`,
        text: JSON.stringify({ kind: 'List', items: [...(i === 0 ? [node('a')] : []), object] }),
      }),
    );
    const { scenario, intake } = readScenario(files);
    expect(scenario.pending).toHaveLength(5);
    expect(intake.notices).toEqual(['1.json: deployment default/web: takes the place of the one in 0.json']);
  });

  it('with more pods than a plan can hold makes none', () => {
    const { reason } = leftOut(workload('Deployment', { replicas: 2_000_000_000, template: template() }))[0]!;
    expect(reason).toContain('one plan holds at most 1000000');
  });

  it('whose pods the API server would refuse is passed over by name', () => {
    const { intake } = read(workload('Deployment', { replicas: 3, template: template({ containers: [] }) }));
    expect(intake.passedOver).toEqual([
      {
        object: 'file: deployment default/web',
        reason: '3 pods: spec.containers: must have at least one container',
      },
    ]);
  });
});

describe('replicas', () => {
  it.each(['ReplicaSet', 'ReplicationController'])('of a %s are made, less those that are there', (kind) => {
    const set = workload(kind, { replicas: 3, template: template() });
    const made = pending(set, owned('one', kind, 'web'));
    expect(made).toHaveLength(2);
    expect(made[0]!.metadata).toMatchObject({
      labels: { app: 'web' },
      ownerReferences: [{ kind, name: 'web' }],
    });
  });
});

describe('a StatefulSet', () => {
  const set = workload('StatefulSet', {
    replicas: 3,
    serviceName: 'svc',
    selector,
    ordinals: { start: 2 },
    template: template({
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'tmp', emptyDir: {} },
      ],
    }),
    volumeClaimTemplates: [
      { metadata: { name: 'data', labels: { own: 'x' } }, spec: { storageClassName: 'fast' } },
    ],
  });

  it('names its pods and their claims by ordinals', () => {
    const { scenario } = read(set);
    expect(namesOf(scenario.pending)).toEqual(['web-2', 'web-3', 'web-4']);
    expect(scenario.pending[0]).toMatchObject({
      metadata: {
        labels: { 'statefulset.kubernetes.io/pod-name': 'web-2', 'apps.kubernetes.io/pod-index': '2' },
      },
      spec: { hostname: 'web-2', subdomain: 'svc' },
    });
    expect(scenario.pending[0]!.spec!.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-web-2' } },
      { name: 'tmp', emptyDir: {} },
    ]);
    const claims = scenario.objects.filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims.map(({ metadata }) => metadata!.name)).toEqual(['data-web-2', 'data-web-3', 'data-web-4']);
    expect(claims[0]).toMatchObject({
      metadata: { labels: { own: 'x', app: 'web' } },
      spec: { storageClassName: 'fast' },
    });
  });

  it('leaves pods and claims that are there as they are', () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data-web-4' },
      spec: {},
    };
    const { scenario } = read(set, owned('web-3', 'StatefulSet', 'web'), claim);
    expect(namesOf(scenario.pending)).toEqual(['web-2', 'web-4']);
    expect(scenario.objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')).toHaveLength(2);
  });
});

describe('a DaemonSet', () => {
  const set = (spec: object = {}) => workload('DaemonSet', { selector, template: template(spec) });
  const tainted = node('b', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
  const cordoned = node('c', {
    spec: {
      unschedulable: true,
      taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
    },
  });
  const targets = (pods: Pod[]) =>
    pods.map(
      ({ spec }) =>
        spec!.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms,
    );

  it('makes a pod for each node that it may run on, bound by its affinity', () => {
    const pods = pending(set(), tainted, cordoned);
    expect(targets(pods)).toEqual(
      ['a', 'c'].map((name) => [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }]),
    );
    expect(
      pods[0]!.spec!.tolerations!.map(({ key, effect, tolerationSeconds }) => [
        key!.split('/')[1],
        effect,
        tolerationSeconds,
      ]),
    ).toEqual([
      ['not-ready', 'NoExecute', undefined],
      ['unreachable', 'NoExecute', undefined],
      ['disk-pressure', 'NoSchedule', undefined],
      ['memory-pressure', 'NoSchedule', undefined],
      ['pid-pressure', 'NoSchedule', undefined],
      ['unschedulable', 'NoSchedule', undefined],
    ]);
    expect(pods[0]!.metadata!.labels).toMatchObject({ 'pod-template-generation': '1' });
  });

  it('keeps to its node selector and to what it tolerates', () => {
    expect(
      pending(set({ nodeSelector: { disk: 'b' }, tolerations: [{ operator: 'Exists' }] }), tainted),
    ).toHaveLength(1);
    expect(leftOut(set({ nodeSelector: { disk: 'z' } }))[0]!.reason).toBe(
      'no node is one that its pods may run on',
    );
  });

  it('makes none where one of its own is', () => {
    expect(targets(pending(set(), node('d'), owned('x', 'DaemonSet', 'web')))).toEqual([
      [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['d'] }] }],
    ]);
  });

  it('tolerates a missing network on that of the host', () => {
    const [pod] = pending(set({ hostNetwork: true }));
    expect(pod!.spec!.tolerations!.at(-1)).toEqual({
      key: 'node.kubernetes.io/network-unavailable',
      operator: 'Exists',
      effect: 'NoSchedule',
    });
  });
});

describe('a Job', () => {
  const job = (spec: object, status?: object) =>
    workload('Job', { template: template({ restartPolicy: 'Never' }), ...spec }, {}, status);

  it('makes as many pods as run at a time', () => {
    expect(pending(job({}))).toHaveLength(1);
    expect(pending(job({ parallelism: 4 }))).toHaveLength(4);
    expect(pending(job({ parallelism: 4, completions: 3 }))).toHaveLength(3);
    expect(pending(job({ parallelism: 4, completions: 6 }, { succeeded: 5 }))).toHaveLength(1);
    expect(pending(job({ parallelism: 4, completions: 6 }), owned('x', 'Job', 'web'))).toHaveLength(3);
  });

  it('labels them and watches over them', () => {
    expect(pending(job({}))[0]!.metadata).toMatchObject({
      labels: {
        app: 'web',
        'job-name': 'web',
        'batch.kubernetes.io/job-name': 'web',
        'controller-uid': 'default.web',
      },
      finalizers: ['batch.kubernetes.io/job-tracking'],
    });
  });

  it('gives each its index', () => {
    const pods = pending(
      job(
        { parallelism: 2, completions: 5, completionMode: 'Indexed' },
        { succeeded: 2, completedIndexes: '0,2' },
      ),
    );
    expect(
      pods.map(({ metadata, spec }) => [
        metadata!.labels!['batch.kubernetes.io/job-completion-index'],
        spec!.hostname,
      ]),
    ).toEqual([
      ['1', 'web-1'],
      ['3', 'web-3'],
    ]);
    expect(pods[0]!.metadata!.generateName).toBe('web-1-');
  });

  it.each([
    [{ suspend: true }, undefined, 'it is suspended'],
    [{ managedBy: 'example.com/x' }, undefined, 'example.com/x makes its pods'],
    [{ parallelism: 0 }, undefined, 'it asks for no pods at a time'],
  ])('makes none with %j', (spec, status, reason) => {
    expect(leftOut(job(spec, status))[0]!.reason).toBe(reason);
  });

  it('makes none when it is complete', () => {
    expect(pending(job({}, { conditions: [{ type: 'Complete', status: 'True' }] }))).toEqual([]);
  });
});

describe('a CronJob', () => {
  const spec = { schedule: '* * * * *', jobTemplate: { spec: { parallelism: 2, template: template() } } };

  it('makes the pods of one run', () => {
    const pods = pending(workload('CronJob', spec));
    expect(pods).toHaveLength(2);
    expect(pods[0]!.metadata!.ownerReferences).toMatchObject([{ kind: 'Job', name: 'web-next' }]);
  });

  it('makes none while it is suspended, or runs', () => {
    expect(leftOut(workload('CronJob', { ...spec, suspend: true }))[0]!.reason).toBe('it is suspended');
    const run = workload('Job', { template: template() }, { name: 'web-1' });
    Object.assign(run.metadata!, {
      ownerReferences: [{ kind: 'CronJob', name: 'web', uid: 'u', controller: true }],
    });
    const { scenario, intake } = read(workload('CronJob', spec), run);
    expect(scenario.pending).toHaveLength(1);
    expect(intake.leftOut[0]!.reason).toBe('a run of it is under way');
  });
});

describe('claims of one pod', () => {
  it('are made for its ephemeral volumes and for its resource claim templates', () => {
    const claimTemplate = {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: { name: 'gpu' },
      spec: { spec: { devices: {} } },
    };
    const volumes = [
      { name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: { storageClassName: 'fast' } } } },
    ];
    const resourceClaims = [{ name: 'g', resourceClaimTemplateName: 'gpu' }];
    const { scenario } = read(
      claimTemplate,
      workload('ReplicaSet', { template: template({ volumes, resourceClaims }) }),
    );
    const [pod] = scenario.pending;
    const { name } = pod!.metadata!;
    expect(pod!.status).toEqual({ resourceClaimStatuses: [{ name: 'g', resourceClaimName: `${name}-g` }] });
    const made = scenario.objects.filter(({ kind }) => /Claim$/.test(kind!));
    expect(
      made.map(({ kind, metadata }) => [kind, metadata!.name, metadata!.ownerReferences![0]!.name]),
    ).toEqual([
      ['PersistentVolumeClaim', `${name}-scratch`, name],
      ['ResourceClaim', `${name}-g`, name],
    ]);
  });
});

describe('what coset does not know', () => {
  it('is named where it holds pods, and counted', () => {
    const { intake } = read(
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'r' },
        spec: { template: template() },
      },
      {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: 's' },
        spec: { template: template() },
      },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: {} },
      {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'x' },
        spec: { template: template() },
      },
    );
    expect(intake.leftOut.map(({ object, reason }) => `${object}: ${reason.split(':')[0]}`)).toEqual([
      'Rollout r: spec.template.spec',
      'Service s: spec.template.spec',
    ]);
    expect(intake.others).toEqual({ Rollout: 1, Service: 1, ConfigMap: 1, ControllerRevision: 1 });
  });
});
