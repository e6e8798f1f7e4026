import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceOf } from '../../../webview/engine/difference.ts';
import { gradeOf, worstFirst, worstOf } from '../../../webview/state/agreement.ts';

test('a difference is measured by the largest value; what is no number is hidden behind none', () => {
  assert.deepEqual(differenceOf([1, -4, 2], [1, -4.5, 2]), { largest: 0.5, scale: 4.5 });
  assert.deepEqual(differenceOf([3n, 4n], [3n, 5n]), { largest: 1, scale: 5 });
  assert.deepEqual(differenceOf([Number.NEGATIVE_INFINITY, 1], [Number.NEGATIVE_INFINITY, 1]), { largest: 0, scale: 1 });
  assert.ok(Number.isNaN(differenceOf([Number.NaN, 1], [0, 1]).largest));
  assert.ok(Number.isNaN(differenceOf([0, 1], [Number.POSITIVE_INFINITY, 1]).largest));
  assert.ok(Number.isNaN(differenceOf([1], [1, 2]).largest));
});

test('three grades, by the share of the largest value', () => {
  assert.equal(gradeOf({ largest: 0, scale: 0 }), 'close');
  assert.equal(gradeOf({ largest: 1e-3, scale: 100 }), 'close');
  assert.equal(gradeOf({ largest: 1e-3, scale: 1 }), 'loose');
  assert.equal(gradeOf({ largest: 0.1, scale: 1 }), 'far');
  assert.equal(gradeOf({ largest: Number.NaN, scale: 1 }), 'far');
  assert.equal(gradeOf({ largest: 1e-9, scale: 0 }), 'far');
});

test('the worst comes first, and no number before every number', () => {
  const made = [1e-6, Number.NaN, 1e-3].map((largest) => ({ largest, scale: 1 }));
  assert.deepEqual(
    worstFirst(made).map(({ largest }) => largest),
    [Number.NaN, 1e-3, 1e-6],
  );
  assert.equal(worstOf({ sites: [], outputs: [], steps: [] }), null);
});
