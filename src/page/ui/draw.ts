// Draws the map of nodes: each a vessel, filled with what its pods ask for before and after the plan.
import { percentText } from '../view/format.ts';
import type { Camera, Size } from '../map/camera.ts';
import { LABEL_HEIGHT, type MapLayout } from '../map/layout.ts';

/** Colours as CSS has them. */
export interface Palette {
  tile: string;
  before: string;
  added: string;
  removed: string;
  over: string;
  ink: string;
  muted: string;
  focus: string;
  font: string;
}

/** What the map shows of its nodes, whatever the reader does. */
export interface MapData {
  layout: MapLayout;
  names: readonly string[];
  /** Shares of what is allocatable; more than 1 is more than there is. */
  before: Float64Array;
  after: Float64Array;
}

/** The nodes that are outlined, or -1. */
export interface Marks {
  selected: number;
  /** Where the keyboard is. */
  focused: number;
}

/** Tiles of this width have room for text, which stands above the vessel. */
const TEXT_WIDTH = 84;
const TEXT_HEIGHT = 40;
const OVER = 1.0001;

export function drawMap(
  context: CanvasRenderingContext2D,
  data: MapData,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  context.clearRect(0, 0, size.width, size.height);
  const seen = tilesSeen(data.layout, camera, size);
  const hasText = data.layout.tileWidth * camera.scale >= TEXT_WIDTH;
  fillTiles(context, data, camera, seen, palette, hasText ? TEXT_HEIGHT : 0);
  drawLabels(context, data.layout, camera, palette);
  if (hasText) drawTexts(context, data, camera, seen, palette);
}

/** Draws what changes most often, on a canvas of its own. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  { layout }: MapData,
  { selected, focused }: Marks,
  camera: Camera,
  size: Size,
  palette: Palette,
): void {
  context.clearRect(0, 0, size.width, size.height);
  if (selected >= 0) outline(context, layout, camera, selected, palette.ink);
  if (focused >= 0) outline(context, layout, camera, focused, palette.focus);
}

function tilesSeen(
  { x, y, tileWidth, tileHeight }: MapLayout,
  camera: Camera,
  { width, height }: Size,
): number[] {
  const { scale } = camera;
  const seen: number[] = [];
  for (let node = 0; node < x.length; node++) {
    const [left, top] = [scale * x[node]! + camera.x, scale * y[node]! + camera.y];
    if (left < width && left + scale * tileWidth > 0 && top < height && top + scale * tileHeight > 0)
      seen.push(node);
  }
  return seen;
}

/** One colour after another: changing it costs more than filling. */
function fillTiles(
  context: CanvasRenderingContext2D,
  { layout, before, after }: MapData,
  camera: Camera,
  seen: readonly number[],
  palette: Palette,
  textHeight: number,
): void {
  const { scale } = camera;
  const [width, height] = [scale * layout.tileWidth, scale * layout.tileHeight - textHeight];
  const topOf = (node: number) => scale * layout.y[node]! + camera.y + textHeight;
  /** Fills a tile's part between two shares. */
  const fill = (node: number, from: number, to: number): void => {
    const [low, high] = [Math.min(1, from) * height, Math.min(1, to) * height];
    const top = topOf(node);
    context.fillRect(scale * layout.x[node]! + camera.x, top + height - high, width, high - low);
  };
  context.fillStyle = palette.tile;
  for (const node of seen) fill(node, 0, 1);
  context.fillStyle = palette.before;
  for (const node of seen) fill(node, 0, Math.min(before[node]!, after[node]!));
  context.fillStyle = palette.added;
  for (const node of seen) if (after[node]! > before[node]!) fill(node, before[node]!, after[node]!);
  context.fillStyle = palette.removed;
  for (const node of seen) if (after[node]! < before[node]!) fill(node, after[node]!, before[node]!);
  context.fillStyle = palette.over;
  for (const node of seen) {
    if (after[node]! <= OVER) continue;
    context.fillRect(scale * layout.x[node]! + camera.x, topOf(node), width, Math.max(2, height / 12));
  }
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { labels }: MapLayout,
  { scale, x, y }: Camera,
  { muted, font }: Palette,
): void {
  context.fillStyle = muted;
  context.font = `12px ${font}`;
  context.textBaseline = 'alphabetic';
  for (const label of labels)
    context.fillText(
      fitting(context, label.text, scale * label.width),
      scale * label.x + x,
      scale * (label.y + LABEL_HEIGHT) + y - 7,
    );
}

function drawTexts(
  context: CanvasRenderingContext2D,
  { layout, names, before, after }: MapData,
  { scale, x, y }: Camera,
  seen: readonly number[],
  { ink, font }: Palette,
): void {
  const width = scale * layout.tileWidth;
  context.fillStyle = ink;
  context.textBaseline = 'top';
  for (const node of seen) {
    const [left, top] = [scale * layout.x[node]! + x, scale * layout.y[node]! + y + 2];
    context.font = `500 12px ${font}`;
    context.fillText(fitting(context, names[node]!, width), left, top);
    context.font = `12px ${font}`;
    const [from, to] = [percentText(100 * before[node]!), percentText(100 * after[node]!)];
    context.fillText(from === to ? to : `${from.replace(' %', '')} → ${to}`, left, top + 18);
  }
}

/** As much of the end of a text as fits: names of nodes differ there. */
function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`…${text.slice(-length)}`).width > width) length--;
  return `…${text.slice(-length)}`;
}

function outline(
  context: CanvasRenderingContext2D,
  { x, y, tileWidth, tileHeight }: MapLayout,
  camera: Camera,
  node: number,
  colour: string,
): void {
  const { scale } = camera;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(
    scale * x[node]! + camera.x - 2,
    scale * y[node]! + camera.y - 2,
    scale * tileWidth + 4,
    scale * tileHeight + 4,
  );
}
