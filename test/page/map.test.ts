// The map of nodes: where tiles are, what is seen, and what is next to what.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panned, showing, WHOLE, zoomed } from '../../src/page/map/camera.ts';
import { mapLayout, neighbour, nodeAt, type MapLayout } from '../../src/page/map/layout.ts';

const size = { width: 800, height: 300 };

function layoutOf(counts: readonly number[]): MapLayout {
  const zoneOf = Uint32Array.from(counts.flatMap((count, zone) => Array<number>(count).fill(zone)));
  return mapLayout(
    zoneOf,
    counts.map((_, zone) => `zone ${zone}`),
    size.width,
    size.height,
  );
}

const anyCounts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 9 });

describe('the layout', () => {
  it('has each node in a place of its own, within the width', () => {
    fc.assert(
      fc.property(anyCounts, (counts) => {
        const { x, y, tileWidth, tileHeight, width } = layoutOf(counts);
        const places = new Set(Array.from(x, (left, node) => `${left} ${y[node]}`));
        expect(places.size).toBe(x.length);
        for (const left of x) expect(left + tileWidth).toBeLessThanOrEqual(width + 1e-6);
        expect(tileHeight).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it('fits 5,000 nodes of three zones into what is seen', () => {
    const { height, tileWidth } = layoutOf([1700, 1650, 1650]);
    expect(height).toBeLessThanOrEqual(size.height);
    expect(tileWidth).toBeGreaterThan(3);
  });

  it('finds the node under a point, and none between tiles', () => {
    const layout = layoutOf([4, 3, 3]);
    const at = (node: number) => [layout.x[node]! + 1, layout.y[node]! + 1] as const;
    for (let node = 0; node < 10; node++) expect(nodeAt(layout, ...at(node))).toBe(node);
    expect(nodeAt(layout, -5, -5)).toBe(-1);
  });

  it('leads from every node to every other by the arrow keys', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }), (counts) => {
        const layout = layoutOf(counts);
        const seen = new Set([0]);
        for (const node of seen)
          for (const direction of ['left', 'right', 'up', 'down'] as const)
            seen.add(neighbour(layout, node, direction));
        expect(seen.size).toBe(layout.x.length);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the camera', () => {
  const layout = layoutOf([500, 500]);

  it('zooms to a point, which stays where it is, and no further out than all', () => {
    const near = zoomed(WHOLE, 4, { x: 300, y: 100 }, layout, size);
    expect((300 - near.x) / near.scale).toBeCloseTo(300);
    expect((100 - near.y) / near.scale).toBeCloseTo(100);
    expect(zoomed(near, 0.001, { x: 0, y: 0 }, layout, size)).toEqual(WHOLE);
  });

  it('cannot be pushed off the map', () => {
    const near = zoomed(WHOLE, 4, { x: 300, y: 100 }, layout, size);
    const [left, right] = [panned(near, 1e6, 1e6, layout, size), panned(near, -1e6, -1e6, layout, size)];
    expect([left.x, left.y]).toEqual([0, 0]);
    expect(right.x).toBeCloseTo(size.width - near.scale * layout.width);
  });

  it('moves until a node is seen, and not when it is', () => {
    const near = zoomed(WHOLE, 8, { x: 0, y: 0 }, layout, size);
    const last = layout.x.length - 1;
    const moved = showing(near, last, layout, size);
    const left = moved.scale * layout.x[last]! + moved.x;
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left + moved.scale * layout.tileWidth).toBeLessThanOrEqual(size.width + 1e-6);
    expect(showing(moved, last, layout, size)).toBe(moved);
  });
});
