/** Pooling: every area shows its largest cell, whatever the sizes, and nothing that its queries cannot see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmpty, poolMax } from '../../../webview/draw/cells.ts';

const [rows, columns] = [37, 53];
const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 12.9898) * 0.9);

/** The plain way: look at every cell of the area. */
function largest(row: number, column: number, R: number, C: number, sees: (r: number, c: number) => boolean): number {
  let top = 0;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const inside = Math.floor((r * R) / rows) === row && Math.floor((c * C) / columns) === column;
      const weight = data[r * columns + c]!;
      if (inside && sees(r, c) && Math.abs(weight) > Math.abs(top)) top = weight;
    }
  }
  return top;
}

for (const [R, C] of [
  [5, 7],
  [37, 11],
  [36, 52],
  [1, 1],
] as const) {
  test(`${rows} × ${columns} cells pooled to ${R} × ${C}, with signs`, () => {
    const pooled = poolMax({ data, rows, columns }, R, C);
    for (let r = 0; r < R; r++)
      for (let c = 0; c < C; c++)
        assert.equal(
          pooled.data[r * C + c],
          largest(r, c, R, C, () => true),
          `${r}, ${c}`,
        );
  });

  test(`what lies behind a row's end does not count: ${R} × ${C}`, () => {
    const ends = (row: number) => row + 17;
    const pooled = poolMax({ data, rows, columns }, R, C, ends);
    for (let r = 0; r < R; r++)
      for (let c = 0; c < C; c++)
        assert.equal(
          pooled.data[r * C + c],
          largest(r, c, R, C, (y, x) => x < ends(y)),
          `${r}, ${c}`,
        );
  });
}

test('a cell is empty behind its row’s end, and where the predicate says so', () => {
  const paint = { colours: new Uint8ClampedArray(1024), scale: 'linear', top: () => 1 } as const;
  assert.equal(isEmpty(paint, 3, 9), false);
  assert.equal(isEmpty({ ...paint, ends: (row) => row + 1 }, 3, 3), false);
  assert.equal(isEmpty({ ...paint, ends: (row) => row + 1 }, 3, 4), true);
  assert.equal(isEmpty({ ...paint, empty: (row, column) => row === column }, 4, 4), true);
});
