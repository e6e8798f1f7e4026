/**
 * Residual connections with a norm: after the sum (the 2017 paper) or before the sublayer (most models since GPT-2).
 *
 * Sources: He et al. 2016; Vaswani et al. 2017, 3.1 (post); Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture" (pre).
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
