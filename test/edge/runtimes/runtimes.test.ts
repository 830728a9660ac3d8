// One suite on every runtime, on the service as it is deployed there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import installChromium from '../../../scripts/chromium.ts';
import { runtimeFile } from '../../../scripts/edge-runtimes.ts';
import { withSeenOutcomes } from '../../vectors/outcomes.ts';
import { answersRequests } from '../requests.ts';
import { startChromium } from './chromium.ts';
import { COMMANDS, startCommand, type Running } from './running.ts';
import { askedVectors, FAMILIES } from './vectors.ts';

interface Host {
  name: string;
  isForStore: boolean;
  /** Has what it needs installed. */
  install(): void;
  start(): Promise<Running>;
}

const commands = Object.entries(COMMANDS).map(([name, { runtime, isForStore = false }]): Host => ({
  name,
  isForStore,
  install: () => {
    if (runtime !== undefined) runtimeFile(runtime);
  },
  start: () => startCommand(name),
}));
const chromium: Host = {
  name: 'Chromium',
  isForStore: false,
  install: installChromium,
  start: startChromium,
};
/** Whether a host's packages can be had; where they cannot, that is said. */
function isThere({ name, install }: Host): boolean {
  try {
    install();
    return true;
  } catch (error) {
    const { message } = error as Error;
    process.stderr.write(`test:edge: NOT RUN on ${name}, whose packages cannot be had: ${message}\n`);
    return false;
  }
}

/** Starts the host before the tests of a suite, and stops it after them. */
function sentTo({ start }: Host): Running['send'] {
  let running: Running | undefined;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running?.stop());
  return (...request) => running!.send(...request);
}

for (const host of [...commands, chromium]) {
  describe.skipIf(!isThere(host))(`on ${host.name}`, () => {
    const send = sentTo(host);

    it('asks for the token', async () => {
      expect((await send('POST', '/v1/plan', {}, { authorization: 'Bearer another' })).status).toBe(401);
    });

    it.skipIf(host === chromium || host.isForStore)('shows the page to everybody', async () => {
      const { status, body } = await send('GET', '/', undefined, { authorization: '' });
      expect(status).toBe(200);
      expect(body).toContain('<title>coset plan</title>');
    });

    it.each(host.isForStore ? [] : FAMILIES)(
      'decides the vectors of %s as kube-scheduler did',
      async (family) => {
        for (const { name, question, expected } of askedVectors(family)) {
          const { status, body } = await send('POST', '/v1/plan', question);
          expect({ name, status, error: body.error }).toEqual({ name, status: 200, error: undefined });
          const seen = body.decisions.map((decision: any, n: number) =>
            withSeenOutcomes(decision, expected[n]!),
          );
          expect({ name, decisions: seen }).toEqual({ name, decisions: expected });
        }
      },
    );

    it('refuses 60 MB by their size', async () => {
      const answer = await send('POST', '/v1/plan', ' '.repeat(60_000_000));
      expect(answer).toMatchObject({
        status: 413,
        body: { error: expect.stringMatching(/^body: has more than/) },
      });
    });

    answersRequests(() => send);
  });
}
