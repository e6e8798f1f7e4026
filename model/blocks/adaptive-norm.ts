/**
 * Adaptive norm: gain and shift of a LayerNorm are not learned but said by a condition (a step of time, a class).
 *
 *     y = (x − mean)/√(variance + ε)·(1 + scale) + shift          and, with a gate:  x + gate ⊙ f(y)
 *
 * Sources: Perez et al. 2018, "FiLM"; Peebles, Xie 2023, "Scalable Diffusion Models with Transformers", 3.2 (adaLN-Zero).
 */
import type { Ops } from '../ops/ops.ts';
import type { Module } from './module.ts';

/**
 * LayerNorm without gain and bias.
 * @param x [B, T, D]
 * @returns [B, T, D]
 */
export function plainNorm<T>(module: Module<T>, x: T, width: number, epsilon: number): T {
  return module.record(module.ops.layerNormalization(x, module.ops.constantOfShape([width], 1), null, { epsilon }));
}

/**
 * x·(1 + scale) + shift, the same for every position.
 * @param x [B, T, D]
 * @param shift and scale [B, D]
 * @returns [B, T, D]
 */
export function modulate<T>(ops: Ops<T>, x: T, shift: T, scale: T): T {
  return ops.add(ops.mul(x, ops.add(ops.unsqueeze(scale, [1]), 1)), ops.unsqueeze(shift, [1]));
}

/**
 * x + gate ⊙ f: with a gate of zero the sublayer says nothing, which is how such models start to learn.
 * @param x and f [B, T, D]
 * @param gate [B, D]
 * @returns [B, T, D]
 */
export function gatedResidual<T>(ops: Ops<T>, x: T, gate: T, f: T): T {
  return ops.add(x, ops.mul(ops.unsqueeze(gate, [1]), f));
}
