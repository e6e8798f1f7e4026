import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestOf, logSumExp, sharesOf } from '../../../model/predictions/shares.ts';

test('shares are the softmax of the row: four logits by hand', () => {
  // p = e^z / Σ e^z with z = ln 1, ln 2, ln 4, ln 1: 1/8, 2/8, 4/8, 1/8; entropy 1/8·3 + 1/4·2 + 1/2·1 + 1/8·3 = 1.75 bits
  const { top, asked, entropy, size } = sharesOf([0, Math.log(2), Math.log(4), 0], 2, [3, 9]);
  assert.equal(size, 4);
  assert.deepEqual(
    top.map(({ id, rank }) => [id, rank]),
    [
      [2, 0],
      [1, 1],
    ],
  );
  assert.ok(Math.abs(top[0]!.probability - 0.5) < 1e-12 && Math.abs(top[1]!.probability - 0.25) < 1e-12);
  assert.deepEqual(
    asked.map(({ id, rank }) => [id, rank]),
    [[3, 3]],
  );
  assert.ok(Math.abs(asked[0]!.probability - 0.125) < 1e-12);
  assert.ok(Math.abs(entropy - 1.75) < 1e-12);
});

test('large logits do not overflow, masked ones have no share', () => {
  const { top, entropy } = sharesOf([1000, 1000, Number.NEGATIVE_INFINITY], 3);
  const [first, second, masked] = top.map(({ probability }) => probability);
  assert.ok(Math.abs(first! - 0.5) < 1e-12 && Math.abs(second! - 0.5) < 1e-12 && masked === 0);
  assert.ok(Math.abs(entropy - 1) < 1e-12);
  assert.equal(logSumExp([Number.NEGATIVE_INFINITY]), Number.NEGATIVE_INFINITY);
});

test('the largest in order; equal ones by their number', () => {
  const row = Array.from({ length: 500 }, (_, i) => Math.sin(i * 12.9898) * 43758.5453 - Math.floor(Math.sin(i * 12.9898) * 43758.5453));
  const sorted = row.map((value, id) => ({ value, id })).sort((a, b) => b.value - a.value || a.id - b.id);
  assert.deepEqual(
    largestOf(row, 17),
    sorted.slice(0, 17).map(({ id }) => id),
  );
  assert.deepEqual(largestOf([3, 3, 3], 2), [0, 1]);
  assert.deepEqual(largestOf([3, 1], 0), []);
});
