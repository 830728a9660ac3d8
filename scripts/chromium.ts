// node scripts/setup.mjs scripts/chromium.ts
// Sees to it that Chromium is there for the tests that drive a browser; fails, and says why, where it cannot be had.
import { installPackages } from '../test/image/commands.ts';

export const CHROMIUM = '/usr/bin/chromium';

/** Starts without a sandbox, which root cannot have, and asks nobody in the background. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default function setup(): void {
  installPackages({ chromium: CHROMIUM }, 'the tests in a browser need');
}

if (process.argv[1] === import.meta.filename) {
  try {
    setup();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
