/** Operators that take several elements to one. Axes left out: all; reduced axes stay with length 1 unless `keepdims` is 0. */
import type { Interpreter } from '../ops.ts';
import { type Integers, one, optionalIntegers } from './constants.ts';

export interface ReduceOptions {
  keepdims?: 0 | 1;
}

type Reduce<T> = (x: T, axes?: Integers<T> | null, options?: ReduceOptions) => T;

export interface Reductions<T> {
  reduceMean: Reduce<T>;
  reduceSum: Reduce<T>;
  reduceMax: Reduce<T>;
  reduceMin: Reduce<T>;
  reduceProd: Reduce<T>;
  /** √Σx² */
  reduceL2: Reduce<T>;
  /** Index (int64) of the largest element along an axis */
  argMax(x: T, options?: { axis?: number; keepdims?: 0 | 1 }): T;
  /** Index (int64) of the smallest element along an axis */
  argMin(x: T, options?: { axis?: number; keepdims?: 0 | 1 }): T;
  /** Running sum along an axis */
  cumSum(x: T, axis: number, options?: { exclusive?: 0 | 1; reverse?: 0 | 1 }): T;
  /** The k largest along an axis, largest first: values and indices (int64) */
  topK(x: T, k: number | T, options?: { axis?: number; largest?: 0 | 1; sorted?: 0 | 1 }): [T, T];
}

/** The reductions of an interpreter. */
export function reductions<T>(i: Interpreter<T>): Reductions<T> {
  const reduce =
    (op: string): Reduce<T> =>
    (x, axes = null, { keepdims } = {}) =>
      one(i, op, [x, optionalIntegers(i, axes)], { keepdims });
  const vector = (value: number | T): T => optionalIntegers(i, typeof value === 'number' ? [value] : value) as T;
  return {
    reduceMean: reduce('ReduceMean'),
    reduceSum: reduce('ReduceSum'),
    reduceMax: reduce('ReduceMax'),
    reduceMin: reduce('ReduceMin'),
    reduceProd: reduce('ReduceProd'),
    reduceL2: reduce('ReduceL2'),
    argMax: (x, options = {}) => one(i, 'ArgMax', [x], options),
    argMin: (x, options = {}) => one(i, 'ArgMin', [x], options),
    cumSum: (x, axis, options = {}) => one(i, 'CumSum', [x, vector(axis)], options),
    topK: (x, k, options = {}) => i.apply('TopK', [x, vector(k)], options, 2) as [T, T],
  };
}
