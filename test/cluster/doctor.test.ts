// coset doctor on a real API server: it finds nothing where nothing is wrong, and each fault that is planted by name.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import type { Finding, Status } from '../../src/cli/doctor/finding.ts';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { Reply } from '../../src/kube/reply.ts';
import { Transport } from '../../src/kube/transport.ts';
import { chartRules } from '../../scripts/deploy-role.ts';
import { kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes, node, pod } from './fixtures.ts';
import { runCoset, startCoset } from './scheduler.ts';
import { tokenOf } from './service-account.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startControlPlane({
    apiserverArgs: [
      '--feature-gates=TaintTolerationComparisonOperators=true',
      '--runtime-config=resource.k8s.io/v1=false',
    ],
  });
  await createNodes(controlPlane.client, 1);
});
afterAll(() => controlPlane.stop());

function file(name: string, text: string): string {
  const path = join(controlPlane.folder, name);
  writeFileSync(path, text);
  return path;
}

function configured(name: string, fields: object): string {
  const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
  return file(name, JSON.stringify({ ...head, ...fields }));
}

/** With a configuration for the scheduler `coset`, as the command asks; by who may do everything where nothing is said. */
async function examined(fields: object = {}, account = controlPlane.kubeconfigPath) {
  const config = configured('doctor.yaml', { profiles: [{ schedulerName: 'coset' }], ...fields });
  const { code, text } = await runCoset([
    'doctor',
    '--config',
    config,
    '--kubeconfig',
    account,
    '--output',
    'json',
  ]);
  const { findings } = JSON.parse(text) as { findings: Finding[] };
  const found = (status: Status) =>
    findings.filter((one) => one.status === status).map(({ check, message }) => `${check}: ${message}`);
  return { code, findings, faults: found('fault'), warnings: found('warning') };
}

it('finds no fault where coset runs, with the rights in deploy/ and nothing that is refused', async () => {
  const config = configured('run.yaml', { profiles: [{ schedulerName: 'coset' }] });
  const running = startCoset(config, [
    ...['--kubeconfig', controlPlane.cosetKubeconfigPath, '--secure-port', '0'],
  ]);
  try {
    await expect.poll(() => running.daemon.output, { timeout: 30_000 }).toContain('"msg":"leading"');
    const { code, faults, findings } = await examined({}, controlPlane.cosetKubeconfigPath);
    expect(faults).toEqual([]);
    expect(code).toBe(0);
    const checks = [...new Set(findings.map(({ check }) => check))];
    expect(checks).toEqual([
      ...[
        'configuration',
        'version',
        'clock',
        'API',
        'feature gates',
        'rights',
        'lease',
        'schedulers',
        'nodes',
        'pods',
      ],
    ]);
  } finally {
    await running.stop();
  }
});

it('names an API that is not served, and a gate that stands otherwise', async () => {
  const { warnings } = await examined();
  expect(warnings).toContain('API: the API server does not serve /apis/resource.k8s.io/v1/resourceclaims');
  expect(warnings).toContain(
    'feature gates: TaintTolerationComparisonOperators is on in the API server, and coset decides as if it were off',
  );
});

