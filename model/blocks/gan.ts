/**
 * Generator and discriminator: one makes pictures of noise, the other tells them from real ones.
 *
 *     generator      transposed convolutions, each with batch norm and ReLU, the last with tanh: noise [B, z, 1, 1] → [B, C, h, w]
 *     discriminator  convolutions with LeakyReLU, batch norm in the middle: [B, C, h, w] → a logit
 *
 * Sources: Goodfellow et al. 2014, "Generative Adversarial Nets"; Radford et al. 2016, "Unsupervised Representation Learning with Deep
 * Convolutional Generative Adversarial Networks", 3.
 */
import { convolution } from './convolution.ts';
import type { Module } from './module.ts';

/** One convolution: a square window. */
export interface GanLayer {
  readonly in: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** Slope of LeakyReLU below 0. */
const SLOPE = 0.2;

/**
 * @param module a `torch.nn.Sequential` of convolution, norm, ReLU …, convolution, tanh: numbered `0`, `1`, `3`, `4`, `6` …
 * @param noise [B, z, 1, 1]
 * @returns [B, C, h, w], each value in (−1, 1)
 */
export function generator<T>(module: Module<T>, noise: T, layers: readonly GanLayer[]): T {
  const { ops } = module;
  let x = noise;
  layers.forEach((layer, index) => {
    const wider = transposedConvolution(module.at(3 * index), x, layer);
    x = index + 1 === layers.length ? ops.tanh(wider) : ops.relu(batchNorm(module.at(3 * index + 1), wider, layer.out));
  });
  return module.record(x);
}

/**
 * @param module a `torch.nn.Sequential` of convolution, LeakyReLU, then convolution, norm, LeakyReLU …, convolution: `0`, `2`, `3`, `5` …
 * @param x [B, C, h, w]
 * @returns how real each looks, before σ: [B]
 */
export function discriminator<T>(module: Module<T>, x: T, layers: readonly GanLayer[]): T {
  const { ops } = module;
  let y = x;
  layers.forEach((layer, index) => {
    const place = index === 0 ? 0 : 3 * index - 1;
    const { kernel, stride, padding } = layer;
    const window = { kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding] };
    y = convolution(module.at(place), y, { in: layer.in, out: layer.out, ...window });
    if (index > 0 && index + 1 < layers.length) y = batchNorm(module.at(place + 1), y, layer.out);
    if (index + 1 < layers.length) y = ops.leakyRelu(y, { alpha: SLOPE });
  });
  return module.record(ops.reshape(y, [-1]));
}

/**
 * The convolution the other way round: every value lays a window of weights down, and where windows overlap they add up.
 * @param x [B, in, h, w]
 * @returns [B, out, (h − 1)·stride − 2·padding + kernel, …]; weight `weight` [in, out, kernel, kernel]
 */
export function transposedConvolution<T>(module: Module<T>, x: T, { in: channels, out, kernel, stride, padding }: GanLayer): T {
  const weight = module.weight('weight', [channels, out, kernel, kernel]);
  const pads = [padding, padding, padding, padding];
  return module.record(module.ops.convTranspose(x, weight, null, { kernel_shape: [kernel, kernel], strides: [stride, stride], pads }));
}

/**
 * BatchNorm as it runs after training: (x − mean)/√(variance + ε)·gain + bias with what was counted in training.
 * @param x [B, C, h, w]
 * @returns [B, C, h, w]; weights `weight`, `bias`, `running_mean`, `running_var`, [C] each
 */
export function batchNorm<T>(module: Module<T>, x: T, channels: number, epsilon = 1e-5): T {
  const [gain, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => module.weight(name, [channels])) as [
    T,
    T,
    T,
    T,
  ];
  return module.record(module.ops.batchNormalization(x, gain, bias, mean, variance, { epsilon }));
}
