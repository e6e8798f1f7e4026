import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alibiBias, alibiSlopes, mptSlopes } from '../../../model/blocks/positions/alibi.ts';
import { assertTensor } from '../compare.ts';
import { classic, ops, TOLERANCE } from './blocks.ts';

const golden = classic('positions');

describe('ALiBi', () => {
  for (const heads of [3, 4, 5, 8, 12]) {
    test(`slopes of ${heads} heads, the paper's and MPT's`, () => {
      assertTensor(ops.floats(alibiSlopes(heads)), golden.get(`alibi/bloom_${heads}`), TOLERANCE, 'paper');
      assertTensor(ops.floats(mptSlopes(heads)), golden.get(`alibi/mpt_${heads}`), TOLERANCE, 'MPT');
    });
  }

  test('the bias by the position of the key gives the weights of the bias by distance', () => {
    const slopes = alibiSlopes(3);
    const scores = golden.get('relative/shift_input'); // [1, 2, 4, 9]
    const [queries, keys] = [4, 9];
    const distance = Array.from({ length: queries * keys }, (_, n) => Math.floor(n / keys) + 5 - (n % keys));
    const byDistance = slopes.slice(0, 2).flatMap((slope) => distance.map((d) => -slope * d));
    const bias = alibiBias(ops, ops.reshape(ops.range(0, keys), [1, keys]), slopes.slice(0, 2));
    assert.deepEqual([...bias.shape], [1, 2, 1, 9]);
    const expected = ops.softmax(ops.add(scores, ops.floats(byDistance, [1, 2, queries, keys])));
    assertTensor(ops.softmax(ops.add(scores, bias)), expected, TOLERANCE);
  });

  test("MPT's largest exponent may be another", () => assert.deepEqual(mptSlopes(4, 16), [2 ** -4, 2 ** -8, 2 ** -12, 2 ** -16]));
});
