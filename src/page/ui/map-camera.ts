// The size of the map on the page, and what is seen of it.
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { panned, showing, WHOLE, zoomed, type Camera, type Size } from '../map/camera.ts';
import type { MapLayout } from '../map/layout.ts';

export interface CameraMoves {
  camera: Camera;
  panBy: (byX: number, byY: number) => void;
  /** Around a place in the map, or its middle. */
  zoomBy: (factor: number, at?: { x: number; y: number }) => void;
  fit: () => void;
}

/** Shows all of a new layout, and whichever node is selected. */
export function useCamera(layout: MapLayout, size: Size, selected: number): CameraMoves {
  const [camera, setCamera] = useState<Camera>(WHOLE);
  useEffect(() => setCamera(WHOLE), [layout]);
  useEffect(() => {
    if (selected >= 0) setCamera((old) => showing(old, selected, layout, size));
  }, [selected, layout, size]);
  const moves = useMemo(
    () => ({
      panBy: (byX: number, byY: number) => setCamera((old) => panned(old, byX, byY, layout, size)),
      zoomBy: (factor: number, at = { x: size.width / 2, y: size.height / 2 }) =>
        setCamera((old) => zoomed(old, factor, at, layout, size)),
      fit: () => setCamera(WHOLE),
    }),
    [layout, size],
  );
  return { camera, ...moves };
}

export function useSize(box: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 600, height: 300 });
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  return size;
}
