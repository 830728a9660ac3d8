import { beforeAll, expect, it } from 'vitest';
import { buildLibrary } from './consumer.ts';

const GROWTH_MAX = 1.03;

beforeAll(buildLibrary, 300_000);

it('no part, nor the page, is larger by more than 3 % than docs/LIBRARY.md says: else `npm run library:sizes`', async () => {
  const { measuredSizes, writtenSizes } = await import('../../scripts/library-sizes.mjs');
  const measured = Object.entries(await measuredSizes());
  const written = writtenSizes();
  expect(Object.keys(written)).toEqual(measured.map(([name]) => name));
  const grown = measured.flatMap(([name, { bytes, gzip }]) => {
    const was = written[name]!;
    return bytes > was.bytes * GROWTH_MAX || gzip > was.gzip * GROWTH_MAX
      ? [`${name}: ${bytes} bytes, ${gzip} in gzip, where ${was.bytes} and ${was.gzip} are written`]
      : [];
  });
  expect(grown).toEqual([]);
});
