// Whether something became slower than it was when the ratios were saved.
import type { Bench, Figure, Size } from './figure.ts';

/**
 * A ratio may be so many times the one that was saved. On another kind of processor it is up to 1.5 times that (an EPYC
 * chooses nodes quicker next to parsing JSON than a Xeon does), with a fifth of noise where two cores are busy; a part
 * that takes twice as long is beyond.
 */
const TOLERANCE = 1.7;

/** What a disturbance made worse is better the next time; what a change made worse is not. */
const ATTEMPTS = 3;

/**
 * Says of each saved ratio that the benches do not reach any more how much worse it is. `figures` is what they found
 * first; a bench with one that is worse is asked again.
 */
export async function worse(
  saved: ReadonlyMap<string, number>,
  benches: readonly Bench[],
  figures: readonly Figure[],
  size: Size,
): Promise<string[]> {
  const found = new Map(figures.map(({ name, value }) => [name, value]));
  const ofBench = ({ name }: Bench) =>
    [...saved.keys()].filter((figure) => figure === name || figure.startsWith(`${name}/`));
  const isWorse = (name: string) => !(found.get(name)! <= saved.get(name)! * TOLERANCE);
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    for (const bench of benches.filter((one) => ofBench(one).some(isWorse))) {
      for await (const { name, value } of bench.run(size)) {
        found.set(name, Math.min(found.get(name) ?? value, value));
      }
    }
  }
  return benches
    .flatMap(ofBench)
    .filter(isWorse)
    .map((name) => {
      const [was, is] = [saved.get(name)!, found.get(name)];
      if (is === undefined) return `${name} was saved, and is not measured any more`;
      return `${name} is ${is.toPrecision(3)}, ${(is / was).toFixed(1)} times the ${was.toPrecision(3)} that was saved`;
    });
}
