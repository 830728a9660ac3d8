import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Feature } from '../../build/records.js';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { xxh64 } from '../reference/hash.ts';
import { KERNELS } from './kernels.ts';

/** XXH64 with seed 0 of texts, as published with xxHash's bindings for Python and Go. */
const PUBLISHED: [text: string, hash: string][] = [
  ['', 'ef46db3751d8e999'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['as', '1c330fb2d66be179'],
  ['asd', '631c37ce72a97393'],
  ['asdf', '415872f599cea71e'],
  ['abc', '44bc2cf5ad770999'],
  ['xxhash', '32dd38952c4bc720'],
  ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ['Call me Ishmael. Some years ago--never mind how long precisely-', '02a2e85470d6fd96'],
];

/** Hashes all inputs in one call; each begins at an address that is not aligned. */
function hashes(
  { arena, hash }: Pick<Kernel, 'arena'> & { hash: Kernel['hash'] },
  inputs: Uint8Array[],
): string[] {
  const features = arena.allocate(Feature.size * inputs.length);
  inputs.forEach((input, n) => {
    const pointer = arena.allocate(input.length + 1) + 1;
    arena.u8.set(input, pointer);
    arena.u32.set([pointer, input.length], (features + n * Feature.size) / 4);
  });
  hash(features, inputs.length);
  return inputs.map((_, n) => {
    const [low, high] = arena.u32.subarray((features + n * Feature.size) / 4 + 2);
    return high!.toString(16).padStart(8, '0') + low!.toString(16).padStart(8, '0');
  });
}

describe.each(KERNELS)('XXH64 on the $name kernel', ({ load }) => {
  const run = (inputs: Uint8Array[]): string[] => {
    const kernel = load();
    return hashes({ arena: kernel.arena, hash: kernel.hash.bind(kernel) }, inputs);
  };

  it('gives the published values', () => {
    const inputs = PUBLISHED.map(([text]) => new TextEncoder().encode(text));
    expect(run(inputs)).toEqual(PUBLISHED.map(([, hash]) => hash));
  });

  it('hashes bytes of every length as the specification says', () => {
    const bytes = fc.uint8Array({ maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 20 }), (inputs) => {
        const wanted = inputs.map((input) => xxh64(input).toString(16).padStart(16, '0'));
        expect(run(inputs)).toEqual(wanted);
      }),
      { seed: 3, numRuns: 30 },
    );
  });
});
