// Runs the service in a page of Chromium, whose policy lets it compile WebAssembly and nothing else.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from '../../../scripts/chromium.ts';
import type { Answer } from '../fixtures.ts';
import { TOKEN, type Running } from './running.ts';

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
const bundle = join(import.meta.dirname, '../../../dist/edge/index.js');
const SCRIPT = `import { edgeHandler, memoryStore } from './index.js';
globalThis.service = edgeHandler({ token: '${TOKEN}', store: memoryStore() });`;

export async function startChromium(): Promise<Running> {
  const server = createServer(({ url }, response) => {
    const isPage = url === '/';
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
    if (isPage) response.end('<!doctype html><script type="module" src="/page.js"></script>');
    else response.end(url === '/page.js' ? SCRIPT : readFileSync(bundle));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.service !== undefined');
  return {
    send: async (method, path, body, headers = {}) => {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      const sent = body === undefined || isRaw ? body : JSON.stringify(body);
      const bytes = sent instanceof Uint8Array ? [...sent] : undefined;
      const answer = await page.evaluate(
        async ({ method, path, text, bytes, headers }) => {
          const { service } = globalThis as any;
          const body = bytes ? new Uint8Array(bytes) : text;
          const response = await service.request(path, { method, headers, body });
          return {
            status: response.status,
            headers: [...response.headers],
            text: (await response.text()) as string,
          };
        },
        {
          ...{ method, path, bytes, text: bytes ? undefined : sent },
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
        },
      );
      const found = new Headers(answer.headers as [string, string][]);
      const isJson = found.get('content-type')?.startsWith('application/json');
      const answered: Answer = {
        status: answer.status,
        headers: found,
        body: isJson ? JSON.parse(answer.text) : answer.text,
      };
      return answered;
    },
    stop: async () => {
      await browser.close();
      server.close();
    },
  };
}
