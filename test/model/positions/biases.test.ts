import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nameBias } from '../../../model/positions/biases.ts';
import { classic } from '../blocks/blocks.ts';
import { assertClose } from '../compare.ts';

const golden = classic('positions');
const T = 9;
const ORIGIN = { where: 'x', queries: T, table: null, longest: null, picture: false };

/** [H, T, T] */
function map(heads: number, value: (h: number, i: number, j: number) => number) {
  const data = Float32Array.from({ length: heads * T * T }, (_, at) => value(Math.floor(at / (T * T)), Math.floor(at / T) % T, at % T));
  return { heads, queries: T, keys: T, data };
}
const causal = (i: number, j: number, value: number) => (j > i ? Number.NEGATIVE_INFINITY : value);

describe('biases of the scores, by their numbers', () => {
  const slopes = golden.get('alibi/bloom_5').data as Float32Array;

  it('ALiBi, as a penalty of distances', () => {
    const bias = nameBias(
      map(5, (h, i, j) => causal(i, j, -slopes[h]! * (i - j))),
      ORIGIN,
    )!;
    assert.equal(bias.words, 'ALiBi');
    assertClose(bias.slopes!, slopes, { rtol: 1e-5, atol: 0 });
    assert.deepEqual([...bias.distances], [-8, -7, -6, -5, -4, -3, -2, -1, 0]);
  });

  it('ALiBi, as a number of each key', () => {
    const row = Float32Array.from({ length: 5 * T }, (_, at) => slopes[Math.floor(at / T)]! * (at % T));
    const bias = nameBias({ heads: 5, queries: 1, keys: T, data: row }, ORIGIN)!;
    assert.equal(bias.scheme, 'alibi');
    assertClose(bias.slopes!, slopes, { rtol: 1e-5, atol: 0 });
  });

  for (const name of ['t5_causal_8_10', 't5_bidirectional_8_10']) {
    it(`${name}: buckets`, () => {
      const buckets = golden.get(`buckets/${name}`).data;
      const relative = Array.from(golden.get('buckets/relative').data, Number);
      const table = { rows: 8, columns: 2, data: Float32Array.from({ length: 16 }, (_, i) => Math.sin(7 * i)) };
      const isCausal = name.includes('causal');
      const bucket = (distance: number) => Number(buckets[relative.indexOf(distance)]);
      const one = (h: number, i: number, j: number) => table.data[bucket(j - i) * 2 + h]!;
      const whole = map(2, (h, i, j) => (isCausal ? causal(i, j, one(h, i, j)) : one(h, i, j)));
      const bias = nameBias(whole, { ...ORIGIN, table, longest: 10 })!;
      assert.equal(bias.words, 'T5 buckets');
      assert.deepEqual([...bias.buckets!], Array.from(bias.distances, bucket));
      assert.equal(bias.distances[0], -10, 'all distances that the model tells apart');
      assert.equal(bias.distances.at(-1), isCausal ? 0 : 10);
      assertClose(
        bias.byDistance,
        Float32Array.from(
          bias.byDistance,
          (_, at) => table.data[bias.buckets![at % bias.distances.length]! * 2 + Math.floor(at / bias.distances.length)]!,
        ),
        { rtol: 0, atol: 0 },
      );
      const unknown = nameBias(whole, { ...ORIGIN, table, longest: 128 })!;
      assert.equal(unknown.distances.length, isCausal ? T : 2 * T - 1, 'a rule that the numbers deny is not drawn out');
    });
  }

  it('is nothing where there is a mask alone', () => {
    assert.equal(
      nameBias(
        map(1, (_, i, j) => (j > i ? -10_000 : 0)),
        ORIGIN,
      ),
      null,
    );
  });

  it('stays a map where it is no function of the distance', () => {
    const bias = nameBias(
      map(2, (h, i, j) => Math.sin(h + i * j)),
      ORIGIN,
    )!;
    assert.equal(bias.distances.length, 0);
    assert.equal(bias.map!.data.length, 2 * T * T);
  });
});
