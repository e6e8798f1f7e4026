import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { poolByMaximum, rowSumError } from '../../../webview/engine/rows.ts';

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, expected ${expected}`);

describe('rowSumError', () => {
  it('is the largest distance of a row from 1', () => {
    near(rowSumError(Float32Array.of(0.5, 0.5, 0.25, 0.5, 0.75, 0.5), 2, false), 0.25);
  });

  it('passes over rows that see nothing', () => {
    assert.equal(rowSumError(Float32Array.of(0, 0, 1, 0), 2, false), 0);
  });

  it('allows a sink to take from a row, not to give', () => {
    assert.equal(rowSumError(Float32Array.of(0.1, 0.2), 2, true), 0);
    near(rowSumError(Float32Array.of(0.6, 0.6), 2, true), 0.2);
  });

  it('never takes NaN for no error', () => {
    assert.ok(Number.isNaN(rowSumError(Float32Array.of(0.5, 0.5, Number.NaN, 0, 0.4, 0.4), 2, false)));
  });
});

describe('poolByMaximum', () => {
  it('leaves small weights as they are', () => {
    const weights = Float32Array.of(0.1, 0.9, 0, 0.3, 0.3, 0.4);
    assert.deepEqual(poolByMaximum(weights, 1, 2, 3), { rows: 2, columns: 3, data: weights });
  });

  it('keeps a thin diagonal and puts every weight into one cell', () => {
    const [T, S] = [70, 45];
    const weights = new Float32Array(2 * T * S);
    for (let t = 0; t < T; t++) weights[T * S + t * S + Math.floor((t * S) / T)] = 1;
    weights[3 * S + 44] = 0.5;
    const { rows, columns, data } = poolByMaximum(weights, 2, T, S);
    // 70 rows in cells of 3, 45 columns in cells of 2.
    assert.deepEqual([rows, columns, data.length], [24, 23, 2 * 24 * 23]);
    const first = data.subarray(0, 24 * 23);
    assert.equal(first.indexOf(0.5), 1 * 23 + 22);
    assert.equal(
      first.reduce((sum, x) => sum + x, 0),
      0.5,
    );
    for (let r = 24; r < 48; r++) assert.equal(Math.max(...data.subarray(r * 23, (r + 1) * 23)), 1, `row ${r}`);
  });
});
