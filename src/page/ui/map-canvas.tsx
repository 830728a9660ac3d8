// The canvas of the map: drawn once a frame, panned and zoomed by the pointer, with a tip on what is under it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Size } from '../map/camera.ts';
import { nodeAt } from '../map/layout.ts';
import { drawMap, drawMarks, type MapData, type Marks, type Palette } from './draw.ts';
import type { CameraMoves } from './map-camera.ts';

interface MapCanvasProps {
  data: MapData;
  marks: Marks;
  moves: CameraMoves;
  size: Size;
  /** What is said of the node under the pointer. */
  tip: (node: number) => string;
  onSelect: (node: number) => void;
}

const WHEEL_ZOOM = 1.0015;
/** A pointer that has moved no further has clicked. */
const CLICK_PIXELS = 4;

export function MapCanvas({ data, marks, moves, size, tip, onSelect }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const [hovered, setHovered] = useState<{ node: number; x: number; y: number }>();
  const { camera, panBy, zoomBy } = moves;
  const overlay = useRef<HTMLCanvasElement>(null);
  useFrame(canvas, size, (context) => drawMap(context, data, camera, size, palette), [data, camera, palette]);
  useFrame(overlay, size, (context) => drawMarks(context, data, marks, camera, size, palette), [
    data,
    camera,
    palette,
    marks.selected,
    marks.focused,
  ]);
  useWheel(overlay, (event) => {
    // the page scrolls on where there is nothing to zoom out of
    if (event.deltaY > 0 && camera.scale === 1) return;
    event.preventDefault();
    zoomBy(WHEEL_ZOOM ** -event.deltaY, placeIn(event, overlay.current!));
  });
  const nodeUnder = (x: number, y: number): number =>
    nodeAt(data.layout, (x - camera.x) / camera.scale, (y - camera.y) / camera.scale);
  const drag = useDrag(panBy, (x, y) => {
    const node = nodeUnder(x, y);
    if (node >= 0) onSelect(node);
  });
  return (
    <>
      <canvas ref={canvas} aria-hidden="true" />
      <canvas
        ref={overlay}
        aria-hidden="true"
        onPointerDown={drag.onPointerDown}
        onPointerMove={(event) => {
          const place = placeIn(event, event.currentTarget);
          if (!drag.onPointerMove(event)) setHovered({ node: nodeUnder(place.x, place.y), ...place });
        }}
        onPointerUp={drag.onPointerUp}
        onPointerLeave={() => setHovered(undefined)}
      />
      {hovered !== undefined && hovered.node >= 0 && (
        <div
          class={`map-tip ${hovered.x > size.width / 2 ? 'to-left' : ''}`}
          aria-hidden="true"
          style={{ left: `${hovered.x}px`, top: `${hovered.y}px` }}
        >
          <strong>{data.names[hovered.node]}</strong>
          {tip(hovered.node)}
        </div>
      )}
    </>
  );
}

function placeIn({ clientX, clientY }: MouseEvent, element: Element): { x: number; y: number } {
  const { left, top } = element.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

/** The colours that CSS has given the map, those of the dark or the light scheme. */
function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const onChange = () => setPalette(readPalette());
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return palette;
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    tile: colour('track'),
    before: colour('before'),
    added: colour('added'),
    removed: colour('removed'),
    over: colour('over'),
    ink: colour('ink'),
    muted: colour('muted'),
    focus: colour('focus'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

/** Draws once a frame when something of `seen` has changed, however often. */
function useFrame(
  canvas: { current: HTMLCanvasElement | null },
  size: Size,
  draw: (context: CanvasRenderingContext2D) => void,
  seen: readonly unknown[],
): void {
  const latest = useRef(draw);
  latest.current = draw;
  const frame = useRef(0);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const pixels = devicePixelRatio;
    element.width = Math.round(size.width * pixels);
    element.height = Math.round(size.height * pixels);
    element.style.width = `${size.width}px`;
    element.style.height = `${size.height}px`;
  }, [size]);
  useLayoutEffect(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const context = canvas.current?.getContext('2d');
      if (!context) return;
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      latest.current(context);
    });
  }, [size, ...seen]);
}

/** Preact listens to the wheel passively; this one may keep the page where it is. */
function useWheel(box: { current: HTMLElement | null }, onWheel: (event: WheelEvent) => void): void {
  const latest = useRef(onWheel);
  latest.current = onWheel;
  useEffect(() => {
    const element = box.current!;
    const listener = (event: WheelEvent) => latest.current(event);
    element.addEventListener('wheel', listener, { passive: false });
    return () => element.removeEventListener('wheel', listener);
  }, []);
}

interface Drag {
  onPointerDown: (event: PointerEvent) => void;
  /** Returns whether something is dragged. */
  onPointerMove: (event: PointerEvent) => boolean;
  onPointerUp: (event: PointerEvent) => void;
}

function useDrag(onPan: (byX: number, byY: number) => void, onClick: (x: number, y: number) => void): Drag {
  const last = useRef<{ x: number; y: number; moved: number }>(undefined);
  return {
    onPointerDown(event) {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      last.current = { x: event.clientX, y: event.clientY, moved: 0 };
    },
    onPointerMove({ clientX, clientY }) {
      const { current } = last;
      if (current === undefined) return false;
      const [byX, byY] = [clientX - current.x, clientY - current.y];
      last.current = { x: clientX, y: clientY, moved: current.moved + Math.abs(byX) + Math.abs(byY) };
      onPan(byX, byY);
      return true;
    },
    onPointerUp(event) {
      const isClick = last.current !== undefined && last.current.moved <= CLICK_PIXELS;
      last.current = undefined;
      if (!isClick) return;
      const { x, y } = placeIn(event, event.currentTarget as Element);
      onClick(x, y);
    },
  };
}
