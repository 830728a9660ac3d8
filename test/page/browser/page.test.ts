// What somebody does with the page, in Chromium.
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serve, type ServerType } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { edgeHandler } from '../../../src/edge/index.ts';
import { clusterText, deployment } from '../cluster.ts';
import { drop, focused, openPage, PAGE_URL, startBrowser, tabTo, type Opened } from './opened.ts';

let browser: Browser;
let opened: Opened | undefined;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  const { page, faults } = opened!;
  await page.close();
  // whatever a test does: no violation of the policy, no error, no request
  expect(faults).toEqual([]);
});

async function open(options?: Parameters<typeof openPage>[1]): Promise<Page> {
  opened = await openPage(browser, options);
  return opened.page;
}

const headline = (page: Page) => page.locator('.summary h1').textContent();
const alert = (page: Page) => page.getByRole('alert').locator('.failure-first').textContent();

describe('the page', () => {
  it('plans what is dropped on it, and says why pods wait', async () => {
    const page = await open();
    await drop(page, { name: 'cluster.json', text: clusterText(10, [deployment('large', 12, '5')]) });
    await page.locator('.summary').waitFor();
    expect(await headline(page)).toBe('10 of 12 pods placed on 10 nodes, 2 wait');
    const row = page.getByRole('grid', { name: 'Waiting pods' }).getByRole('row').nth(1);
    expect(await row.textContent()).toContain('0/10 nodes are available: 10 Insufficient cpu.');
    const missing = page.getByRole('complementary').getByRole('row').filter({ hasText: 'node-' }).first();
    // asks for 5, the most that is free is 2
    await expect.poll(() => missing.textContent()).toMatch(/^cpu523node-1/);
  });

  it('takes a manifest beside a cluster, and a text that is pasted', async () => {
    const page = await open();
    await drop(page, { name: 'web.yaml', text: MANIFEST });
    expect(await alert(page)).toBe('web.yaml: nodes: there is none to place a pod on: add "coset snapshot"');
    await drop(page, { name: 'cluster.json', text: clusterText(3) });
    await page.locator('.summary').waitFor();
    expect(await headline(page)).toBe('4 of 4 pods placed on 3 nodes');
    await page.getByRole('button', { name: 'Paste' }).click();
    await page.getByRole('textbox', { name: 'Paste' }).fill(JSON.stringify(deployment('more', 2, '1')));
    await page.getByRole('button', { name: 'Plan it' }).click();
    await expect.poll(() => headline(page)).toBe('6 of 6 pods placed on 3 nodes');
    const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    expect(await files.count()).toBe(3);
  });

  it('lets a reason be read by keyboard only', async () => {
    const page = await open();
    await tabTo(page, 'button Try an example');
    await page.keyboard.press('Enter');
    await page.locator('.summary').waitFor();
    await tabTo(page, 'tab Waiting');
    await tabTo(page, 'grid Waiting pods');
    await page.keyboard.press('ArrowDown');
    const active = await page.getByRole('grid').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('h2 Deployment shop/warehouse');
    const details = page.getByRole('complementary', { name: 'Details' });
    await expect.poll(() => details.textContent()).toContain('Insufficient cpu, Insufficient memory');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('grid Waiting pods');
  });

  it('walks tabs, the map and its table by keyboard, and tells what the map shows', async () => {
    const page = await open();
    await tabTo(page, 'button Try an example');
    await page.keyboard.press('Enter');
    await page.locator('.summary').waitFor();
    await tabTo(page, 'tab Waiting');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('tab Nodes10');
    await tabTo(page, 'application Map of nodes');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const told = await page.locator('#map-focus').textContent();
    expect(told).toMatch(/^node-4: cpu \d+ % → \d+ %$/);
    await tabTo(page, 'grid Nodes');
    const active = await page.getByRole('grid').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).textContent()).toContain('node-4');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('h2 node-10');
  });

  it('may run its own script and styles and no others', async () => {
    const page = await open();
    const policy = await page.locator('meta[http-equiv]').getAttribute('content');
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+' 'wasm-unsafe-eval'; style-src 'sha256-\S+'; /,
    );
    expect(policy).not.toContain('unsafe-inline');
    const tried = await page.evaluate(`(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.hasRun = true';
      document.body.append(script);
      const fetched = await fetch('https://example.com/').then(() => 'sent', () => 'refused');
      return [globalThis.hasRun ?? 'refused', fetched];
    })()`);
    expect(tried).toEqual(['refused', 'refused']);
    const violated = () => opened!.faults.filter((fault) => fault.startsWith('error: violated'));
    await expect
      .poll(violated)
      .toEqual([
        'error: violated: script-src-elem inline',
        'error: violated: connect-src https://example.com/',
      ]);
    opened!.faults.length = 0;
  });
});

