/**
 * Autoencoder: a narrow code in the middle, from which the input is to be built again. The variational one draws its code from a normal
 * distribution that the encoder says.
 *
 *     plain        z = encoder(x),  y = decoder(z)
 *     variational  z = μ + e^{½·log σ²} ⊙ noise,  divergence = −½·Σ(1 + log σ² − μ² − σ²)
 *
 * Sources: Hinton, Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks"; Kingma, Welling 2014, "Auto-Encoding
 * Variational Bayes", equations 4 and 10.
 */
import { type Activation, identity, relu, sigmoid } from './activations.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

/**
 * Linear layers with an activation between them, as `torch.nn.Sequential` numbers them: `0`, `2`, `4` …
 * @param x [.., widths[0]]
 * @param last the activation of the last layer
 * @returns [.., the last width]
 */
export function linearStack<T>(module: Module<T>, x: T, widths: readonly number[], f: Activation = relu, last: Activation = identity): T {
  let y = x;
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const active = layer + 2 === widths.length ? last : f;
    y = active(module.ops, linear(module.at(2 * layer), y, { in: widths[layer]!, out: widths[layer + 1]! }));
  }
  return module.record(y);
}

/** Code and picture of an input. */
export interface Encoded<T> {
  /** [B, code] */
  readonly code: T;
  /** [B, D], each value in (0, 1) */
  readonly rebuilt: T;
}

/**
 * @param module holds `encoder` and `decoder`, each a stack
 * @param x [B, D]
 * @param widths D, …, code; the decoder has them the other way round
 */
export function autoencoder<T>(module: Module<T>, x: T, widths: readonly number[]): Encoded<T> {
  const code = linearStack(module.at('encoder'), x, widths);
  return { code, rebuilt: linearStack(module.at('decoder'), code, widths.toReversed(), relu, sigmoid) };
}

/** What a variational autoencoder says besides. */
export interface VariationalEncoded<T> extends Encoded<T> {
  /** μ and log σ²: [B, code] each */
  readonly mean: T;
  readonly logVariance: T;
  /** How far the distribution of the code is from the standard normal one: [B] */
  readonly divergence: T;
}

/**
 * @param module holds `encoder` (up to the last width but one), `mean`, `log_variance` and `decoder`
 * @param x [B, D]
 * @param noise of a standard normal distribution, [B, code]; zeros give the most likely code
 */
export function variationalAutoencoder<T>(module: Module<T>, x: T, noise: T, widths: readonly number[]): VariationalEncoded<T> {
  const { ops } = module;
  const [inner, size] = [widths.at(-2)!, widths.at(-1)!];
  const heard = linearStack(module.at('encoder'), x, widths.slice(0, -1), relu, relu);
  const mean = linear(module.at('mean'), heard, { in: inner, out: size });
  const logVariance = linear(module.at('log_variance'), heard, { in: inner, out: size });
  const code = ops.add(mean, ops.mul(ops.exp(ops.mul(logVariance, 0.5)), noise));
  const terms = ops.sub(ops.sub(ops.add(logVariance, 1), ops.mul(mean, mean)), ops.exp(logVariance));
  const divergence = ops.mul(ops.reduceSum(terms, [-1], { keepdims: 0 }), -0.5);
  return { code, rebuilt: linearStack(module.at('decoder'), code, widths.toReversed(), relu, sigmoid), mean, logVariance, divergence };
}
