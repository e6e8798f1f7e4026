/**
 * Normalization of each vector by itself.
 *
 * Sources: Ba, Kiros, Hinton 2016, "Layer Normalization"; Zhang, Sennrich 2019, "Root Mean Square Layer Normalization".
 */
import type { Module } from './module.ts';

/**
 * LayerNorm: (x − mean) / √(variance + ε) · gain + bias, with the biased variance.
 * @param x [.., D]
 * @returns [.., D]; weights `weight` [D], and `bias` [D] where the checkpoint has one
 */
export function layerNorm<T>(module: Module<T>, x: T, width: number, epsilon: number): T {
  const bias = module.has('bias') ? module.weight('bias', [width]) : null;
  return module.record(module.ops.layerNormalization(x, module.weight('weight', [width]), bias, { epsilon }));
}

/**
 * RMSNorm: x / √(mean(x²) + ε) · gain; there is neither mean nor bias.
 * @param x [.., D]
 * @param stored the gain as it is stored: itself, or minus 1 as Gemma does
 * @returns [.., D]; weight `weight` [D]
 */
export function rmsNorm<T>(module: Module<T>, x: T, width: number, epsilon: number, stored: 'gain' | 'gain - 1' = 'gain'): T {
  const { ops } = module;
  const weight = module.weight('weight', [width]);
  const gain = stored === 'gain' ? weight : ops.add(weight, 1);
  const meanSquare = ops.reduceMean(ops.mul(x, x), [-1]); // [.., 1]
  return module.record(ops.mul(ops.div(x, ops.sqrt(ops.add(meanSquare, epsilon))), gain));
}
