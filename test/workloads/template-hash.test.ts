import { expect, it } from 'vitest';
import { templateHash } from '../../src/workloads/template-hash.ts';

it('templates that say the same have the same hash, in whatever order they say it', () => {
  const hash = templateHash({
    metadata: { labels: { a: '1', b: '2' } },
    spec: { containers: [{ name: 'main', image: 'x', resources: {} }], restartPolicy: 'Always' },
  });
  const again = templateHash({
    spec: { restartPolicy: 'Always', containers: [{ image: 'x', name: 'main' }] },
    metadata: { labels: { b: '2', a: '1' } },
  });
  expect(again).toBe(hash);
});

it('templates that say something else have another', () => {
  const of = (...images: string[]) =>
    templateHash({ spec: { containers: images.map((image) => ({ name: image, image })) } });
  const spreading = (labelSelector?: object) =>
    templateHash({
      spec: {
        containers: [],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector },
        ],
      },
    });
  expect(new Set([of('a', 'b'), of('b', 'a'), of('a'), spreading(), spreading({})]).size).toBe(5);
});
