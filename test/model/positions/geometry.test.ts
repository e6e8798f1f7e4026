import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likenessOf, meanByDistance, rotaryDecay } from '../../../model/positions/geometry.ts';
import { matrixOf } from '../../../model/positions/matrix.ts';
import { principalComponents } from '../../../model/positions/pca.ts';
import { classic } from '../blocks/blocks.ts';
import { assertClose } from '../compare.ts';

const table = matrixOf(classic('positions').get('sinusoid/interleaved'));
const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
});

describe('geometry of positions', () => {
  it('the products of sinusoids depend on the distance alone, and are what their formula says', () => {
    const { data, rows } = likenessOf(table, 'dot');
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        const expected = Array.from({ length: 12 }, (_, c) => Math.cos((i - j) * 10_000 ** (-c / 12))).reduce((a, b) => a + b);
        assert.ok(Math.abs(data[i * rows + j]! - expected) < 1e-4, `${i}, ${j}`);
      }
    }
  });

  it('cosine and distance follow from products', () => {
    const rows = matrix([
      [3, 4],
      [4, -3],
      [6, 8],
    ]);
    assertClose(likenessOf(rows, 'cosine').data, Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1), { rtol: 0, atol: 1e-6 });
    const root = Math.sqrt(50);
    const far = Math.sqrt(4 + 121);
    assertClose(likenessOf(rows, 'distance').data, Float32Array.of(0, root, 5, root, 0, far, 5, far, 0), { rtol: 1e-6, atol: 1e-6 });
  });

  it('means along diagonals, without what is hidden; queries stand at the end of the keys', () => {
    const map = matrix([
      [1, 2, Number.NEGATIVE_INFINITY],
      [3, 4, 5],
    ]);
    const { distances, means, counts } = meanByDistance(map, Number.isFinite);
    assert.deepEqual(
      [distances, means, counts],
      [
        [-2, -1, 0],
        [3, 2.5, 3.5],
        [1, 2, 2],
      ],
    );
  });

  it('rotation alone: the mean of the cosines', () => {
    const decay = rotaryDecay([1, 0.1], 2);
    assert.equal(decay[0], 1);
    assert.ok(Math.abs(decay[2]! - (Math.cos(2) + Math.cos(0.2)) / 2) < 1e-12);
  });

  it('principal components of rows that lie in a plane', () => {
    const [u, v] = [
      [1, 2, 2],
      [2, 1, -2],
    ];
    const coordinates = [
      [4, 0],
      [-4, 0],
      [0, 1],
      [0, -1],
    ];
    const rows = matrix(coordinates.map(([a, b]) => u!.map((x, i) => 7 + (a! * x) / 3 + (b! * v![i]!) / 3)));
    const { places, explained } = principalComponents(rows)!;
    assertClose(Float32Array.from(explained), Float32Array.of(32 / 34, 2 / 34), { rtol: 1e-6, atol: 0 });
    coordinates.forEach(([a, b], i) => {
      assert.ok(Math.abs(Math.abs(places[2 * i]!) - Math.abs(a!)) < 1e-4 && Math.abs(Math.abs(places[2 * i + 1]!) - Math.abs(b!)) < 1e-4);
    });
    assert.equal(principalComponents(matrix([[1, 2]])), null);
    assert.equal(principalComponents(matrix([[1], [1], [1]])), null);
  });
});
