// What part of the map is seen.
import type { MapLayout } from './layout.ts';

/** A point of the map is seen at `scale * point + offset`, in CSS pixels. */
export interface Camera {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const SCALE_MAX = 40;
/** Tiles do not become wider than this. */
const TILE_MAX = 220;

export const WHOLE: Camera = { scale: 1, x: 0, y: 0 };

export function panned(camera: Camera, byX: number, byY: number, layout: MapLayout, size: Size): Camera {
  return kept({ ...camera, x: camera.x + byX, y: camera.y + byY }, layout, size);
}

/** Zooms so that the point of the map that is seen at a place stays there. */
export function zoomed(
  { scale, x, y }: Camera,
  factor: number,
  at: { x: number; y: number },
  layout: MapLayout,
  size: Size,
): Camera {
  const most = Math.max(1, Math.min(SCALE_MAX, TILE_MAX / layout.tileWidth));
  const next = Math.min(most, Math.max(1, scale * factor));
  const moved = (offset: number, place: number) => place - ((place - offset) * next) / scale;
  return kept({ scale: next, x: moved(x, at.x), y: moved(y, at.y) }, layout, size);
}

/** Moves as little as it takes for a node to be seen. */
export function showing(camera: Camera, node: number, layout: MapLayout, size: Size): Camera {
  const { scale } = camera;
  const along = (offset: number, start: number, length: number, seen: number) => {
    const [from, to] = [scale * start + offset, scale * (start + length) + offset];
    return from < 0 ? -from : to > seen ? seen - to : 0;
  };
  const byX = along(camera.x, layout.x[node]!, layout.tileWidth, size.width);
  const byY = along(camera.y, layout.y[node]!, layout.tileHeight, size.height);
  return byX === 0 && byY === 0 ? camera : panned(camera, byX, byY, layout, size);
}

/** The map fills what is seen, as far as it is large enough. */
function kept({ scale, x, y }: Camera, layout: MapLayout, size: Size): Camera {
  const bounded = (offset: number, length: number, seen: number) =>
    Math.min(0, Math.max(offset, Math.min(0, seen - scale * length)));
  return {
    scale,
    x: bounded(x, layout.width, size.width),
    y: bounded(y, layout.height, size.height),
  };
}
