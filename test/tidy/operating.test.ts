// What docs/operating.md tells of: each metric, each alert and each line of the log that there is, and no other.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { SchedulerMetrics } from '../../src/control/metrics.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const document = read('docs/operating.md');

/** What stands in code in the first column of a section's table. */
function told(section: string): string[] {
  const [, text = ''] = new RegExp(`^## ${section}\n([^]*?)^## `, 'm').exec(document) ?? [];
  const cells = [...text.matchAll(/^\| (`.*?)\|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`(.+?)`/g)].map(([, name]) => name!)).sort();
}

it('tells of each metric', async () => {
  const metrics = await new SchedulerMetrics().registry.getMetricsAsJSON();
  expect(told('Metrics')).toEqual(metrics.map(({ name }) => name).sort());
});

it('tells of each alert', () => {
  const alerts = load(read('deploy/chart/files/alerts.yaml')) as { groups: { rules: { alert: string }[] }[] };
  const names = alerts.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(told('Alerts')).toEqual(names.sort());
});

it('tells of each line of the log', () => {
  const folders = ['src/run', 'src/cli'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(join(folder, name))),
  );
  const said = files.flatMap((text) => [
    ...[...text.matchAll(/\b#?log\.(?:info|warn|error|fatal)\(\s*(?:[^;]*?, )?'([^']+)',?\s*\)/g)],
    ...[...text.matchAll(/\blogSummary\.failure\(\s*'([^']+)'/g)],
  ]);
  const lines = new Set(said.map(([, line]) => line!));
  expect(lines.size).toBeGreaterThan(20);
  expect(told('What the log says')).toEqual([...lines].sort());
});
