/**
 * Sinusoidal positions of a grid: half of the columns say where a patch lies from left to right, half from top to bottom, each [sin | cos].
 *
 * Sources: Vaswani et al. 2017, 3.5, in two dimensions as in He et al. 2022, "Masked Autoencoders"; a grid of another size than the one that the
 * model was trained for is stretched over the same range, as in Peebles, Xie 2023.
 */
import type { Ops } from '../../ops/ops.ts';
import { sinusoids } from './sinusoidal.ts';

/**
 * @param rows and columns of the grid, int64 [1] each
 * @param width D, a multiple of 4
 * @param trained rows and columns of the square grid that the model was trained for
 * @returns [1, P, D], patches in the order of reading
 */
export function gridSinusoids<T>(ops: Ops<T>, rows: T, columns: T, width: number, trained: number): T {
  const half = width / 2;
  const waves = (length: T): T => {
    const step = ops.div(trained, ops.cast(length, 'float32')); // 1 for the grid of the training
    const places = ops.mul(ops.cast(ops.range(0, ops.squeeze(length)), 'float32'), step);
    return sinusoids(ops, places, { width: half, layout: 'half', exponent: '2i/D' }); // [n, D/2]
  };
  const grid = ops.concat([rows, columns, ops.integers([half])], { axis: 0 });
  const across = ops.expand(ops.unsqueeze(waves(columns), [0]), grid); // [rows, columns, D/2]
  const down = ops.expand(ops.unsqueeze(waves(rows), [1]), grid);
  return ops.reshape(ops.concat([across, down], { axis: 2 }), [1, -1, width]);
}
