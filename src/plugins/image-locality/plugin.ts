// ImageLocality: nodes that have the pod's images already are better, the more so the larger and the wider spread these
// are.
import type { Pod } from '../../model/types.ts';
import { definePlugin } from '../plugin.ts';

const MEBIBYTE = 1024 * 1024;
const LEAST_BYTES = 23 * MEBIBYTE;
const MOST_BYTES_PER_IMAGE = 1000 * MEBIBYTE;

export const imageLocality = definePlugin({
  name: 'ImageLocality',
  points: ['score'],
  reads: { containers: ['image'] },

  key: (pod) => ({ general: JSON.stringify(imagesOf(pod).sort()) }),

  pack(pod, { builder, cluster, weight }) {
    if (weight === 0) return undefined;
    const { images: states, count } = cluster.nodes;
    const images = imagesOf(pod);
    const bytesByRow = new Map<number, number>();
    for (const image of images) {
      const state = states.get(image);
      if (state === undefined) continue;
      const scaled = Math.trunc(state.sizeBytes * (state.rows.size / count));
      for (const row of state.rows) bytesByRow.set(row, (bytesByRow.get(row) ?? 0) + scaled);
    }
    const rows = new Map<number, number>();
    const most = MOST_BYTES_PER_IMAGE * images.length;
    for (const [row, bytes] of bytesByRow) {
      const clamped = Math.min(Math.max(bytes, LEAST_BYTES), most);
      const score = weight * Math.trunc((100 * (clamped - LEAST_BYTES)) / (most - LEAST_BYTES));
      if (score === 0) continue;
      rows.set(row, score);
      builder.addToRow(row, score);
    }
    return { detail: { rows } };
  },

  helps: () => false,
});

/** The images of the pod's containers and volumes, once for each use, as a node reports them. */
function imagesOf(pod: Pod): string[] {
  const { initContainers, containers, volumes } = pod.spec ?? {};
  const images = [...(initContainers ?? []), ...(containers ?? [])].map(({ image }) => image ?? '');
  for (const { image } of volumes ?? []) if (image) images.push(image.reference ?? '');
  return images.map((image) =>
    image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image,
  );
}
