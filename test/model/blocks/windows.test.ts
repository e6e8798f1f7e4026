/** Windows as the blocks cut them, against windows as pictures show them (`model/image`): two ways, one written for graphs, one for people. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { windowCuts } from '../../../model/blocks/windows.ts';
import { swinWindows } from '../../../model/image/windows.ts';
import { ops } from './blocks.ts';

const numbers = (data: ArrayLike<number | bigint>): number[] => Array.from(data, Number);

describe('windows of a grid', () => {
  for (const [rows, columns, size] of [
    [6, 6, 3],
    [7, 7, 3],
    [9, 8, 4],
    [8, 12, 4],
    [4, 6, 4],
    [5, 11, 2],
  ] as const) {
    const grid = { rows: ops.scalar(rows, 'int64'), columns: ops.scalar(columns, 'int64') };
    const cuts = windowCuts(ops, grid, size);
    const patch = { width: 4, height: 4 };

    test(`${rows} × ${columns} in windows of ${size}: straight and rolled`, () => {
      for (const [block, cut] of [cuts.straight, cuts.rolled].entries()) {
        const places = numbers(cut.places.data);
        const shown = swinWindows({ rows, columns, patch }, size, block).windows.flat();
        assert.deepEqual(
          places.map((place) => (place === rows * columns ? -1 : place)),
          shown,
        );
      }
    });

    test(`${rows} × ${columns} in windows of ${size}: every patch comes back to its place`, () => {
      for (const { places, back } of [cuts.straight, cuts.rolled]) {
        const flat = numbers(places.data);
        assert.deepEqual(
          numbers(back.data).map((place) => flat[place]),
          Array.from({ length: rows * columns }, (_, patchIndex) => patchIndex),
        );
      }
    });
  }

  test('a roll hides opposite edges from each other, and only those', () => {
    const grid = { rows: ops.scalar(6, 'int64'), columns: ops.scalar(6, 'int64') };
    const { straight, rolled } = windowCuts(ops, grid, 3);
    assert.equal(straight.visible, null);
    const [places, visible] = [numbers(rolled.places.data), numbers(rolled.visible!.data)];
    const near = (a: number, b: number): boolean => Math.abs(a - b) < 3;
    visible.forEach((sees, index) => {
      const [window, query, key] = [Math.floor(index / 81), Math.floor(index / 9) % 9, index % 9];
      const [from, to] = [places[window * 9 + query]!, places[window * 9 + key]!];
      const together = near(Math.floor(from / 6), Math.floor(to / 6)) && near(from % 6, to % 6);
      assert.equal(sees === 1, together, `window ${window}: patch ${from} and patch ${to}`);
    });
  });
});
