/**
 * Layer scale: what a sublayer adds is multiplied channel by channel, so that a deep stack starts close to the identity.
 *
 *     x + λ ⊙ f(x)
 *
 * Source: Touvron et al. 2021, "Going deeper with Image Transformers", 2.
 */
import type { Module } from './module.ts';

/**
 * @param x [B, T, D]
 * @returns λ ⊙ x, [B, T, D]; weight `lambda1` [D]
 */
export function layerScale<T>(module: Module<T>, x: T, width: number): T {
  return module.record(module.ops.mul(x, module.weight('lambda1', [width])));
}
