/**
 * Linear layer: y = x·Wᵀ + b
 *
 * Source: `torch.nn.Linear`, whose weight is [out, in]; OpenAI's Conv1D, whose weight is [in, out].
 */
import type { Module } from './module.ts';

/** Length of the vectors that go in and come out. */
export interface Widths {
  readonly in: number;
  readonly out: number;
}

/**
 * y = x·Wᵀ + b; without b where the checkpoint has none.
 * @param x [.., in]
 * @returns [.., out]; weights `weight` [out, in], `bias` [out]
 */
export function linear<T>(module: Module<T>, x: T, widths: Widths): T {
  return module.record(affine(module, x, widths));
}

/** As `linear`, and not written down: for a step of a recurrent layer, whose values are there only while it is walked along. */
export function affine<T>(module: Module<T>, x: T, { in: columns, out: rows }: Widths): T {
  const { ops } = module;
  const weight = ops.transpose(module.weight('weight', [rows, columns]), [1, 0]); // [in, out]
  return withBias(module, ops.matMul(x, weight), rows);
}

/**
 * y = x·W + b, with the weight stored the other way round as GPT and GPT-2 do.
 * @param x [.., in]
 * @returns [.., out]; weights `weight` [in, out], `bias` [out]
 */
export function conv1d<T>(module: Module<T>, x: T, { in: rows, out: columns }: Widths): T {
  return module.record(withBias(module, module.ops.matMul(x, module.weight('weight', [rows, columns])), columns));
}

function withBias<T>(module: Module<T>, y: T, width: number): T {
  return module.has('bias') ? module.ops.add(y, module.weight('bias', [width])) : y;
}
