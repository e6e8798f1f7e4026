import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor } from '../../model/tensor.ts';
import { assertClose, assertTensor, EXACT, findDifference, largestError } from './compare.ts';

const loose = { rtol: 1e-2, atol: 1e-2 };

test('equal lists pass, also with NaN and infinities at the same places', () => {
  assertClose([1, Number.NaN, Number.POSITIVE_INFINITY, -0], [1, Number.NaN, Number.POSITIVE_INFINITY, 0], EXACT);
  assertClose([1n, -(2n ** 63n)], [1n, -(2n ** 63n)], EXACT);
});

test('a NaN on either side fails, whatever the tolerance', () => {
  assert.throws(() => assertClose([Number.NaN], [1], loose), /NaN, expected 1/);
  assert.throws(() => assertClose([1], [Number.NaN], loose), /1, expected NaN/);
});

test('an infinity fails against a finite value and against the other infinity', () => {
  const inf = Number.POSITIVE_INFINITY;
  assert.throws(() => assertClose([inf], [1e30], { rtol: inf, atol: 0 }));
  assert.throws(() => assertClose([1e30], [inf], loose));
  assert.throws(() => assertClose([-inf], [inf], loose));
});

test('another length fails', () => {
  assert.throws(() => assertClose([1, 2], [1], loose), /length: 2 values, expected 1/);
  assert.throws(() => largestError([], [1]), /length/);
});

test('the tolerance is atol + rtol · |expected|, and not a bit more', () => {
  assert.equal(findDifference([1.5], [1], { rtol: 0.25, atol: 0.25 }), null);
  assert.notEqual(findDifference([1.5000001], [1], { rtol: 0.25, atol: 0.25 }), null);
  assert.throws(() => findDifference([1], [1], { rtol: Number.NaN, atol: 0 }), /rtol NaN/);
});

test('the message has the index, both values, the count and the largest error', () => {
  assert.throws(
    () => assertClose([0, 0, 5, 0, 9, 0], [0, 0, 4, 0, 1, 0], { rtol: 0, atol: 0.5 }, 'weights', [2, 3]),
    /weights\[0, 2\] is 5, expected 4 .*; 2 of 6 are out of tolerance, largest error 8/,
  );
});

test('large bigints are compared as integers, not as doubles', () => {
  const difference = findDifference([2n ** 60n + 1n], [2n ** 60n], EXACT);
  assert.equal(difference?.largest, 1);
});

test('tensors must agree in dtype and shape; integers are exact', () => {
  const a = tensor('int32', [2], Int32Array.of(1, 2));
  assertTensor(a, tensor('int32', [2], Int32Array.of(1, 2)), loose);
  assert.throws(() => assertTensor(a, tensor('int32', [1, 2], Int32Array.of(1, 2)), loose), /shape/);
  assert.throws(() => assertTensor(a, tensor('uint32', [2], Uint32Array.of(1, 2)), loose), /dtype/);
  const large = tensor('int32', [1], Int32Array.of(1000));
  assert.throws(() => assertTensor(tensor('int32', [1], Int32Array.of(1001)), large, loose), /1001, expected 1000/);
});
