import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gridRotaryTables } from '../../../model/blocks/positions/rotary-grid.ts';
import { gridSinusoids } from '../../../model/blocks/positions/sinusoidal-grid.ts';
import { assertTensor } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const [rows, columns] = [ops.integers([3]), ops.integers([5])];

describe('positions of a grid', () => {
  test('sinusoids: columns in the first half of the width, rows in the second', () => {
    const golden = classic('positions').get('sinusoid/grid_3x5');
    const width = golden.shape.at(-1)!;
    const ofThree = gridSinusoids(ops, rows, rows, width, 3); // three rows and columns, as trained
    const table = ops.reshape(golden, [3, 5, width]);
    assertTensor(ops.reshape(ofThree, [3, 3, width]), ops.slice(table, [0], [3], [1]), TOLERANCE);
  });

  test('sinusoids: a grid twice as fine is stretched over the same range', () => {
    const fine = ops.reshape(gridSinusoids(ops, ops.integers([6]), ops.integers([6]), 24, 3), [6, 6, 24]);
    const everySecond = ops.slice(fine, [0, 0], [6, 6], [0, 1], [2, 2]);
    assertTensor(everySecond, ops.reshape(gridSinusoids(ops, rows, rows, 24, 3), [3, 3, 24]), TOLERANCE);
  });

  test('rotary: the middle is not turned; rows turn the first pairs, columns the others', () => {
    const { cos, sin } = gridRotaryTables(ops, rows, columns, 8, 100);
    const at = (row: number, column: number, pair: number): number => Number(sin.data[(row * 5 + column) * 8 + pair]);
    assert.deepEqual([...cos.shape], [1, 15, 8]);
    const middle = [...sin.data].slice(7 * 8, 8 * 8).map(Number);
    assert.ok(middle.every((value) => Math.abs(value) < 1e-6));
    assert.equal(at(0, 0, 0), at(0, 4, 0));
    assert.equal(at(0, 0, 2), at(2, 0, 2));
    assert.ok(Math.abs(at(0, 0, 1) - Math.sin(2 * Math.PI * (-2 / 3) * 0.1)) < 1e-6);
    assert.throws(() => gridRotaryTables(ops, rows, columns, 6, 100), /need 4 to divide the head size; it is 6/);
  });
});
