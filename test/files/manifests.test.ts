// Manifests in the style of published ones: each is placed, or it is said why not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadKernel } from '../../src/kernel/builds.ts';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { plan } from '../../src/planner/plan.ts';
import { readScenario } from '../../src/scenario/read.ts';

const folder = join(import.meta.dirname, 'manifests');
const labels = (n: number) => ({
  'kubernetes.io/hostname': `node-${n}`,
  'kubernetes.io/os': 'linux',
  'topology.kubernetes.io/zone': `zone-${n % 2}`,
});
const nodes = [0, 1, 2].map((n) => ({
  kind: 'Node',
  metadata: { name: `node-${n}`, labels: labels(n) },
  status: { capacity: { cpu: '8', memory: '32Gi', pods: '110' } },
}));

const all = (placed: number): [placed: number, waiting: number] => [placed, 0];
/** How many pods are placed and wait; or what is left out. */
const EXPECTED: Record<string, [placed: number, waiting: number] | RegExp> = {
  'anchors.yaml': all(2),
  'backup-cronjob.yaml': all(1),
  'beta-deployment.yaml': all(1),
  'cache-anti-affinity.yaml': all(3),
  'controller-rc.yaml': all(2),
  'database.yaml': all(2),
  'gated-pod.yaml': [0, 1],
  'gpu-pod.yaml': [0, 1],
  'helm-output.yaml': all(2),
  'indexed-job.yaml': all(3),
  'inferenceservice.yaml': /^InferenceService own: spec\.predictor\.spec: /,
  'job-pod-generated.yaml': all(1),
  'kustomization.yaml': /^Kustomization: .*kubectl kustomize/,
  'limit-range.yaml': all(1),
  'list.yaml': all(1),
  'log-agent.yaml': all(3),
  'migrate-job.yaml': all(1),
  'node-affinity-pod.yaml': [0, 1],
  'node-exporter.yaml': all(3),
  'null-replicas.yaml': all(1),
  'operator.yaml': all(1),
  'pdb-and-hpa.yaml': all(0),
  'pi-job.yaml': all(2),
  'prometheus.yaml': all(0),
  'pvc-pod.yaml': all(1),
  'queue-workers.yaml': all(2),
  'rbac.yaml': all(0),
  'replica-set.yaml': all(2),
  'report-cronjob.yaml': /^CronJob default\/report: it is suspended/,
  'rollout.yaml': /^Rollout own: spec\.template\.spec: /,
  'sidecar-pod.yaml': all(1),
  'sparkcluster.yaml': /^SparkCluster own: spec\.worker\.spec: /,
  'static-pod.yaml': all(1),
  'web-frontend.yaml': all(3),
  'workflow.yaml': /^Workflow own: spec\.template\.spec: /,
  'zero-replicas.yaml': all(0),
  'zone-spread.yaml': all(4),
};

it('has an expectation for each manifest', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(EXPECTED).sort());
});

it.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  const { scenario, intake } = readScenario([
    { name: 'nodes', text: JSON.stringify(nodes) },
    { name, text: readFileSync(join(folder, name), 'utf8') },
  ]);
  expect(intake.passedOver).toEqual([]);
  const { decisions } = plan(scenario, { kernel: loadKernel(), configuration: defaultConfiguration() });
  if (expected instanceof RegExp) {
    expect(decisions).toEqual([]);
    expect(intake.leftOut.map(({ object, reason }) => `${object}: ${reason}`)).toEqual([
      expect.stringMatching(expected),
    ]);
    return;
  }
  const placed = decisions.filter(({ node }) => node !== undefined);
  const waiting = decisions.filter(({ node, message }) => node === undefined && message);
  expect([placed.length, waiting.length]).toEqual(expected);
});
