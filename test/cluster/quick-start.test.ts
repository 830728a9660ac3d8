// docs/quick-start.md, line by line, on a real API server. What a kubelet does is done here: the replica runs from the bundle.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFailed } from 'vitest';
import { BASE_OBJECTS } from '../../scripts/deploy-role.ts';
import { binary } from './binaries.ts';
import { kubectl, printed, startReplica } from './chart.ts';
import { startControllerManager } from './controller-manager.ts';
import { freePorts, startControlPlane, type ControlPlane } from './control-plane.ts';
import { createNodes } from './fixtures.ts';
import { until } from './processes.ts';
import type { Scheduler } from './scheduler.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/quick-start.md'), 'utf8');
const blocks = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!);
const release = { name: 'coset', namespace: 'kube-system', notes: '' };

let controlPlane: ControlPlane;
let controllers: Scheduler;
let coset: Scheduler | undefined;
beforeAll(async () => {
  controlPlane = await startControlPlane();
  // the account of every test has the names that the chart wants to make
  await printed(kubectl(controlPlane, ['delete', '--filename', BASE_OBJECTS, '--ignore-not-found']));
  await createNodes(controlPlane.client, 5);
  controllers = await startControllerManager(controlPlane);
  mkdirSync(join(controlPlane.folder, 'bin'));
  for (const name of ['helm', 'kubectl'] as const)
    symlinkSync(await binary(name), join(controlPlane.folder, 'bin', name));
});
afterAll(async () => {
  await coset?.stop();
  await controllers.stop();
  await controlPlane.stop();
});

/** Types a block into a shell that knows what a reader has: kubectl, helm and npx. */
function typed(block: string): Promise<string> {
  const { folder, env } = controlPlane;
  const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(':');
  const options = { cwd: root, env: { ...env, PATH: path, HELM_DRIVER: 'configmap' } };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-euo', 'pipefail', '-c', block], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${block}\n${stdout}${stderr}`));
    });
  });
}

it('each line does what the text says', async () => {
  onTestFailed(() => void process.stderr.write(coset?.daemon.output ?? ''));
  const outputs: string[] = [];
  for (const block of blocks) {
    // its pods end before their rights do
    if (block.includes('helm uninstall')) await coset!.stop();
    // the API server knows a policy some seconds after it is made
    const said = block.includes('run plain')
      ? await until('the pod is given to coset', 60, async () => {
          const answer = await typed(block);
          if (answer.endsWith('coset')) return answer;
          await typed('kubectl --namespace try-coset delete pod plain --now');
          return undefined;
        })
      : await typed(block);
    outputs.push(said);
    if (block.includes('helm install')) {
      const [port] = (await freePorts('127.0.0.1', 1)) as [number];
      coset = await startReplica(controlPlane, release, port);
    }
  }
  expect(blocks.map((block) => block.split(' ', 2).join(' ').trim())).toEqual([
    ...['helm install', 'kubectl --namespace', 'kubectl --namespace', 'kubectl create', 'helm upgrade'],
    ...['kubectl --namespace', 'kubectl delete'],
  ]);
  expect(outputs[0]).toContain('STATUS: deployed');
  expect(outputs[2]).toMatch(/^ok +rights +kube-system\/coset may do all/m);
  expect(outputs[2]).not.toMatch(/^fault/m);
  expect(outputs[3]!.match(/^web-\S+ .* node-0000\d /gm)).toHaveLength(50);
  // pods and what makes them are the garbage collector's, which does not run here
  const kinds = [
    ...['deployments', 'services', 'serviceaccounts', 'configmaps', 'leases', 'poddisruptionbudgets'],
    ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings', 'networkpolicies'],
    ...['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
  ].join(',');
  const selector = 'app.kubernetes.io/name=coset';
  const left = await printed(kubectl(controlPlane, ['get', kinds, '-A', '-l', selector, '-o', 'name']));
  expect(left).toBe('');
});
