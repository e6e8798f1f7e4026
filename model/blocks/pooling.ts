/**
 * Pooling: the largest or the mean of every window of a picture.
 *
 * Source: LeCun et al. 1989 (mean); Ranzato et al. 2007 (largest).
 */
import type { Ops } from '../ops/ops.ts';

/**
 * The largest value under every window.
 * @param x [B, C, height, width]
 * @param size height and width of the window
 * @param stride steps of the window; its size unless said
 */
export function maxPool<T>(ops: Ops<T>, x: T, size: number, stride = size): T {
  return ops.maxPool(x, { kernel_shape: [size, size], strides: [stride, stride] });
}

/** The mean value under every window; as `maxPool`. */
export function averagePool<T>(ops: Ops<T>, x: T, size: number, stride = size): T {
  return ops.averagePool(x, { kernel_shape: [size, size], strides: [stride, stride] });
}
