/** Operators that pick elements by index, and put them back. Indices are int64 and may count from the end (−1 is the last). */
import { tensor } from '../../tensor.ts';
import type { Interpreter } from '../ops.ts';
import { type Integers, integers, type Operand, one, operand, tensorOf } from './constants.ts';

export interface Selections<T> {
  /** Entries of an axis (0 unless said): x [.., n, ..], indices [q..] → [.., q.., ..]; a plain number takes the axis away */
  gather(x: T, indices: Integers<T> | number, options?: { axis?: number }): T;
  /** One element for each index: x and indices of the same rank → shape of indices */
  gatherElements(x: T, indices: T, options?: { axis?: number }): T;
  /** Slices at index tuples: x, indices [.., k] → [.., rest of x's shape] */
  gatherND(x: T, indices: T, options?: { batch_dims?: number }): T;
  /** x with the elements at `indices` replaced by `updates` (or combined by `reduction`) */
  scatterElements(x: T, indices: T, updates: T, options?: { axis?: number; reduction?: 'none' | 'add' | 'mul' | 'max' | 'min' }): T;
  /** x with the slices at index tuples replaced by `updates` (or combined by `reduction`) */
  scatterND(x: T, indices: T, updates: T, options?: { reduction?: 'none' | 'add' | 'mul' | 'max' | 'min' }): T;
  /** Part of every axis in `axes` (the first ones unless said), from starts to ends (exclusive) in steps; negative counts from the end */
  slice(x: T, starts: Integers<T>, ends: Integers<T>, axes?: Integers<T> | null, steps?: Integers<T> | null): T;
  /** The upper (1, unless said) or lower (0) triangle of the last two axes, the rest 0; `k` moves the diagonal up */
  trilu(x: T, k?: number | T, options?: { upper?: 0 | 1 }): T;
  /** [.., n] → [.., n, depth]: `on` where the index is, else `off` (float32 1 and 0 unless said) */
  oneHot(indices: T, depth: number | T, values?: T | null, options?: { axis?: number }): T;
  /** Indices of all elements that are not 0: [rank, count], int64 */
  nonZero(x: T): T;
  /** start, start + delta, … up to, without, limit: int64 for plain numbers, else of the type of the values */
  range(start: number | T, limit: number | T, delta?: number | T): T;
  /** A tensor of one value (float32 0 unless said) */
  constantOfShape(shape: Integers<T>, value?: number): T;
  /** x with space around: `pads` has the begins of all axes (or of `axes`), then the ends */
  pad(
    x: T,
    pads: Integers<T>,
    value?: Operand<T> | null,
    axes?: Integers<T> | null,
    options?: { mode?: 'constant' | 'reflect' | 'edge' | 'wrap' },
  ): T;
}

/** The selections of an interpreter. */
export function selections<T>(i: Interpreter<T>): Selections<T> {
  const index = (value: number | T): T => (typeof value === 'number' ? i.constant(tensorOf([value], 'int64', [])) : value);
  const optional = (value: Integers<T> | null | undefined): T | null => (value === null || value === undefined ? null : integers(i, value));
  return {
    gather: (x, indices, { axis = 0 } = {}) =>
      one(i, 'Gather', [x, typeof indices === 'number' ? index(indices) : integers(i, indices as Integers<T>)], { axis }),
    gatherElements: (x, indices, { axis = 0 } = {}) => one(i, 'GatherElements', [x, indices], { axis }),
    gatherND: (x, indices, options = {}) => one(i, 'GatherND', [x, indices], options),
    scatterElements: (x, indices, updates, options = {}) => one(i, 'ScatterElements', [x, indices, updates], options),
    scatterND: (x, indices, updates, options = {}) => one(i, 'ScatterND', [x, indices, updates], options),
    slice: (x, starts, ends, axes = null, steps = null) =>
      one(i, 'Slice', [x, integers(i, starts), integers(i, ends), optional(axes), optional(steps)]),
    trilu: (x, k, { upper } = {}) => one(i, 'Trilu', [x, k === undefined ? null : index(k)], { upper }),
    oneHot: (indices, depth, values = null, options = {}) =>
      one(i, 'OneHot', [indices, index(depth), values ?? i.constant(tensorOf([0, 1], 'float32'))], options),
    nonZero: (x) => one(i, 'NonZero', [x]),
    range: (start, limit, delta = 1) => one(i, 'Range', [index(start), index(limit), index(delta)]),
    constantOfShape: (shape, value = 0) =>
      one(i, 'ConstantOfShape', [integers(i, shape)], { value: tensor('float32', [1], Float32Array.of(value)) }),
    pad: (x, pads, value = null, axes = null, { mode } = {}) =>
      one(i, 'Pad', [x, integers(i, pads), value === null ? null : operand(i, value), optional(axes)], { mode }),
  };
}