it('names a right that is missing, of who asks and of an account that somebody asks for', async () => {
  const { client, server, ca } = controlPlane;
  const metadata = { name: 'reduced', namespace: 'kube-system' };
  await client.text('POST', '/api/v1/namespaces/kube-system/serviceaccounts', { metadata });
  const rules = chartRules().cluster.filter(({ resources }) => !resources.includes('pods/binding'));
  await client.text('POST', `${RBAC}/clusterroles`, { metadata: { name: 'reduced' }, rules });
  await client.text('POST', `${RBAC}/clusterrolebindings`, {
    metadata: { name: 'reduced' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reduced' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  const reduced = file('reduced.kubeconfig', kubeconfig(server, ca, await tokenOf(client, 'reduced')));
  const expected = (who: string) => [
    `rights: ${who} may not create pods/binding`,
    `rights: ${who} may not get, update leases.coordination.k8s.io named coset in kube-system`,
  ];
  const { code, text } = await runCoset([
    ...['doctor', '--kubeconfig', controlPlane.kubeconfigPath, '--service-account', 'kube-system/reduced'],
  ]);
  for (const line of expected('kube-system/reduced')) expect(text).toContain(line.replace('rights: ', ''));
  expect(code).toBe(2);
  const transport = new Transport(await loadCredentials(reduced));
  const findings = await examine({
    transport,
    configuration: loadConfiguration(PLAIN, 'test'),
    now: Date.now,
  });
  await transport.close();
  const faults = findings.filter(({ check, status }) => check === 'rights' && status === 'fault');
  expect(faults.map(({ check, message }) => `${check}: ${message}`)).toEqual(expected('these credentials'));
});

const PLAIN = JSON.stringify({
  ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
  profiles: [{ schedulerName: 'coset' }],
});

it('names a lease that is not there, that nobody holds, and that nobody renews', async () => {
  const { client } = controlPlane;
  const leaderElection = { resourceName: 'other' };
  expect((await examined({ leaderElection })).faults).toContain(
    'lease: kube-system/other is not there, and coset makes none',
  );
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'other' } };
  const made = await client.json<object>('POST', LEASES, lease);
  expect((await examined({ leaderElection })).warnings).toContain('lease: nobody holds kube-system/other');
  const renewTime = `${new Date(Date.now() - 100_000).toISOString().slice(0, -1)}000Z`;
  const spec = { holderIdentity: 'gone_1', leaseDurationSeconds: 15, renewTime };
  await client.text('PUT', `${LEASES}/other`, { ...made, spec });
  expect((await examined({ leaderElection })).faults.join()).toMatch(
    /lease: gone_1 holds kube-system\/other and has not renewed it for 10\d s/,
  );
});

it('names another scheduler of the same name, by its pod or by what it has bound', async () => {
  const { client } = controlPlane;
  const { spec, ...rest } = pod(0, { component: 'kube-scheduler' });
  const container = {
    name: 'main',
    image: 'example.com/kube-scheduler:v1.37.2',
    command: ['kube-scheduler'],
  };
  await client.text('POST', '/api/v1/namespaces/kube-system/pods', {
    ...{ ...rest, metadata: { name: 'kube-scheduler-a' } },
    spec: { ...spec, containers: [container], nodeName: 'a' },
  });
  const profiles = [{ schedulerName: 'default-scheduler' }];
  expect((await examined({ profiles })).faults).toContain(
    'schedulers: kube-system/kube-scheduler-a schedules for default-scheduler too, by another lease',
  );
  expect((await examined()).faults.join()).not.toContain('schedulers');
  // of one lease they may be, as deploy/kubeadm has it
  const leaderElection = { resourceName: 'kube-scheduler' };
  expect((await examined({ profiles, leaderElection })).faults.join()).not.toContain('schedulers');

  for (let n = 0; n < 8; n++)
    await client.text('POST', '/apis/events.k8s.io/v1/namespaces/default/events', {
      ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: `bound-${n}` } },
      ...{ reason: 'Scheduled', action: 'Binding', type: 'Normal', note: 'bound' },
      ...{ eventTime: `2026-01-01T00:00:0${n}.000000Z`, reportingController: 'coset' },
      ...{ reportingInstance: `coset-${n % 2 === 0 ? 'one' : 'two'}`, regarding: { kind: 'Pod', name: 'a' } },
    });
  expect((await examined()).faults).toContain(
    'schedulers: coset-one and coset-two have bound pods of coset in turns',
  );
});

it('names pods that wait for nobody', async () => {
  const { client } = controlPlane;
  await client.text('POST', '/api/v1/namespaces/default/pods', pod(1, { app: 'a' }, 'cosset'));
  expect((await examined()).warnings).toContain('pods: 1 wait for the scheduler cosset, which is not known');
});

it('names nodes of which none takes pods', async () => {
  const { client } = controlPlane;
  const { name } = node(0).metadata!;
  const there = await client.json<object>('GET', `/api/v1/nodes/${name}`);
  await client.text('PUT', `/api/v1/nodes/${name}`, { ...there, spec: { unschedulable: true } });
  expect((await examined()).faults).toContain('nodes: 0 of 1 take pods without a toleration');
  await client.text('DELETE', `/api/v1/nodes/${name}`);
  expect((await examined()).faults).toContain('nodes: there are none');
});

it('names a configuration that cannot be used, and looks at the rest', async () => {
  const { code, faults, findings } = await examined({ profilez: [] });
  expect(faults[0]).toContain('profilez');
  expect(code).toBe(2);
  expect(findings.map(({ check }) => check)).toContain('rights');
});

it('names an extender and a server that do not answer', async () => {
  const extenders = [{ urlPrefix: 'http://127.0.0.1:9/', filterVerb: 'filter' }];
  expect((await examined({ extenders })).faults.join()).toContain('extenders: 127.0.0.1:9 cannot be reached');
  const nobody = file('nobody.kubeconfig', kubeconfig('https://127.0.0.1:9', controlPlane.ca, 'a'));
  const { code, faults } = await examined({}, nobody);
  expect(faults.join()).toContain('server: https://127.0.0.1:9');
  expect(code).toBe(2);
});

it.each([
  [
    'a clock that is ahead',
    60_000,
    undefined,
    "clock: this machine's clock is 59 s ahead of the API server's",
  ],
  [
    'a clock that is behind',
    -60_000,
    undefined,
    "clock: this machine's clock is 60 s behind the API server's",
  ],
  ['an old server', 0, 'v1.29.3', 'version: the API server is v1.29.3, and coset needs 1.34'],
])('names %s', async (_, aheadMs, gitVersion, expected) => {
  const transport = new Transport(await loadCredentials(controlPlane.kubeconfigPath));
  const told: Pick<Transport, 'request' | 'server'> = {
    server: transport.server,
    request: async (method, path, ...rest) =>
      gitVersion !== undefined && path === '/version'
        ? new Reply(200, Buffer.from(JSON.stringify({ gitVersion })))
        : transport.request(method, path, ...rest),
  };
  const findings = await examine({
    transport: told,
    configuration: loadConfiguration(PLAIN, 'test'),
    now: () => Date.now() + aheadMs,
  });
  await transport.close();
  const faults = findings
    .filter(({ status }) => status === 'fault')
    .map(({ check, message }) => `${check}: ${message}`);
  const plain = (text: string) => text.replace(/\d+ s/, 'N s');
  expect(faults.map(plain)).toContain(plain(expected));
});
