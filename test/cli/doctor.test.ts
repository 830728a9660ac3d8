// coset doctor's forms, on an embedded API; test/cluster/doctor.test.ts plants faults on a real one.
import { load } from 'js-yaml';
import { expect, it, onTestFinished } from 'vitest';
import { serveEmbedded } from '../../src/dev/embedded/server.ts';
import { coset, folderWith, kubeconfigFor } from './coset.ts';

it('prints the same findings as a table, as JSON and as YAML, and ends with 2 where something must be mended', async () => {
  const server = await serveEmbedded();
  onTestFinished(() => server.close());
  const folder = folderWith({ kubeconfig: kubeconfigFor(server.url) });
  const asked = (...more: string[]) => coset(['doctor', '--kubeconfig', 'kubeconfig', ...more], { folder });
  const table = await asked();
  expect(table.stderr).toBe('');
  expect(table.stdout).toMatch(/^ok {7}configuration {2}profiles for default-scheduler\n/);
  expect(table.stdout).toMatch(
    /^fault {4}lease {10}kube-system\/coset is not there, and coset makes none\n {24}make it/m,
  );
  expect(table.code).toBe(2);
  const json = JSON.parse((await asked('--output', 'json')).stdout) as { findings: { check: string }[] };
  expect(load((await asked('--output', 'yaml')).stdout)).toEqual(json);
  expect(json.findings[0]).toEqual({
    check: 'configuration',
    status: 'ok',
    message: 'profiles for default-scheduler',
  });
});

it.each([
  ['coset', 'It must be NAMESPACE/NAME.'],
  ['a/b/c', 'It must be NAMESPACE/NAME.'],
])('refuses the account %s', async (account, message) => {
  const { code, stderr } = await coset(['doctor', '--service-account', account]);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
});

it('says what it needs where there are no credentials', async () => {
  const { code, stderr } = await coset(['doctor'], { folder: folderWith({}) });
  expect(stderr).toContain('no kubeconfig');
  expect(code).toBe(1);
});
