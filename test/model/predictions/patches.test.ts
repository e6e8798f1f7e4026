/** Patches of a picture covered: which pixels change, to what, and how squares lie. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { edited } from '../../../model/predictions/edits.ts';
import { type Cover, covered, patchSquares } from '../../../model/predictions/patches.ts';
import { tensor } from '../../../model/tensor.ts';

// 2 channels, 5 × 7 pixels, 2 × 3 patches of 2 × 2: one row and one column of pixels lie in no patch.
const grid = { rows: 2, columns: 3, width: 2, height: 2 };
const values = Float32Array.from({ length: 70 }, (_, i) => (i * i) % 31);
const pixels = tensor('float32', [1, 2, 5, 7], values);
const cover = (colour: Cover['colour']): Cover => ({ how: 'cover', colour, grid });
const at = (c: number, y: number, x: number) => (c * 5 + y) * 7 + x;
/** Pixels of the patch in row 1, column 2. */
const INSIDE = [0, 1].map((c) => [at(c, 2, 4), at(c, 2, 5), at(c, 3, 4), at(c, 3, 5)]);

describe('covered patches', () => {
  it('changes the pixels of the patch and no others, and leaves the original alone', () => {
    const { data } = covered(pixels, [5], cover('zero'));
    const inside = new Set(INSIDE.flat());
    data.forEach((value, i) => {
      assert.equal(value, inside.has(i) ? 0 : (i * i) % 31, `value ${i}`);
    });
    assert.equal(values[INSIDE[0]![0]!], INSIDE[0]![0]! ** 2 % 31);
  });
  it('covers with the mean of each channel, of the picture or of the square', () => {
    const mean = (places: readonly number[]) => places.reduce((sum, i) => sum + ((i * i) % 31), 0) / places.length;
    const channel = (c: number) => Array.from({ length: 35 }, (_, i) => c * 35 + i);
    for (const c of [0, 1]) {
      for (const place of INSIDE[c]!) {
        assert.equal(covered(pixels, [5], cover('mean')).data[place], Math.fround(mean(channel(c))));
        assert.equal(covered(pixels, [5], cover('own')).data[place], Math.fround(mean(INSIDE[c]!)));
      }
    }
  });
  it('refuses patches that do not lie in the picture, and runs without one', () => {
    assert.throws(() => covered(pixels, [0], { ...cover('zero'), grid: { ...grid, rows: 3 } }), { code: 'shape' });
    assert.throws(() => edited({ ids: [1, 2] }, [0], cover('zero')), { code: 'input' });
  });
});

describe('squares of patches', () => {
  it('hold every patch once, smaller at the edges', () => {
    assert.deepEqual(patchSquares({ rows: 3, columns: 3 }, 2), [[0, 1, 3, 4], [2, 5], [6, 7], [8]]);
    assert.deepEqual(patchSquares({ rows: 2, columns: 3 }, 1).flat(), [0, 1, 2, 3, 4, 5]);
  });
});
