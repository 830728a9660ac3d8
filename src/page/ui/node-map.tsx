// The map of nodes: a canvas that is panned, zoomed and walked by keys. The table of nodes beside it says the same.
import type { ComponentChildren } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import { mapLayout, neighbour, type Direction, type MapLayout } from '../map/layout.ts';
import { percentOf, percentText, shortName, shortNode } from '../view/format.ts';
import type { PlanView, ResourceView } from '../view/types.ts';
import type { MapData } from './draw.ts';
import { useCamera, useSize, type CameraMoves } from './map-camera.ts';
import { MapCanvas } from './map-canvas.tsx';
import { zoneText } from './summary.tsx';

interface NodeMapProps {
  view: PlanView;
  resource: ResourceView;
  selected?: number;
  onSelect: (node: number) => void;
  onOpen: () => void;
  /** Stands above the map, beside its buttons. */
  children: ComponentChildren;
}

const KEY_ZOOM = 1.5;
const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function NodeMap({ view, resource, selected = -1, onSelect, onOpen, children }: NodeMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const [hasFocus, setHasFocus] = useState(false);
  const { zones, names, domain } = view.nodes;
  const layout = useMemo(() => {
    const zoneNames = view.zones.map(({ name }) => zoneText(name));
    return mapLayout(zones, zoneNames, size.width, size.height);
  }, [view, size]);
  const shares = useMemo(() => sharesOf(resource), [resource]);
  const short = useMemo(() => names.map((name) => shortNode(name, domain)), [view]);
  const moves = useCamera(layout, size, selected);
  const focused = hasFocus ? selected : -1;
  const data = useMemo(() => ({ layout, names: short, ...shares }), [layout, short, shares]);
  return (
    <div class="map">
      <div class="map-head">
        {children}
        <ZoomButtons {...moves} />
      </div>
      <div
        ref={box}
        class={`map-box ${moves.camera.scale > 1 ? 'can-pan' : ''}`}
        role="application"
        aria-label={`Map of nodes by ${resource.name}`}
        aria-roledescription="map"
        aria-describedby="map-help map-focus"
        tabIndex={0}
        onKeyDown={(event) => onKey(event, { layout, selected, moves, onSelect, onOpen })}
        onFocus={() => setHasFocus(true)}
        onBlur={() => setHasFocus(false)}
      >
        <MapCanvas
          data={data}
          marks={{ selected, focused }}
          moves={moves}
          size={size}
          tip={(node) => shareText(shares, resource, node)}
          onSelect={onSelect}
        />
      </div>
      <p id="map-help" class="hidden">
        The arrow keys walk the nodes, Enter shows one, plus and minus zoom. The table below says the same.
      </p>
      <p id="map-focus" class="hidden" role="status">
        {focused >= 0 && `${names[focused]}: ${shareText(shares, resource, focused)}`}
      </p>
    </div>
  );
}

function ZoomButtons({ zoomBy, fit }: CameraMoves) {
  return (
    <div class="map-tools">
      <button type="button" aria-label="Zoom in" onClick={() => zoomBy(KEY_ZOOM)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1 / KEY_ZOOM)}>
        −
      </button>
      <button type="button" onClick={fit}>
        Fit
      </button>
    </div>
  );
}

interface Keys extends Pick<NodeMapProps, 'onSelect' | 'onOpen'> {
  layout: MapLayout;
  selected: number;
  moves: CameraMoves;
}

function onKey(event: KeyboardEvent, { layout, selected, moves, onSelect, onOpen }: Keys): void {
  const direction = ARROWS[event.key];
  if (direction !== undefined) onSelect(selected < 0 ? 0 : neighbour(layout, selected, direction));
  else if (event.key === '+' || event.key === '=') moves.zoomBy(KEY_ZOOM);
  else if (event.key === '-') moves.zoomBy(1 / KEY_ZOOM);
  else if (event.key === '0') moves.fit();
  else if (event.key === 'Enter' && selected >= 0) onOpen();
  else return;
  event.preventDefault();
}

type Shares = Pick<MapData, 'before' | 'after'>;

function sharesOf({ allocatable, before, after }: ResourceView): Shares {
  const share = (used: Float64Array) =>
    used.map((amount, node) => (percentOf(amount, allocatable[node]!) ?? 0) / 100);
  return { before: share(before), after: share(after) };
}

function shareText({ before, after }: Shares, resource: ResourceView, node: number): string {
  const [from, to] = [percentText(100 * before[node]!), percentText(100 * after[node]!)];
  return `${shortName(resource.name)} ${from === to ? to : `${from} → ${to}`}`;
}
