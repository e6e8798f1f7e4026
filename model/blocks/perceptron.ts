/**
 * Perceptron: a sum of weighted inputs, and a yes or no; and layers of them.
 *
 *     y = 1 where w·x + b > 0, else 0
 *
 * Sources: Rosenblatt 1958, "The Perceptron"; Rumelhart, Hinton, Williams 1986 for layers with a smooth activation.
 */
import type { Activation } from './activations.ts';
import { linear, type Widths } from './linear.ts';
import type { Module } from './module.ts';

/**
 * @param x [.., in]
 * @returns float32 [.., out], 1 or 0; weights `weight` [out, in], `bias` [out]
 */
export function perceptron<T>(module: Module<T>, x: T, widths: Widths): T {
  const { ops } = module;
  return ops.cast(ops.greater(linear(module, x, widths), 0), 'float32');
}

/** A perceptron's two weights and its bias. */
export interface PerceptronState {
  readonly weights: readonly number[];
  readonly bias: number;
}

/**
 * One pass of Rosenblatt's rule over the examples, in their order: w += rate·(t − y)·x, b += rate·(t − y).
 * @param examples points x and their targets t, 0 or 1
 */
export function perceptronEpoch(
  state: PerceptronState,
  examples: readonly { readonly point: readonly number[]; readonly target: number }[],
  rate = 1,
): PerceptronState {
  return examples.reduce(({ weights, bias }, { point, target }) => {
    const sum = weights.reduce((total, weight, i) => total + weight * point[i]!, bias);
    const step = rate * (target - (sum > 0 ? 1 : 0));
    return { weights: weights.map((weight, i) => weight + step * point[i]!), bias: bias + step };
  }, state);
}

/**
 * Multilayer perceptron: f_n(… f₁(x·W₁ᵀ + b₁) …·W_nᵀ + b_n). Layers lie at even places of a `torch.nn.Sequential`, activations between them.
 * @param x [.., widths[0]]
 * @param widths of what goes in, of every hidden layer, and of what comes out
 * @param activations one fewer than layers: the last layer has none
 * @returns [.., widths.at(-1)]; weights `0.weight`, `0.bias`, `2.weight` …
 */
export function multilayerPerceptron<T>(module: Module<T>, x: T, widths: readonly number[], activations: readonly Activation[]): T {
  return widths.slice(1).reduce((input, out, layer) => {
    const sums = linear(module.at(2 * layer), input, { in: widths[layer]!, out });
    const f = activations[layer];
    return f === undefined ? sums : module.at(2 * layer + 1).record(f(module.ops, sums));
  }, x);
}
