// Plugins from modules that a configuration names, as a person brings them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { coset, folderWith } from './coset.ts';

const CONFIG = 'examples/plugins/rack-quota/scheduler.yaml';

const node = (name: string, rack?: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: rack === undefined ? {} : { 'example.com/rack': rack } },
  status: { allocatable: { cpu: '8', memory: '16Gi', pods: '110' } },
});
const pod = (name: string, tenant: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { tenant } },
  spec: { containers: [{ name: 'main', image: 'app' }] },
});

const folder = mkdtempSync(join(tmpdir(), 'coset-plugins-'));
afterAll(() => rmSync(folder, { recursive: true }));
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const cluster = written(
  'cluster.json',
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      node('racked', 'r1'),
      node('loose'),
      ...[1, 2, 3, 4].map((n) => pod(`p${n}`, 'one')),
      pod('odd', 'nobody'),
      pod('other', 'two'),
    ],
  }),
);

it('takes part in classes, filters, scores and explains, and sets aside what it throws on', async () => {
  const { stdout, stderr, code } = await coset(['plan', '--config', CONFIG, '--output', 'json', cluster]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { decisions } = JSON.parse(stdout) as {
    decisions: { pod: string; node?: string; message?: string }[];
  };
  const of = new Map(decisions.map((decision) => [decision.pod, decision]));
  expect(['p1', 'p2', 'p3'].map((name) => of.get(`default/${name}`)!.node)).toEqual([
    'racked',
    'racked',
    'racked',
  ]);
  expect(of.get('default/p4')!.message).toBe(
    '0/2 nodes are available: 1 node(s) had 3 pods of the tenant, 1 node(s) stood in no rack.',
  );
  expect(of.get('default/odd')!.message).toContain('running plugin "RackQuota": nobody is no tenant');
  expect(of.get('default/other')!.node).toBe('racked');
});

const configured = (name: string, module: string, more = '') =>
  written(
    `${name}.yaml`,
    `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: false}
profiles:
  - plugins: {multiPoint: {enabled: [{name: Mine}]}}
    pluginConfig:
      - {name: OutOfTreePlugins, args: {plugins: [{name: Mine, module: ${module}}]}}
${more}`,
  );

it.each([
  ['missing', undefined, 'plugin Mine: ./missing.mjs: cannot be loaded: '],
  ['thrower', 'throw new Error("not today");', 'plugin Mine: ./thrower.mjs: cannot be loaded: not today'],
  ['number', 'export default 7;', 'plugin Mine: ./number.mjs: must export a plugin, not 7'],
  ['named', 'export default { name: "Other" };', 'defines the plugin "Other", not "Mine"'],
  ['pointless', 'export default { name: "Mine" };', 'points: must be a list of extension points'],
  [
    'misspelt',
    'export default { name: "Mine", points: ["fliter"] };',
    'points: "fliter" is not an extension point',
  ],
  ['extra', 'export default { name: "Mine", points: ["filter"], packs() {} };', 'packs: no plugin has this'],
  ['packless', 'export default { name: "Mine", points: ["filter"] };', 'pack: must be a function'],
  [
    'argumentative',
    'export default { name: "Mine", points: ["filter"], pack() {}, args: {} };',
    'args.read: must be a function',
  ],
  [
    'pathless',
    'export default { name: "Mine", points: ["filter"], pack() {}, objects: [{ kind: "Rack" }] };',
    'objects: each must have a kind and a path',
  ],
  [
    'groupless',
    'export default { name: "Mine", points: ["filter"], pack() {}, rights: [{ resource: "racks", verbs: ["watch"] }] };',
    'rights: each must have a group, a resource and verbs',
  ],
  [
    'reader',
    'export default { name: "Mine", points: ["filter"], pack() {}, reads: { spec: ["afinity"] } };',
    'reads.spec: a pod\'s spec has no field "afinity"',
  ],
])('refuses a module that is %s, in one line', async (name, text, message) => {
  if (text !== undefined) written(`${name}.mjs`, text);
  const config = configured(name, `./${name}.mjs`);
  const { stderr, stdout, code } = await coset(['plan', '--config', config, cluster]);
  expect(stderr).toContain(`coset: ${config}: `);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect([stdout, code]).toEqual(['', 1]);
});

it('takes an export of the name, and reads arguments by the plugin', async () => {
  written(
    'mine.mjs',
    `export const Mine = {
      name: 'Mine', points: ['score'],
      args: { read: ({ most = 1 }, path, problems) => { if (most > 9) problems.add(path + '.most', 'must not be above 9'); return { most }; } },
      pack: () => undefined,
    };`,
  );
  const entry = (most: number) => `      - {name: Mine, args: {most: ${most}}}\n`;
  const good = await coset(['plan', '--config', configured('good', './mine.mjs', entry(3)), cluster]);
  expect([good.code, good.stderr]).toEqual([0, '']);
  const bad = await coset(['plan', '--config', configured('bad', './mine.mjs', entry(10)), cluster]);
  expect(bad.stderr).toContain('profiles[0].pluginConfig[1].args.most: must not be above 9');
});

it('is the same plugin in a configuration that was written into another folder', async () => {
  const elsewhere = join(folderWith({}), 'written.yaml');
  const wrote = await coset(['run', '--config', CONFIG, '--write-config-to', elsewhere]);
  expect([wrote.code, wrote.stderr]).toEqual([0, '']);
  const [one, two] = await Promise.all(
    [CONFIG, elsewhere].map((config) => coset(['plan', '--config', config, cluster])),
  );
  expect(two).toEqual(one);
});

it('names the plugin whose selectors cannot be read, in one line', async () => {
  written(
    'selecting.mjs',
    'export default { name: "Mine", points: ["filter"], selectors() { throw new Error("no idea"); }, pack() {} };',
  );
  const config = configured('selecting', './selecting.mjs');
  const { stderr, code } = await coset(['plan', '--config', config, cluster]);
  expect([stderr, code]).toEqual(['coset: running plugin "Mine": no idea\n', 1]);
});
