import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site } from '../../../webview/state/types.ts';
import { byLayer, inOrder, placeAt, walk } from '../../../webview/views/heads/layout.ts';
import { kept, windowFrom } from '../../../webview/views/lines/keep.ts';
import { cellAt, drag, fitCell, reveal, within, zoomAt } from '../../../webview/views/matrix/geometry.ts';

const FRAME = { left: 60, top: 40, width: 400, height: 300 };
const SIZE = { rows: 100, columns: 120 };

test('everything is seen at first; zoom keeps the point under the pointer', () => {
  const all = within({ x: 0, y: 0, cell: 0 }, SIZE, FRAME);
  assert.equal(all.cell, fitCell(SIZE, FRAME));
  const before = cellAt(all, 60 + 200, 40 + 100, SIZE, FRAME)!;
  const zoomed = zoomAt(all, 5, 200, 100, SIZE, FRAME);
  assert.deepEqual(cellAt(zoomed, 60 + 200, 40 + 100, SIZE, FRAME), before);
  assert.ok(zoomed.cell > all.cell * 4.9);
});

test('a drag stops at the edges', () => {
  const zoomed = zoomAt(within({ x: 0, y: 0, cell: 0 }, SIZE, FRAME), 5, 0, 0, SIZE, FRAME);
  assert.equal(drag(zoomed, 500, 500, SIZE, FRAME).x, 0);
  const far = drag(zoomed, -99999, -99999, SIZE, FRAME);
  assert.ok(Math.abs(far.x + FRAME.width / far.cell - SIZE.columns) < 1e-9);
});

test('revealing moves no further than it must', () => {
  const zoomed = within({ x: 10, y: 10, cell: 20 }, SIZE, FRAME);
  assert.equal(reveal(zoomed, 12, 12, SIZE, FRAME).x, 10);
  assert.equal(reveal(zoomed, 12, 3, SIZE, FRAME).x, 3);
  const right = reveal(zoomed, 12, 99, SIZE, FRAME);
  assert.ok(Math.abs(right.x + FRAME.width / 20 - 100) < 1e-9);
});

test('no cell outside the map', () => {
  const all = within({ x: 0, y: 0, cell: 0 }, { rows: 3, columns: 3 }, FRAME);
  assert.equal(cellAt(all, 10, 10, { rows: 3, columns: 3 }, FRAME), null);
  assert.equal(cellAt(all, 60 + all.cell * 3 + 1, 50, { rows: 3, columns: 3 }, FRAME), null);
});

const site = (layer: number, heads: number, kvHeads = heads) => ({ kind: 'self', layer, heads, kvHeads, run: { heads } }) as Site;

for (const [layers, heads, width] of [
  [4, 4, 190],
  [12, 12, 320],
  [48, 25, 320],
] as const) {
  test(`${layers} × ${heads} heads: each has its own square, found again by the pointer, none on another`, () => {
    const layout = byLayer(
      Array.from({ length: layers }, (_, layer) => site(layer, heads)),
      width,
    );
    assert.equal(layout.places.length, layers * heads);
    assert.ok(layout.size >= 15);
    for (const place of layout.places) assert.equal(placeAt(layout, place.x + layout.size / 2, place.y + layout.size / 2), place);
    const xs = [...new Set(layout.places.map((p) => p.x))].sort((a, b) => a - b);
    for (let i = 1; i < xs.length; i++) assert.ok(xs[i]! - xs[i - 1]! >= layout.size);
  });
}

test('query heads that share a key head stand together, with a bracket each', () => {
  const layout = byLayer([site(0, 8, 2)], 320);
  assert.equal(layout.groups.length, 2);
  const gap = (i: number) => layout.places[i + 1]!.x - layout.places[i]!.x - layout.size;
  assert.ok(gap(3) > gap(2) && gap(2) === gap(0));
});

test('arrow keys walk the grid and stop at its edge', () => {
  const layout = byLayer([site(0, 4), site(1, 4)], 190);
  assert.equal(walk(layout, 0, 'ArrowRight'), 1);
  assert.equal(walk(layout, 0, 'ArrowDown'), 4);
  assert.equal(walk(layout, 0, 'ArrowUp'), 0);
  assert.equal(walk(layout, 5, 'Home'), 0);
  assert.equal(walk(layout, 5, 'End'), 7);
  assert.equal(
    inOrder(
      layout.places.map((p) => p.ref),
      190,
    ).places.length,
    8,
  );
});

test('lines: the largest few, or as many as carry the mass', () => {
  const row = Float32Array.from([0.5, 0, 0.3, 0.15, 0.05]);
  assert.deepEqual(kept(row, 0, 5, { linesKeep: 'top', linesTop: 2, linesMass: 1 }), [0, 2]);
  assert.deepEqual(kept(row, 0, 5, { linesKeep: 'mass', linesTop: 2, linesMass: 0.8 }), [0, 2]);
  assert.deepEqual(kept(row, 0, 5, { linesKeep: 'mass', linesTop: 2, linesMass: 0.9 }), [0, 2, 3]);
  assert.deepEqual(kept(row, 0, 5, { linesKeep: 'mass', linesTop: 2, linesMass: 1 }), [0, 2, 3, 4]);
});

test('the window of lines follows and stays inside', () => {
  assert.equal(windowFrom(50, 100, 20), 40);
  assert.equal(windowFrom(2, 100, 20), 0);
  assert.equal(windowFrom(99, 100, 20), 80);
  assert.equal(windowFrom(3, 5, 20), 0);
});
