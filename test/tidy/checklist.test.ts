// CONTRIBUTING's checklist for a plugin, walked through for each one that is in the tree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chartRules } from '../../scripts/deploy-role.ts';
import { inTree } from '../../src/plugins/in-tree.ts';
import type { Plugin } from '../../src/plugins/plugin.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The lines of the checklist, each up to its first stop, comma or semicolon. */
const [, section = ''] = /^## Adding a plugin\n([^]*?)^## /m.exec(read('CONTRIBUTING.md')) ?? [];
const points = section
  .split(/^- \[ \] /m)
  .slice(1)
  .map((text) => text.replaceAll(/\s+/g, ' ').trim());

const plugins: readonly Plugin[] = inTree.plugins;
const folderOf = ({ name }: Plugin) => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
/** Those of the default profile that have a folder; the others are a name that kube-scheduler has, and nothing else. */
const withFolder = inTree.byDefault
  .map(({ name }) => plugins.find((plugin) => plugin.name === name)!)
  .filter(({ pack, helps, args }) => pack !== undefined || helps !== undefined || args !== undefined);

const { cluster: rules } = chartRules();
const allows = (group: string, resource: string, verb: string) =>
  rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb),
  );

const hints = ['test/plugins/helps.test.ts', 'test/devices/helps.test.ts', 'test/volumes/hints.test.ts']
  .map(read)
  .join('\n');
const [, exact = ''] = /^## What is exact\n([^]*?)^## /m.exec(read('README.md')) ?? [];

/** What a program can check of a point, by how the point begins; undefined where only a person or a longer run can. */
const checks: Record<string, ((plugin: Plugin) => void) | undefined> = {
  'A folder `src/plugins/NAME`': (plugin) => {
    const folder = `src/plugins/${folderOf(plugin)}`;
    expect(existsSync(new URL(`${folder}/plugin.ts`, root)), folder).toBe(true);
    if (plugin.args !== undefined)
      expect(existsSync(new URL(`${folder}/args.ts`, root)), `${folder}/args.ts`).toBe(true);
  },
  'Its line in `src/plugins/in-tree.ts`': (plugin) => {
    expect(read('src/plugins/in-tree.ts').split(`./${folderOf(plugin)}/plugin.ts`)).toHaveLength(2);
  },
  '`reads` has every field': (plugin) => {
    const known = read('test/classes/template.property.test.ts');
    for (const field of plugin.reads?.spec ?? []) expect(known).toMatch(new RegExp(`^  ${field}:`, 'm'));
    for (const field of plugin.reads?.containers ?? []) expect(known).toContain(`[{ ${field}: `);
  },
  '`pack` says what it asks for': undefined,
  'What it watches is in `objects`': ({ objects = [], rights = [] }) => {
    for (const { path } of objects) {
      const [, group = '', resource = ''] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/([^/?]+)/.exec(path) ?? [];
      for (const verb of ['list', 'watch'])
        expect(allows(group, resource, verb), `${verb} ${path}`).toBe(true);
    }
    for (const { group, resource, verbs } of rights)
      for (const verb of verbs) expect(allows(group, resource, verb), `${verb} ${resource}`).toBe(true);
  },
  '`helps` says which events': ({ name, helps }) => {
    if (helps !== undefined) expect(hints).toMatch(new RegExp(`\\b${name}\\b`));
  },
  'Its texts are the reference': undefined,
  '`npm run fuzz': undefined,
  "A row in the README's table": ({ name }) => {
    expect(exact).toMatch(new RegExp(`^\\|.*\\b${name}\\b.*\\|`, 'm'));
  },
};

it('each point of the checklist has its check, and each check its point', () => {
  const begun = points.map((point) => Object.keys(checks).find((start) => point.startsWith(start)) ?? point);
  expect(begun).toEqual(Object.keys(checks));
});

it('each folder of a plugin is one of the list', () => {
  const folders = readdirSync(new URL('src/plugins', root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'common')
    .map(({ name }) => name);
  const list = read('src/plugins/in-tree.ts');
  expect(folders.filter((folder) => !list.includes(`./${folder}/plugin.ts`))).toEqual([]);
  expect(withFolder.map(folderOf).filter((folder) => !folders.includes(folder))).toEqual([]);
});

describe.each(withFolder.map((plugin) => [plugin.name, plugin] as const))('%s', (_, plugin) => {
  it.each(Object.entries(checks).flatMap(([point, check]) => (check ? [[point, check] as const] : [])))(
    '%s',
    (_, check) => check(plugin),
  );
});
