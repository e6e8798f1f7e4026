/** Putting equal tensors side by side along a new axis, as Scan and Loop collect their results. */
import { HeadlightError } from '../../errors.ts';
import { allocate, sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import type { Cells } from './kernel.ts';
import { move } from './strides.ts';

/**
 * n tensors of one shape → the same with a new axis of length n at `axis`.
 * @throws HeadlightError `shape` when there is none or their shapes differ
 */
export function stack(values: readonly Tensor[], axis: number): Tensor {
  const first = values[0];
  if (!first) throw new HeadlightError('shape', 'There is no tensor to stack.');
  const shape = [...first.shape.slice(0, axis), values.length, ...first.shape.slice(axis)];
  const data = allocate(first.dtype, sizeOf(shape));
  const strides = stridesOf(shape);
  const rest = strides.filter((_, n) => n !== axis);
  values.forEach((value, n) => {
    if (value.shape.join() !== first.shape.join()) {
      throw new HeadlightError('shape', `Tensors of shapes [${first.shape}] and [${value.shape}] cannot be stacked.`);
    }
    move(first.shape, value.data as Cells, 0, stridesOf(first.shape), data as Cells, n * strides[axis]!, rest);
  });
  return { dtype: first.dtype, shape, data };
}
