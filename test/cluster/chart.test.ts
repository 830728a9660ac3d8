// The chart's and the kustomize base's objects on a real API server: each value's variant, each field of it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dump } from 'js-yaml';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseFiles, helmTemplate } from '../../scripts/deploy-base.ts';
import { BASE_OBJECTS } from '../../scripts/deploy-role.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import {
  CHART,
  chartFile,
  deploymentOf,
  helm,
  install,
  kubectl,
  printed,
  serveMonitoringKinds,
} from './chart.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { pod } from './fixtures.ts';
import { until } from './processes.ts';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  await serveMonitoringKinds(controlPlane);
});
afterAll(() => controlPlane.stop());

const digest = `sha256:${'0'.repeat(64)}`;
/** Each value at least once as something else than it is by default. */
const VARIANTS: Record<string, string[]> = {
  'as it is': [],
  'an image of its own': [
    ...['--set', `image.repository=example.com/coset,image.digest=${digest},image.pullPolicy=Always`],
    ...['--set', 'imagePullSecrets[0].name=own'],
  ],
  'a tag and one replica': ['--set', 'image.tag=1.2.3,replicas=1,priorityClassName='],
  'three active replicas': ['--set', 'replicas=3,active=true'],
  'the default scheduler': ['--set', 'schedulerName=default-scheduler'],
  'a configuration of its own': [
    ...['--set-json', 'configuration={"podMaxBackoffSeconds":20,"leaderElection":{"leaseDuration":"20s"}}'],
    ...['--set-json', 'configuration.profiles=[{"schedulerName":"coset"},{"schedulerName":"packed"}]'],
  ],
  'other places': [
    ...['--set-json', 'nodeSelector={"node-role.kubernetes.io/control-plane":""}'],
    ...['--set-json', 'tolerations=[{"key":"node-role.kubernetes.io/control-plane","operator":"Exists"}]'],
    ...[
      '--set-json',
      'affinity={"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]}]}}}',
    ],
  ],
  'a certificate, arguments and resources': [
    ...['--set', 'tls.secretName=coset-tls,arguments={--http2-client=node},resources.limits.memory=1Gi'],
  ],
  'rules of its own': [
    '--set-json',
    'rbac.rules=[{"apiGroups":["example.com"],"resources":["racks"],"verbs":["list","watch"]}]',
  ],
  'a narrow network': [
    ...['--set-json', 'networkPolicy.from=[{"namespaceSelector":{"matchLabels":{"a":"b"}}}]'],
    ...['--set', 'networkPolicy.apiServerPorts={6443}'],
    ...['--set-json', 'networkPolicy.egress=[{"ports":[{"port":8080}]}]'],
  ],
  'no network policy': ['--set', 'networkPolicy.enabled=false'],
  'all that watches it': [
    ...['--set', 'serviceMonitor.enabled=true,prometheusRule.enabled=true,dashboard.enabled=true'],
    ...['--set', 'serviceMonitor.interval=10s,serviceMonitor.labels.release=prometheus'],
    ...['--set', 'prometheusRule.labels.release=prometheus,dashboard.labels.grafana_dashboard=yes'],
    ...['--set', 'prometheus.serviceAccount=prometheus,prometheus.namespace=default'],
  ],
  'a monitor that checks the certificate': ['--set', 'serviceMonitor.enabled=true,tls.secretName=coset-tls'],
  'namespaces whose pods are given to it': ['--set', 'admission.namespaces={one,two}'],
  'namespaces that must ask for it': ['--set', 'admission.namespaces={one},admission.policy=Validating'],
};

const applied = (text: string) =>
  printed(kubectl(controlPlane, ['create', '--dry-run=server', '--validate=strict', '-f', '-'], text));

describe.each(Object.entries(VARIANTS))('with %s', (_, values) => {
  it('helm finds nothing to say, and a real API server takes every object, each field of it', async () => {
    await printed(helm(['lint', '--strict', CHART, ...values]));
    // what is called coset is there already: the account of every test
    const objects = await helmTemplate('other', values);
    const text = await applied(objects.map((object) => dump(object, { noRefs: true })).join('---\n'));
    expect(text.match(/created \(server dry run\)/g)).toHaveLength(objects.length);
    const configuration = objects.find(({ data }) => data?.['scheduler.yaml'] !== undefined)!;
    loadConfiguration(configuration.data!['scheduler.yaml']!, 'the chart');
  });
});

it('has a variant of each value, and no value that its schema does not know', () => {
  const values = chartFile<Record<string, unknown>>('values.yaml');
  const { properties } = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as {
    properties: Record<string, { properties?: object }>;
  };
  expect(Object.keys(properties)).toEqual(['global', ...Object.keys(values)]);
  const set = JSON.stringify(Object.values(VARIANTS));
  for (const name of Object.keys(values)) expect(set).toContain(name);
});

