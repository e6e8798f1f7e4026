/**
 * The comparator of the tests: expected and actual numbers, with the tolerance said.
 *
 * |actual − expected| ≤ atol + rtol · |expected| for every element. NaN equals only NaN, ±∞ only the same infinity, and the lengths must be
 * the same. Integers (bigint or integer dtypes) are compared exactly.
 */
import assert from 'node:assert/strict';
import type { Tensor } from '../../model/tensor.ts';

export type Numbers = ArrayLike<number> | ArrayLike<bigint>;

export interface Tolerance {
  /** Allowed error as a part of the expected value. */
  readonly rtol: number;
  /** Allowed error besides. */
  readonly atol: number;
}

export const EXACT: Tolerance = { rtol: 0, atol: 0 };

export interface Difference {
  /** First element out of tolerance. */
  readonly index: number;
  readonly expected: number | bigint;
  readonly actual: number | bigint;
  /** How many elements are out of tolerance. */
  readonly count: number;
  /** The largest error of all elements; ∞ where a NaN or an infinity stands against something else. */
  readonly largest: number;
}

/** Error of one element: 0 for the same value (NaN and NaN, ∞ and ∞), ∞ where only one of them is finite or a number. */
function errorOf(expected: number | bigint, actual: number | bigint): number {
  if (Object.is(expected, actual) || expected === actual) return 0;
  if (typeof expected === 'bigint' && typeof actual === 'bigint') return Number(expected > actual ? expected - actual : actual - expected);
  const error = Math.abs(Number(actual) - Number(expected));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/**
 * The first difference, or null where all is within tolerance.
 * @throws AssertionError when the lengths differ or the tolerance is no number ≥ 0
 */
export function findDifference(actual: Numbers, expected: Numbers, { rtol, atol }: Tolerance): Difference | null {
  assert.ok(rtol >= 0 && atol >= 0, `rtol ${rtol} and atol ${atol} must be numbers of at least 0`);
  assert.equal(actual.length, expected.length, `length: ${actual.length} values, expected ${expected.length}`);
  let first = -1;
  let count = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const want = expected[i]!;
    const error = errorOf(want, actual[i]!);
    if (error > largest) largest = error;
    const size = Math.abs(Number(want));
    const allowed = Number.isFinite(size) ? atol + rtol * size : 0;
    if (error <= allowed && error < Number.POSITIVE_INFINITY) continue;
    if (first < 0) first = i;
    count++;
  }
  return first < 0 ? null : { index: first, expected: expected[first]!, actual: actual[first]!, count, largest };
}

/** Largest error of two lists of the same length; ∞ where a NaN or an infinity stands against something else. */
export function largestError(actual: Numbers, expected: Numbers): number {
  assert.equal(actual.length, expected.length, `length: ${actual.length} values, expected ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, errorOf(expected[i]!, actual[i]!));
  return largest;
}

/** The index along each axis of a flat index. */
function unravel(index: number, shape: readonly number[]): number[] {
  const place = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = index % shape[axis]!;
    index = Math.floor(index / shape[axis]!);
  }
  return place;
}

/**
 * Asserts that two lists of numbers are equal within a tolerance.
 * @throws AssertionError with the index, both values and the largest error
 */
export function assertClose(actual: Numbers, expected: Numbers, tolerance: Tolerance, what = 'values', shape?: readonly number[]): void {
  const difference = findDifference(actual, expected, tolerance);
  if (difference === null) return;
  const { index, count, largest } = difference;
  const place = shape ? `[${unravel(index, shape).join(', ')}]` : `[${index}]`;
  assert.fail(
    `${what}${place} is ${difference.actual}, expected ${difference.expected} (rtol ${tolerance.rtol}, atol ${tolerance.atol}); ` +
      `${count} of ${expected.length} are out of tolerance, largest error ${largest}`,
  );
}

const FLOATS = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** Asserts that two tensors have the same dtype and shape, and the same values: exactly for integers and booleans, within `tolerance` for floats. */
export function assertTensor(actual: Tensor, expected: Tensor, tolerance: Tolerance, what = 'tensor'): void {
  assert.equal(actual.dtype, expected.dtype, `${what}: dtype`);
  assert.deepEqual([...actual.shape], [...expected.shape], `${what}: shape`);
  const allowed = FLOATS.has(expected.dtype) ? tolerance : EXACT;
  assertClose(actual.data, expected.data, allowed, what, expected.shape);
}
