/**
 * Convolution: a small window of weights slides over a picture or a sequence; where it lies, weights and values are multiplied and added up.
 *
 *     y[m, p] = b[m] + Σ_c Σ_k W[m, c, k]·x[c, p·stride + k·dilation − padding]
 *
 * Strictly this is a cross-correlation: the window is not turned round.
 *
 * Sources: LeCun et al. 1989; `torch.nn.Conv1d`, `torch.nn.Conv2d`.
 */
import type { Module } from './module.ts';

export interface ConvolutionSettings {
  /** Channels that go in, C. */
  readonly in: number;
  /** Channels that come out, M. */
  readonly out: number;
  /** Size of the window along every spatial axis: [k] of a sequence, [height, width] of a picture. */
  readonly kernel: readonly number[];
  /** Steps of the window; 1 unless said. */
  readonly stride?: readonly number[];
  /** Zeros on both sides of every axis; none unless said. */
  readonly padding?: readonly number[];
  /** Distance between the values under a window; 1 unless said. */
  readonly dilation?: readonly number[];
  /** Channels in this many groups, each seen by its own outputs only; C groups is a depthwise convolution. */
  readonly groups?: number;
}

/**
 * @param x [B, C, n] or [B, C, height, width]
 * @returns [B, M, n′] or [B, M, height′, width′]; weights `weight` [M, C / groups, ..kernel], and `bias` [M] where the checkpoint has one
 */
export function convolution<T>(module: Module<T>, x: T, settings: ConvolutionSettings): T {
  const { kernel, stride = kernel.map(() => 1), padding = kernel.map(() => 0), dilation = kernel.map(() => 1), groups = 1 } = settings;
  const weight = module.weight('weight', [settings.out, settings.in / groups, ...kernel]);
  const bias = module.has('bias') ? module.weight('bias', [settings.out]) : null;
  const window = { kernel_shape: kernel, strides: stride, pads: [...padding, ...padding], dilations: dilation, group: groups };
  return module.record(module.ops.conv(x, weight, bias, window));
}