const MANIFEST = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: web, resources: {requests: {cpu: 500m}}}]
`;

describe('bad input', () => {
  const bad = [
    { name: 'cut.json', text: clusterText(3).slice(0, -40), says: /^cut\.json: is not JSON/ },
    {
      name: 'typed.yaml',
      text: MANIFEST.replace('replicas: 4', 'replicas: many'),
      says: /^typed\.yaml: deployment default\/web: spec\.replicas: must be /,
    },
    { name: 'packed.gz', text: 'PK\u0003\u0004', says: /^packed\.gz: is a zip archive: unpack it first$/ },
    { name: 'empty.yaml', text: '', says: /^empty\.yaml: is empty$/ },
    { name: 'chart.yaml', text: 'kind: {{ .Values.kind }}', says: /^chart\.yaml: is a template: render it/ },
  ];

  it('is one error that names the file and the field, and nothing is lost', async () => {
    const page = await open();
    await drop(page, { name: 'cluster.json', text: clusterText(3, [deployment('web', 3, '1')]) });
    await page.locator('.summary').waitFor();
    for (const { name, text, says } of bad) {
      await drop(page, { name, text });
      await expect.poll(() => alert(page).catch(() => '')).toMatch(says);
      expect(await page.getByRole('alert').count()).toBe(1);
      expect(await headline(page)).toBe('3 of 3 pods placed on 3 nodes');
      expect(await page.getByRole('list', { name: 'Files' }).textContent()).not.toContain(name);
      await page.getByRole('button', { name: 'Dismiss' }).click();
    }
    // the plan from before is still explained
    await page.getByRole('tab', { name: 'Pods' }).click();
    await page.getByRole('grid').getByRole('row').nth(1).click();
    const details = page.getByRole('complementary');
    await expect.poll(() => details.textContent()).toContain('Scores if it came last');
  });

  it('keeps what can be used, and tells what cannot', async () => {
    const page = await open();
    const faulty = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'odd' }, spec: { containers: 'none' } };
    await drop(page, { name: 'cluster.json', text: clusterText(2, [faulty, deployment('web', 1, '1')]) });
    await page.locator('.summary').waitFor();
    await page.getByRole('tab', { name: 'Notes' }).click();
    expect(await page.locator('.notes .problem').textContent()).toMatch(
      /^cluster\.json: pod default\/oddspec\.containers: must be .* \(passed over\)$/,
    );
  });
});

describe('a plan that is being made', () => {
  it('tells how far it is, and can be cancelled', async () => {
    const page = await open();
    await drop(page, { name: 'small.json', text: clusterText(3, [deployment('web', 3, '1')]) });
    await page.locator('.summary').waitFor();
    await drop(page, { name: 'more.json', text: manyDeployments(3000) });
    await page.getByRole('progressbar').waitFor();
    expect(await page.locator('.working').textContent()).toMatch(/Starting|Reading|decided/);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await headline(page)).toBe('3 of 3 pods placed on 3 nodes');
    expect(await page.getByRole('list', { name: 'Files' }).textContent()).not.toContain('more.json');
  });
});

function manyDeployments(count: number): string {
  return JSON.stringify(Array.from({ length: count }, (_, n) => deployment(`many-${n}`, 10, `${100 + n}m`)));
}

describe('served by the edge handler', () => {
  let server: ServerType;
  const asked: string[] = [];

  beforeAll(async () => {
    const handler = edgeHandler({ page: readFileSync(fileURLToPath(PAGE_URL), 'utf8'), token: 'secret' });
    const fetch = (request: Request) => {
      asked.push(new URL(request.url).pathname);
      return handler.fetch(request);
    };
    await new Promise((resolve) => {
      server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, resolve);
    });
  });
  afterAll(() => server.close());

  it("asks for itself and nothing else, and plans under its own policy and the handler's", async () => {
    const page = await open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    await page.getByRole('button', { name: 'Try an example' }).click();
    await page.locator('.summary').waitFor();
    expect(asked).toEqual(['/']);
  });
});
