import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Faults } from '../../src/dev/embedded/faults.ts';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { coset, folderWith, kubeconfigFor } from './coset.ts';

const OBJECTS = [
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-a' },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'pod-a',
      annotations: { note: 'hidden-note' },
      managedFields: [{ manager: 'hidden-manager' }],
    },
    spec: {
      containers: [
        {
          name: 'main',
          image: 'example.com/main:1',
          command: ['hidden-command'],
          env: [{ name: 'PASSWORD', value: 'hidden-value' }],
          resources: { requests: { cpu: '1' } },
        },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'claim' }, spec: {} },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'budget' }, spec: {} },
];

async function cluster(faults?: Faults): Promise<string> {
  const embedded = await serveEmbedded(faults && { faults });
  onTestFinished(() => embedded.close());
  embedded.store.load(OBJECTS);
  return folderWith({ kubeconfig: kubeconfigFor(embedded.url) });
}

const ARGUMENTS = ['snapshot', '--kubeconfig', 'kubeconfig'];

it('coset snapshot writes what decides and nothing that is secret, and coset plan reads it', async () => {
  const folder = await cluster();
  const { code, stderr } = await coset([...ARGUMENTS, 'cluster.json'], { folder });
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('cluster.json') as string,
  });
  const file = join(folder, 'cluster.json');
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('hidden');
  expect(statSync(file).mode & 0o077).toBe(0);
  const kinds = (JSON.parse(text) as { items: { kind: string }[] }).items.map(({ kind }) => kind);
  for (const kind of [
    'Node',
    'Pod',
    'Namespace',
    'PersistentVolumeClaim',
    'PodDisruptionBudget',
    'PriorityClass',
  ]) {
    expect(kinds).toContain(kind);
  }
  const planned = await coset(['plan', '--output', 'json', 'cluster.json'], { folder });
  expect(planned.code).toBe(0);
  expect(JSON.parse(planned.stdout)).toMatchObject({ decisions: [{ pod: 'default/pod-a', node: 'node-a' }] });
});

it('coset snapshot --redact is planned alike, and yaml is another form of it', async () => {
  const folder = await cluster();
  const { stdout } = await coset([...ARGUMENTS, '--redact', '--output', 'yaml'], { folder });
  expect(stdout).not.toMatch(/pod-a|node-a|example\.com/);
  const planned = await coset(['plan', '--output', 'json', '-'], { folder, input: stdout });
  expect(planned.code).toBe(0);
  const { decisions } = JSON.parse(planned.stdout) as { decisions: { node?: string }[] };
  expect(decisions).toHaveLength(1);
  expect(decisions[0]!.node).toMatch(/^x/);
});

it('coset snapshot names what it may not read, and fails where there are no nodes', async () => {
  const folder = await cluster(({ path }) =>
    path.includes('persistentvolumeclaims?') || path.includes('csinodes?') ? { status: 403 } : undefined,
  );
  const { code, stderr } = await coset([...ARGUMENTS, 'cluster.json'], { folder });
  expect(code).toBe(0);
  expect(stderr).toContain('without CSINode, PersistentVolumeClaim: the credentials may not list them');
  const blind = await cluster(({ path }) => (path.includes('/nodes?') ? { status: 403 } : undefined));
  const refused = await coset([...ARGUMENTS, 'cluster.json'], { folder: blind });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('there are no nodes to place a pod on: they may not be read');
});

it('coset snapshot --output table counts what is there, and names what may not be read; it writes no file', async () => {
  const folder = await cluster(({ path }) => (path.includes('csinodes?') ? { status: 403 } : undefined));
  const { code, stdout } = await coset([...ARGUMENTS, '--output', 'table'], { folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^KIND +OBJECTS +KIB\n/);
  expect(stdout).toMatch(/^Node +1 +0\.\d$/m);
  expect(stdout).toMatch(/^CSINode +- +- +may not be listed$/m);
  expect(stdout).toMatch(/^\d+ objects of \d+ kinds, \d+\.\d KiB$/m);
  const refused = await coset([...ARGUMENTS, '--output', 'table', 'cluster.json'], { folder });
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('--output table is for people, and no plan can read it');
});
