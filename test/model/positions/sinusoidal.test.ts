import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameAdded } from '../../../model/positions/added.ts';
import { recogniseGridSinusoid } from '../../../model/positions/grid-sinusoidal.ts';
import { matrixOf } from '../../../model/positions/matrix.ts';
import { recogniseSinusoid, sinusoidFormula } from '../../../model/positions/sinusoidal.ts';
import { classic } from '../blocks/blocks.ts';

const golden = classic('positions');
const table = (name: string) => matrixOf(golden.get(`sinusoid/${name}`));
const ORIGIN = { where: 'x', side: 'source', picture: false, interpolated: false, stored: null } as const;

describe('sinusoidal tables, recognised by their numbers', () => {
  const CASES = [
    ['interleaved', 'interleaved', '2i/D', 0],
    ['half_split_2i_D', 'half', '2i/D', 0],
    ['half_split_i_half', 'half', 'i/(D/2-1)', 0],
  ] as const;
  for (const [name, layout, exponent, first] of CASES) {
    it(name, () => {
      assert.deepEqual(recogniseSinusoid(table(name)), { width: 24, layout, exponent, sineFirst: true, first });
    });
  }

  it('is told from a table that differs in one number', () => {
    const { rows, columns, data } = table('interleaved');
    const other = data.slice();
    other[5 * columns + 3]! += 0.01;
    assert.equal(recogniseSinusoid({ rows, columns, data: other }), null);
  });

  it('takes the grid of patches', () => {
    assert.equal(recogniseGridSinusoid(table('grid_3x5')), 5);
    assert.equal(recogniseGridSinusoid(table('interleaved')), null);
  });

  it('writes the formula with the width of the model', () => {
    const found = recogniseSinusoid(table('half_split_i_half'))!;
    assert.equal(sinusoidFormula(found)[0], 'PE(pos, i) = sin(pos / 10000^(i/11))');
  });

  it('says what a table is that nothing is known of, and nothing of one whose rows are the same', () => {
    const data = Float32Array.from({ length: 12 }, (_, i) => Math.sqrt(i));
    assert.equal(nameAdded({ rows: 3, columns: 4, data }, ORIGIN)!.words, 'added to the embedding: table [3, 4]');
    assert.equal(nameAdded({ rows: 3, columns: 4, data: data.map((_, i) => i % 4) }, ORIGIN), null);
  });
});
