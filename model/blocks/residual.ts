/**
 * Residual connections with a norm: after the sum (the 2017 paper), before the sublayer (most models since GPT-2), or around sublayers side by side.
 *
 * Sources: He et al. 2016; Vaswani et al. 2017, 3.1 (post); Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture" (pre);
 * Wang, Komatsuzaki 2021, "GPT-J-6B" (side by side).
 */
import type { Ops } from '../ops/ops.ts';

type Step<T> = (x: T) => T;

/**
 * norm(x + f(x))
 * @param x [B, T, D]
 */
export function postNorm<T>(ops: Ops<T>, x: T, sublayer: Step<T>, norm: Step<T>): T {
  return norm(ops.add(x, sublayer(x)));
}

/**
 * x + f(norm(x))
 * @param x [B, T, D]
 */
export function preNorm<T>(ops: Ops<T>, x: T, sublayer: Step<T>, norm: Step<T>): T {
  return ops.add(x, sublayer(norm(x)));
}

/**
 * x + f(x) + g(x): sublayers that read the same input, as in GPT-J, GPT-NeoX and Falcon
 * @param x [B, T, D]
 */
export function parallel<T>(ops: Ops<T>, x: T, sublayers: readonly Step<T>[]): T {
  return sublayers.map((sublayer) => sublayer(x)).reduce((sum, y) => ops.add(sum, y), x);
}
