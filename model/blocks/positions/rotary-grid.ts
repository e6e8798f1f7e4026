/**
 * Rotary positions in two dimensions: half of the pairs of columns are turned by the row of a patch, half by its column.
 *
 * Coordinates are those of the centres of patches, and go from −1 to 1 over the picture whatever its size:
 *
 *     y = 2·(row + ½)/rows − 1,   x = 2·(column + ½)/columns − 1
 *     angle of pair i = 2π·y·ωᵢ for i < d/4, 2π·x·ω_{i − d/4} for the others      ωᵢ = base^(−4i/d)
 *
 * Source: Siméoni et al. 2025, "DINOv3", 3.2; Heo et al. 2024, "Rotary Position Embedding for Vision Transformer".
 */
import { HeadlightError } from '../../errors.ts';
import type { Ops } from '../../ops/ops.ts';
import type { RotaryTables } from './rotary.ts';

/**
 * @param rows and columns of the grid, int64 [1] each
 * @param headDim d, a multiple of 4
 * @returns tables [1, P, d] for `rotate`, half-rotated, patches in the order of reading
 * @throws HeadlightError `unsupported` when d is no multiple of 4
 */
export function gridRotaryTables<T>(ops: Ops<T>, rows: T, columns: T, headDim: number, base: number): RotaryTables<T> {
  if (headDim % 4 !== 0)
    throw new HeadlightError('unsupported', `Rotary positions of a grid need 4 to divide the head size; it is ${headDim}.`);
  const quarter = headDim / 4;
  const frequencies = ops.floats(Array.from({ length: quarter }, (_, i) => base ** (-i / quarter)));
  const angles = (length: T): T => ops.mul(ops.mul(ops.unsqueeze(centres(ops, length), [1]), 2 * Math.PI), frequencies); // [n, d/4]
  const grid = ops.concat([rows, columns, ops.integers([quarter])], { axis: 0 });
  const ofRows = ops.expand(ops.unsqueeze(angles(rows), [1]), grid); // [rows, columns, d/4]
  const ofColumns = ops.expand(ops.unsqueeze(angles(columns), [0]), grid);
  const half = ops.concat([ofRows, ofColumns], { axis: 2 }); // [rows, columns, d/2]
  const table = ops.reshape(ops.concat([half, half], { axis: 2 }), [1, -1, headDim]); // [1, P, d]
  return { cos: ops.cos(table), sin: ops.sin(table), columns: headDim, layout: 'half' };
}

/** Centres of n equal parts of [−1, 1]: int64 [1] → float32 [n] */
function centres<T>(ops: Ops<T>, length: T): T {
  const counted = ops.add(ops.cast(ops.range(0, ops.squeeze(length)), 'float32'), 0.5);
  return ops.sub(ops.mul(ops.div(counted, ops.cast(length, 'float32')), 2), 1);
}
