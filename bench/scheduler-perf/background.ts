// What goes on while later operations run: churn, and pods that are deleted at a rate.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from './cases.ts';
import type { Objects } from './objects.ts';
import { templateAt } from './templates.ts';

const CHURN_MS = 500;

/** Does something `rate` times a second until it is done, or is told to end. */
export async function atRate(
  rate: number,
  count: number,
  signal: AbortSignal,
  act: (n: number) => Promise<unknown>,
): Promise<void> {
  const begin = performance.now();
  for (let n = 0; n < count && !signal.aborted; n++) {
    const wait = begin + ((n + 1) * 1000) / rate - performance.now();
    if (wait > 1) await sleep(wait, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await act(n);
  }
}

/** Creates an object of each template at each turn; to `recreate` is to delete those of `number` turns before instead. */
export async function churn(
  objects: Objects,
  { templatePaths, mode, number = 0, intervalMilliseconds = CHURN_MS }: Operation,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const turns = mode === 'create' && number > 0 ? number : Infinity;
  const alive = templatePaths!.map((): (string | undefined)[] => []);
  await atRate(1000 / intervalMilliseconds, turns, signal, async (turn) => {
    for (const [n, template] of templatePaths!.entries()) {
      const object = templateAt(template)({});
      const path = await objects.pathOf(object, namespace);
      const old = mode === 'recreate' ? alive[n]![turn % number] : undefined;
      if (old !== undefined) {
        alive[n]![turn % number] = undefined;
        await objects.delete(path, old);
        continue;
      }
      const { generateName } = object.metadata!;
      const name = object.metadata!.name ?? `${generateName}${randomUUID().slice(0, 8)}`;
      await objects.createAt(path, { ...object, metadata: { ...object.metadata, name } });
      if (mode === 'recreate') alive[n]![turn % number] = name;
    }
  });
}
