// What somebody who has never seen coset tries first.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it("the README's first steps begin with what people have: a cluster, a manifest, nothing", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = /^## Try it\n([^]*?)^## /m.exec(readme) ?? [];
  const parts = section.split(/^\*\*(.+?)\*\*: /m).slice(1);
  expect(parts.filter((_, i) => i % 2 === 0)).toEqual(['A cluster', 'A manifest', 'Nothing']);
  const commands = parts.filter((_, i) => i % 2 === 1).map((text) => /```sh\n([^]*?)```/.exec(text)?.[1]);
  expect(commands[0]).toMatch(/^npx coset snapshot cluster\.json .*\nnpx coset plan cluster\.json\n$/);
  expect(commands[1]).toMatch(/^npx coset plan cluster\.json deployment\.yaml\n/);
  expect(commands[2]).toMatch(/^npm start .*\nnpm test\n$/);
  // nothing to type stands above them
  expect(section.indexOf('```')).toBeGreaterThan(section.indexOf('**A cluster**'));
});

it('the README is read in some minutes: what is long stands in docs, which it names', () => {
  const root = new URL('../../', import.meta.url);
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  expect(readme.split('\n').length).toBeLessThanOrEqual(170);
  for (const name of readdirSync(new URL('docs', root)).filter((file) => file.endsWith('.md')))
    expect(readme).toContain(`(docs/${name})`);
});
