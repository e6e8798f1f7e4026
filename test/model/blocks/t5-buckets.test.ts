import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { t5Buckets, t5LogBuckets } from '../../../model/blocks/positions/t5-buckets.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { classic, ops } from './blocks.ts';

const golden = classic('positions');
/** The golden distances are j − i; blocks take i − j. */
const distance = ops.reshape(ops.neg(golden.get('buckets/relative')), [1, 41]);

describe("T5's buckets", () => {
  for (const [buckets, longest] of [
    [32, 128],
    [8, 10],
  ] as const) {
    for (const [name, bothDirections] of [
      ['bidirectional', true],
      ['causal', false],
    ] as const) {
      test(`${buckets} buckets up to ${longest}, ${name}`, () => {
        const found = t5Buckets(ops, distance, { buckets, longest, bothDirections });
        assertTensor(ops.reshape(found, [41]), golden.get(`buckets/t5_${name}_${buckets}_${longest}`), EXACT);
      });
    }
  }

  test('every bucket of one side is used once the distances reach the longest', () => {
    assert.deepEqual([...new Set(t5LogBuckets(16, 128))], [...Array(16).keys()]);
    assert.equal(t5LogBuckets(16, 128).at(-1), 15);
  });
});
