import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { distanceSinusoids, distancesDown, relativeShift, relativeSkew } from '../../../model/blocks/positions/transformer-xl.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('positions');
const int = (value: number) => ops.scalar(value, 'int64');

describe("Transformer-XL's relative positions", () => {
  test('the shift', () => {
    assertTensor(relativeShift(ops, golden.get('relative/shift_input')), golden.get('relative/shift_output'), EXACT);
  });

  test('sinusoids of clamped distances', () => {
    const distances = distancesDown(ops, int(8), int(0), 6);
    assert.deepEqual([...distances.data].map(Number), [6, 6, 6, 5, 4, 3, 2, 1, 0]);
    assertTensor(distanceSinusoids(ops, distances, 24), golden.get('relative/transfo_xl'), TOLERANCE);
  });

  test('the skew puts every distance under its key, on both sides', () => {
    const [queries, keys] = [3, 5];
    const distances = distancesDown(ops, int(keys), int(1 - queries), null); // 5 … −2
    const x = ops.tile(ops.reshape(ops.cast(distances, 'float32'), [1, 1, 1, -1]), [1, 1, queries, 1]);
    const skewed = relativeSkew(ops, x);
    for (let i = 0; i < queries; i++) {
      for (let j = 0; j < keys; j++)
        assert.equal(Number(skewed.data[i * (keys + queries - 1) + j]), i + (keys - queries) - j, `${i}, ${j}`);
    }
  });
});
