// Small files as people hand them over: what comes of each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, describe } from 'vitest';
import { decodeText } from '../../src/model/text.ts';
import { ConfigurationError } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { coset } from '../cli/coset.ts';

const folder = join(import.meta.dirname, 'cases');

interface Planned {
  decisions: { pod: string; node?: string; message?: string }[];
  input: { unknownNodes: Record<string, number>; passedOver: object[] };
}

async function planOf(...files: string[]): Promise<Planned & { stderr: string; code: number | null }> {
  const { stdout, stderr, code } = await coset(
    ['plan', '--output', 'json', ...files.map((file) => join(folder, file))],
    {
      folder,
    },
  );
  return { ...(JSON.parse(stdout) as Planned), stderr, code };
}

/** Pods and where they go, or why they wait. */
const outcomes = ({ decisions }: Planned) =>
  decisions.map(({ pod, node, message }) => [pod, node ?? message]);

const NO_ROOM = (reason: string) => `0/2 nodes are available: 2 ${reason}.`;

describe('coset plan with two nodes and', () => {
  it('a Deployment places its pods', async () => {
    const { decisions, code } = await planOf('nodes.yaml', 'deployment.yaml');
    expect(decisions.map(({ node }) => node)).toEqual(['hob-a', 'hob-b', 'hob-a']);
    expect(decisions.every(({ pod }) => pod.startsWith('default/kettle-'))).toBe(true);
    expect(code).toBe(0);
  });

  it.each([
    ['limits-only-gpu.yaml', 'default/gpuonly', NO_ROOM('Insufficient nvidia.com/gpu')],
    ['limits-only-cpu.yaml', 'default/onlylimits', NO_ROOM('Insufficient cpu')],
    ['runtimeclass.yaml', 'default/rt', NO_ROOM("node(s) didn't match Pod's node affinity/selector")],
    ['quoted-lines.yaml', 'default/quoter', 'hob-a'],
    ['generatename.yaml', 'default/ladle-22222', 'hob-a'],
    ['concatenated.json', 'default/ladle', 'hob-a'],
  ])('%s decides on %s', async (file, pod, outcome) => {
    expect(outcomes(await planOf('nodes.yaml', file))).toEqual([[pod, outcome]]);
  });

  it('a priority class takes the important pod first', async () => {
    expect(outcomes(await planOf('nodes.yaml', 'priorityclass.yaml'))).toEqual([
      ['default/z-vip', 'hob-a'],
      ['default/a-low', 'hob-b'],
      ['default/b-low', NO_ROOM('Insufficient cpu')],
    ]);
  });

  it('pods on the network of the host puts no two on a node', async () => {
    expect(outcomes(await planOf('nodes.yaml', 'hostnetwork.yaml'))).toEqual([
      ['default/hn1', 'hob-a'],
      ['default/hn2', 'hob-b'],
      ['default/hn3', NO_ROOM("node(s) didn't have free ports for the requested pod ports")],
    ]);
  });

  it('a byte order mark reads the nodes', async () => {
    expect(outcomes(await planOf('bom.json', 'quoted-lines.yaml'))).toEqual([['default/quoter', 'hob-a']]);
  });

  it('a node without a kind takes it for one', async () => {
    expect(outcomes(await planOf('no-kind.json', 'quoted-lines.yaml'))).toEqual([
      ['default/quoter', 'hob-a'],
    ]);
  });

  it('an empty list says that there is nothing', async () => {
    const { stderr, code } = await planOf('nodes.yaml', 'items-null.yaml');
    expect(stderr).toBe('coset: nothing to plan: the files hold no pod, and no workload that makes one\n');
    expect(code).toBe(3);
  });

  it('a pod on another node names that node', async () => {
    const { input, stderr, code } = await planOf('nodes.yaml', 'pod-on-unknown-node.yaml');
    expect(input.unknownNodes).toEqual({ 'hob-zz': 1 });
    expect(stderr).toContain('hob-zz');
    expect(code).toBe(3);
  });

  it('claims beyond the limits of their namespace leaves these out, and the pods that cannot be without', async () => {
    const plan = await planOf('nodes.yaml', 'claims-limited.yaml');
    expect(outcomes(plan)).toEqual([
      ['default/small', 'hob-a'],
      ['default/large', '0/2 nodes are available: persistentvolumeclaim "large" not found.'],
      [
        'default/own',
        '0/2 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim "own-data".',
      ],
    ]);
    expect(plan.stderr).toContain(
      'claims-limited.yaml: claim default/large: the API server refuses it: maximum',
    );
    expect(plan.stderr).toContain(
      'claims-limited.yaml: statefulset default/urn: the API server refuses its claim data-urn-0: maximum',
    );
  });

  it('pods that name claims says once how to get them', async () => {
    const plan = await planOf('nodes.yaml', 'pvc-missing.yaml');
    expect(outcomes(plan)).toEqual([
      ['default/crit', 'hob-a'],
      ['default/urn-0', '0/2 nodes are available: persistentvolumeclaim "d-urn-0" not found.'],
      ['default/far', 'hob-b'],
      ['default/claim', '0/2 nodes are available: pod "default/claim": ResourceClaim not created yet.'],
    ]);
    expect(plan.stderr.match(/kubectl get persistentvolumeclaims,/g)).toHaveLength(1);
    expect(plan.stderr).toContain('pods of the scheduler volcano (1)');
  });

  it.each([
    ['status.json', /is an answer of the API server .*nodes is forbidden.*-o json/],
    ['describe.txt', /is what kubectl describe prints for people: .*-o json/],
    ['no-containers.yaml', /pod default\/typo: spec\.containers: must have at least one container/],
  ])('%s is refused in one line', async (file, message) => {
    const { stdout, stderr, code } = await coset(['plan', join(folder, 'nodes.yaml'), join(folder, file)]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });
});

describe('as a configuration,', () => {
  const load = (file: string) => loadConfiguration(decodeText(readFileSync(join(folder, file))), file);

  it('a ConfigMap is read for the one that it holds, and that is said', () => {
    expect(load('configmap-config.yaml').notices[0]).toBe(
      'configmap-config.yaml is a ConfigMap: its data[conf.yaml] is read',
    );
  });

  it.each([
    ['policy.json', 'policy.json: is a scheduler Policy, which Kubernetes has removed in 1.23: write a '],
    ['template-config.yaml', 'template-config.yaml: is a template: render it first'],
    ['template-of-a-name.yaml', 'template-of-a-name.yaml: is a template: render it first'],
    [
      'deployment.yaml',
      'deployment.yaml: must be a KubeSchedulerConfiguration of kubescheduler.config.k8s.io/v1, not "Deployment" of "apps/v1"',
    ],
  ])('%s is refused in one line', (file, message) => {
    expect(() => load(file)).toThrow(ConfigurationError);
    expect(() => load(file)).toThrow(message);
    expect(() => load(file)).not.toThrow('\n');
  });

  it('fields without effect are told, each of them', () => {
    expect(load('silent-config-fields.yaml').notices.map((notice) => notice.split(': ')[0])).toEqual([
      'clientConnection.qps',
      'clientConnection.burst',
      // its content type is the default
      'profiles[0].pluginConfig[0].args.filterTimeout',
    ]);
  });
});