it.each([
  ['replicas=0', 'replicas'],
  ['replica=3', 'replica'],
  ['image.digest=sha1:00', 'digest'],
  ['admission.policy=Asking', 'policy'],
  ['configuration.leaderElection.resourceName=mine', 'resourceName'],
  ['configuration.profiles[0].schedulerName=other', 'none of them has the schedulerName coset'],
])('refuses %s by name', async (value, message) => {
  const { code, text } = await helm(['template', 'coset', CHART, '--set', value]);
  expect(code).not.toBe(0);
  expect(text).toContain(message);
});

it('its version is the version of coset', () => {
  const { version } = JSON.parse(readFileSync(join(CHART, '../../package.json'), 'utf8')) as {
    version: string;
  };
  expect(chartFile('Chart.yaml')).toMatchObject({ version, appVersion: version });
  const others = {
    'deploy/base/kustomization.yaml': `newTag: ${version}\n`,
    'deploy/kubeadm/coset.yaml': `image: coset:${version}\n`,
    Dockerfile: `ARG VERSION=${version}\n`,
  };
  for (const [path, line] of Object.entries(others))
    expect(readFileSync(join(CHART, '../..', path), 'utf8')).toContain(line);
});

it('the kustomize base is what the chart makes: else `npm run deploy:build`', async () => {
  for (const [path, text] of await baseFiles()) {
    const options = await resolveConfig(path);
    expect(readFileSync(path, 'utf8')).toBe(await format(text, { ...options, parser: 'yaml' }));
  }
});

it('kubectl applies the kustomize base, whose pods are replaced when their configuration is another', async () => {
  const text = await printed(kubectl(controlPlane, ['kustomize', dirname(BASE_OBJECTS)]));
  const options = ['--dry-run=server', '--server-side', '--force-conflicts', '--validate=strict'];
  await printed(kubectl(controlPlane, ['apply', ...options, '-f', '-'], text));
  expect(text).toMatch(/name: coset-[a-z0-9]{10}\n/);
});

describe('a release', () => {
  it('says what it is for, rolls its pods when their configuration is another, and leaves nothing behind', async () => {
    const values = ['--set', 'dashboard.enabled=true,admission.namespaces={team}'];
    const release = await install(controlPlane, values);
    expect(release.notes).toContain('coset 0.1.0 schedules the pods with schedulerName: coset');
    const template = async () => (await deploymentOf(controlPlane, release)).spec.template;
    const before = await template();
    const upgrade = (value: string) =>
      printed(
        helm(
          ['upgrade', release.name, CHART, '-n', release.namespace, '--reuse-values', '--set', value],
          controlPlane,
        ),
      );
    await upgrade('serviceMonitor.enabled=true');
    expect(await template()).toEqual(before);
    await upgrade('configuration.podMaxBackoffSeconds=20');
    const after = await template();
    expect(after.metadata?.annotations).not.toEqual(before.metadata?.annotations);
    expect(after.spec).toEqual(before.spec);

    const everywhere = async () => {
      const names = await printed(
        kubectl(controlPlane, ['api-resources', '--verbs=list,delete', '-o', 'name']),
      );
      const kinds = names
        .trim()
        .split('\n')
        .filter((name) => !/^(events|endpoints)\b/.test(name))
        .join(',');
      const selector = `app.kubernetes.io/instance=${release.name}`;
      return printed(
        kubectl(controlPlane, ['get', kinds, '-A', '-l', selector, '-o', 'name', '--ignore-not-found']),
      );
    };
    expect((await everywhere()).trim().split('\n').length).toBeGreaterThan(15);
    await printed(helm(['uninstall', release.name, '-n', release.namespace], controlPlane));
    expect(await everywhere()).toBe('');
  });

  it.each([
    ['Mutating', 'coset'],
    ['Validating', 'pods of this namespace need schedulerName: coset'],
  ])('has pods of a namespace by a policy that is %s', async (policy, result) => {
    const { client } = controlPlane;
    const namespace = `team-${policy.toLowerCase()}`;
    await client.text('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    const values = ['--set', `admission.namespaces={${namespace}},admission.policy=${policy}`];
    const release = await install(controlPlane, values);
    const create = async (number: number, more: object) => {
      const { metadata, spec, ...rest } = pod(number, { app: 'web' }, 'default-scheduler');
      const body = { ...rest, metadata: { ...metadata, namespace }, spec: { ...spec, ...more } };
      return client
        .json<{ spec: { schedulerName: string } }>('POST', `/api/v1/namespaces/${namespace}/pods`, body)
        .then(
          (created) => created.spec.schedulerName,
          (error: unknown) => (error as Error).message,
        );
    };
    let number = 0;
    // the server takes a policy into account some seconds after it is there
    await until(
      'the policy holds',
      60,
      async () => (await create(number++, {})).includes(result) || undefined,
    );
    expect(await create(number++, { schedulerName: 'another' })).toBe('another');
    expect(await create(number++, { schedulerName: 'coset' })).toBe('coset');
    expect(await create(number++, { nodeName: 'node' })).toBe('default-scheduler');
    await printed(helm(['uninstall', release.name, '-n', release.namespace], controlPlane));
    await until(
      'the policy is gone',
      60,
      async () => (await create(number++, {})) === 'default-scheduler' || undefined,
    );
  });
});
