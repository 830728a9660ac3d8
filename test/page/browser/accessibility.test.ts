// axe looks at every state of the page, in both colour schemes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drop, openPage, startBrowser } from './opened.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** What axe finds, with where. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it('axe finds nothing', async () => {
    const { page } = await openPage(browser, { scheme });
    const found: Record<string, string[]> = { start: await findings(page) };
    await page.getByRole('button', { name: 'Paste' }).click();
    found.dialog = await findings(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Try an example' }).click();
    await page.locator('.summary').waitFor();
    for (const tab of ['Waiting', 'Nodes', 'Pods', 'Notes']) {
      await page.getByRole('tab', { name: tab }).click();
      const row = page.getByRole('row', { selected: false }).last();
      if (tab !== 'Notes') await row.click();
      found[tab] = await findings(page);
    }
    await drop(page, { name: 'bad.json', text: '{' });
    await page.getByRole('alert').waitFor();
    found.failure = await findings(page);
    await page.setViewportSize({ width: 400, height: 800 });
    found.narrow = await findings(page);
    await page.close();
    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
  });
});
