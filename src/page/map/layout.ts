// Where the map of nodes has each node: a block of tiles for each zone, as large as fits.

/** Lengths in CSS pixels, as they are before anybody zooms. */
export interface MapLayout {
  /** Left and top edges of the tiles, by node. */
  x: Float64Array;
  y: Float64Array;
  tileWidth: number;
  tileHeight: number;
  /** The zones' names, at the top left of their blocks. */
  labels: { text: string; x: number; y: number; width: number }[];
  width: number;
  height: number;
}

export const LABEL_HEIGHT = 22;
const BLOCK_GAP = 20;
const TILE_MAX = 150;
const TILE_MIN = 3;
const STEP = 0.96;
const BLOCK_COLUMNS_MAX = 6;

/** @param zoneOf the zone of each node, a place in `zones` */
export function mapLayout(
  zoneOf: Uint32Array,
  zones: readonly string[],
  width: number,
  height: number,
): MapLayout {
  const counts = new Uint32Array(zones.length);
  for (const zone of zoneOf) counts[zone]!++;
  let best = { tile: 0, columns: 1 };
  for (let columns = 1; columns <= Math.min(zones.length, BLOCK_COLUMNS_MAX); columns++) {
    const tile = largestTile(counts, columns, width, height);
    if (tile > best.tile) best = { tile, columns };
  }
  return place(zoneOf, zones, counts, best, width);
}

/** Small tiles are tall, as the bars of a chart; large ones have text beside the bar. */
function tileHeightOf(tile: number): number {
  return tile * (tile < 24 ? 2 : tile < 84 ? 1 : 0.6);
}

/** How many tiles of a width stand beside each other in a block. */
function tilesAcross(blockWidth: number, tile: number): number {
  return Math.max(1, Math.floor((blockWidth + gapOf(tile)) / (tile + gapOf(tile))));
}

function gapOf(tile: number): number {
  return tile < 12 ? 1 : tile < 40 ? 2 : 6;
}

/** Rows of bars stay apart. */
function rowGapOf(tile: number): number {
  return Math.max(3, gapOf(tile));
}

function blockWidthOf(columns: number, width: number): number {
  return (width - BLOCK_GAP * (columns - 1)) / columns;
}

function blockHeightOf(count: number, blockWidth: number, tile: number): number {
  const rows = Math.ceil(count / tilesAcross(blockWidth, tile));
  return LABEL_HEIGHT + rows * (tileHeightOf(tile) + rowGapOf(tile));
}

/** The height of each row of blocks. */
function rowHeights(counts: Uint32Array, columns: number, width: number, tile: number): number[] {
  const heights: number[] = [];
  counts.forEach((count, block) => {
    const row = Math.floor(block / columns);
    const height = blockHeightOf(count, blockWidthOf(columns, width), tile);
    heights[row] = Math.max(heights[row] ?? 0, height);
  });
  return heights;
}

function largestTile(counts: Uint32Array, columns: number, width: number, height: number): number {
  let tile = Math.min(TILE_MAX, blockWidthOf(columns, width));
  for (; tile > TILE_MIN; tile *= STEP) {
    const heights = rowHeights(counts, columns, width, tile);
    const all = heights.reduce((sum, one) => sum + one, BLOCK_GAP * (heights.length - 1));
    if (all <= height) break;
  }
  return tile;
}

function place(
  zoneOf: Uint32Array,
  zones: readonly string[],
  counts: Uint32Array,
  { tile, columns }: { tile: number; columns: number },
  width: number,
): MapLayout {
  const blockWidth = blockWidthOf(columns, width);
  const heights = rowHeights(counts, columns, width, tile);
  const tops: number[] = [];
  let height = 0;
  for (const one of heights) {
    tops.push(height);
    height += one + BLOCK_GAP;
  }
  const gap = gapOf(tile);
  const across = tilesAcross(blockWidth, tile);
  const left = (zone: number) => (zone % columns) * (blockWidth + BLOCK_GAP);
  const top = (zone: number) => tops[Math.floor(zone / columns)]!;
  const x = new Float64Array(zoneOf.length);
  const y = new Float64Array(zoneOf.length);
  const placed = new Uint32Array(zones.length);
  zoneOf.forEach((zone, node) => {
    const n = placed[zone]!++;
    x[node] = left(zone) + (n % across) * (tile + gap);
    y[node] = top(zone) + LABEL_HEIGHT + Math.floor(n / across) * (tileHeightOf(tile) + rowGapOf(tile));
  });
  const labels = zones.map((text, zone) => ({ text, x: left(zone), y: top(zone), width: blockWidth }));
  const total = Math.max(0, height - BLOCK_GAP);
  return { x, y, tileWidth: tile, tileHeight: tileHeightOf(tile), labels, width, height: total };
}

/** The node whose tile holds a point, or -1. */
export function nodeAt({ x, y, tileWidth, tileHeight }: MapLayout, atX: number, atY: number): number {
  return x.findIndex(
    (left, node) => atX >= left && atX < left + tileWidth && atY >= y[node]! && atY < y[node]! + tileHeight,
  );
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The nearest node in a direction, or the same one when there is none. */
export function neighbour({ x, y }: MapLayout, node: number, direction: Direction): number {
  const isSideways = direction === 'left' || direction === 'right';
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  let best = node;
  let least = Infinity;
  for (let other = 0; other < x.length; other++) {
    const [along, across] = isSideways
      ? [sign * (x[other]! - x[node]!), Math.abs(y[other]! - y[node]!)]
      : [sign * (y[other]! - y[node]!), Math.abs(x[other]! - x[node]!)];
    // whatever is in line comes before what is near
    const distance = along + 4 * across;
    if (along > 0.5 && distance < least) [best, least] = [other, distance];
  }
  return best;
}
