/** Operators that move elements without changing them. */
import type { Interpreter } from '../ops.ts';
import { type Integers, integers, one } from './constants.ts';

export interface Shapes<T> {
  /** Axes in another order: `perm[n]` is the axis of x that becomes axis n; reversed when left out */
  transpose(x: T, perm?: readonly number[]): T;
  /** The same elements in another shape; 0 keeps the length at that place, −1 takes what is left */
  reshape(x: T, shape: Integers<T>): T;
  /** [product of the axes before `axis`, product of the rest] */
  flatten(x: T, options?: { axis?: number }): T;
  /** Without the axes of length 1 */
  squeeze(x: T, axes?: Integers<T> | null): T;
  /** With new axes of length 1 at these places of the result */
  unsqueeze(x: T, axes: Integers<T>): T;
  /** Joined along an axis */
  concat(values: readonly T[], options: { axis: number }): T;
  /** Cut along an axis (the first unless said) into these lengths, or into that many equal parts */
  split(x: T, parts: readonly number[] | number, options?: { axis?: number }): T[];
  /** Stretched to this shape as in broadcasting; 1 keeps a length */
  expand(x: T, shape: Integers<T>): T;
  /** Repeated that often along every axis */
  tile(x: T, repeats: Integers<T>): T;
  /** The shape as an int64 vector; `start` and `end` take a part of it */
  shape(x: T, options?: { start?: number; end?: number }): T;
  /** Length of one axis as an int64 vector [1], ready to be joined into a shape */
  dimension(x: T, axis: number): T;
  /** Number of elements, int64 [] */
  size(x: T): T;
  /** [B, C, h, w] → [B, C / n², h·n, w·n] */
  depthToSpace(x: T, options: { blocksize: number; mode?: 'DCR' | 'CRD' }): T;
  /** [B, C, h, w] → [B, C·n², h / n, w / n] */
  spaceToDepth(x: T, options: { blocksize: number }): T;
  /** x at another size: `sizes` (int64, one an axis), or `scales` (float32, one an axis) with `sizes` null */
  resize(x: T, scales: T | null, sizes: Integers<T> | null, options?: Resize): T;
}

export interface Resize {
  mode?: 'nearest' | 'linear' | 'cubic';
  coordinate_transformation_mode?: 'half_pixel' | 'half_pixel_symmetric' | 'pytorch_half_pixel' | 'align_corners' | 'asymmetric';
  nearest_mode?: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  cubic_coeff_a?: number;
  antialias?: 0 | 1;
  /** Weights that fall outside the picture are left out, the others scaled to sum to 1; without it the edge is repeated. */
  exclude_outside?: 0 | 1;
}

/** The shape operators of an interpreter. */
export function shapes<T>(i: Interpreter<T>): Shapes<T> {
  const split = (x: T, parts: readonly number[] | number, axis: number): T[] =>
    typeof parts === 'number'
      ? i.apply('Split', [x], { axis, num_outputs: parts }, parts)
      : i.apply('Split', [x, integers(i, parts)], { axis }, parts.length);
  return {
    transpose: (x, perm) => one(i, 'Transpose', [x], { perm }),
    reshape: (x, shape) => one(i, 'Reshape', [x, integers(i, shape)]),
    flatten: (x, options = {}) => one(i, 'Flatten', [x], options),
    squeeze: (x, axes = null) => one(i, 'Squeeze', [x, axes === null ? null : integers(i, axes)]),
    unsqueeze: (x, axes) => one(i, 'Unsqueeze', [x, integers(i, axes)]),
    concat: (values, { axis }) => one(i, 'Concat', values, { axis }),
    split: (x, parts, { axis = 0 } = {}) => split(x, parts, axis),
    expand: (x, shape) => one(i, 'Expand', [x, integers(i, shape)]),
    tile: (x, repeats) => one(i, 'Tile', [x, integers(i, repeats)]),
    shape: (x, options = {}) => one(i, 'Shape', [x], options),
    dimension: (x, axis) => one(i, 'Shape', [x], { start: axis, end: axis === -1 ? undefined : axis + 1 }),
    size: (x) => one(i, 'Size', [x]),
    depthToSpace: (x, options) => one(i, 'DepthToSpace', [x], { ...options }),
    spaceToDepth: (x, options) => one(i, 'SpaceToDepth', [x], { ...options }),
    resize: (x, scales, sizes, options = {}) =>
      one(i, 'Resize', [x, null, scales, sizes === null ? null : integers(i, sizes)], { ...options }),
  };
}
