/**
 * Feed-forward: the same two layers at every position.
 *
 *     plain   f(x·W₁ᵀ + b₁)·W₂ᵀ + b₂            gated   (f(x·W_gᵀ) ⊙ x·W_uᵀ)·W_dᵀ
 *
 * Sources: Vaswani et al. 2017, 3.3; Shazeer 2020, "GLU Variants Improve Transformer".
 */
import type { Activation } from './activations.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

/**
 * @param up D → F, the first layer
 * @param down F → D, the second layer
 * @param x [B, T, D]
 * @param inner F
 * @param act where the activation is recorded as a stage, or null
 * @returns [B, T, D]
 */
export function feedForward<T>(
  { up, down, act = null }: { readonly up: Module<T>; readonly down: Module<T>; readonly act?: Module<T> | null },
  x: T,
  { width, inner, f }: { readonly width: number; readonly inner: number; readonly f: Activation },
): T {
  const active = f(up.ops, linear(up, x, { in: width, out: inner })); // [B, T, F]
  act?.record(active);
  return linear(down, active, { in: inner, out: width });
}

/**
 * @param gate D → F, through the activation
 * @param up D → F, multiplied with it
 * @param down F → D
 * @param x [B, T, D]
 * @returns [B, T, D]
 */
export function gatedFeedForward<T>(
  {
    gate,
    up,
    down,
    act = null,
  }: { readonly gate: Module<T>; readonly up: Module<T>; readonly down: Module<T>; readonly act?: Module<T> | null },
  x: T,
  { width, inner, f }: { readonly width: number; readonly inner: number; readonly f: Activation },
): T {
  const active = f(gate.ops, linear(gate, x, { in: width, out: inner })); // [B, T, F]
  act?.record(active);
  const gated = gate.ops.mul(active, linear(up, x, { in: width, out: inner }));
  return linear(down, gated, { in: inner, out: width });
}
