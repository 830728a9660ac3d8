// The page in a browser, with an eye on everything that it must not do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGS } from '../../../scripts/chromium.ts';

export const PAGE_URL = pathToFileURL(join(import.meta.dirname, '../../../dist/page/index.html')).href;

export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is not there`);
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
}

export interface Opened {
  page: Page;
  /** Violations of the policy, errors, warnings and requests, as they come. */
  faults: string[];
}

interface OpenOptions {
  url?: string;
  scheme?: 'light' | 'dark';
}

/** Tells of violations by the console, which is listened to. */
const WATCH = `addEventListener('securitypolicyviolation', (event) => {
  console.error('violated: ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

export async function openPage(
  browser: Browser,
  { url = PAGE_URL, scheme = 'light' }: OpenOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: scheme });
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url && !/^(?:blob|data):/.test(request.url()))
      faults.push(`request: ${request.url()}`);
  });
  await page.addInitScript(WATCH);
  await page.goto(url);
  return { page, faults };
}

export interface DroppedFile {
  name: string;
  text: string;
}

/** Drops files on the page, as people do from their desktop. */
export async function drop(page: Page, ...files: DroppedFile[]): Promise<void> {
  await page.evaluate(`(() => {
    const dataTransfer = new DataTransfer();
    for (const { name, text } of ${JSON.stringify(files)}) dataTransfer.items.add(new File([text], name));
    const over = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(over);
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  })()`);
}

/** What the keyboard is on: its role or tag, and its name. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const { activeElement: on } = document;
    const name = on.getAttribute('aria-label') ?? on.textContent.trim();
    return (on.getAttribute('role') ?? on.tagName.toLowerCase()) + ' ' + name;
  })()`);
}

/** Presses Tab until the keyboard is there. */
export async function tabTo(page: Page, wanted: string): Promise<void> {
  const passed: string[] = [];
  for (let n = 0; n < 40; n++) {
    const now = await focused(page);
    if (now.startsWith(wanted)) return;
    passed.push(now);
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${wanted}, but over ${passed.join('; ')}`);
}
