/** Operators with weights: products, convolutions, recurrent layers; and the normalizations and Softmax that stand between them. */
import type { Interpreter } from '../ops.ts';
import { given, one } from './constants.ts';

/** Options of convolutions and pooling; lists have one entry a spatial axis, `pads` the begins, then the ends. */
export interface Window {
  kernel_shape?: readonly number[];
  strides?: readonly number[];
  pads?: readonly number[];
  dilations?: readonly number[];
  auto_pad?: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
}

/** Options of recurrent layers. `directions` is 2 for `bidirectional`, else 1. */
export interface Recurrent {
  /** D of the hidden state. */
  hidden_size: number;
  direction?: 'forward' | 'reverse' | 'bidirectional';
  activations?: readonly string[];
  clip?: number;
}

/** Inputs of recurrent layers beside x; null for one that is left out (zeros). */
export interface RecurrentInputs<T> {
  /** [directions, gates·D] for the input, then as many for the state: [directions, 2·gates·D] */
  bias?: T | null;
  /** Number of valid steps of each sequence: [B], int32 */
  lengths?: T | null;
  /** First hidden state: [directions, B, D] */
  hidden?: T | null;
  /** First cell state (LSTM): [directions, B, D] */
  cell?: T | null;
}

export interface Linear<T> {
  /** Matrix product over the last two axes, batch axes broadcast: [.., M, K] · [.., K, N] → [.., M, N] */
  matMul(a: T, b: T): T;
  /** α·A·B + β·C with optional transposes: [M, K] · [K, N] + [M, N] → [M, N] */
  gemm(a: T, b: T, c?: T | null, options?: { alpha?: number; beta?: number; transA?: 0 | 1; transB?: 0 | 1 }): T;
  /** Einstein's summation: `bhtd,bhsd->bhts` */
  einsum(equation: string, ...inputs: T[]): T;
  /** Convolution: x [B, C, …], w [M, C / group, …kernel], b [M] → [B, M, …] */
  conv(x: T, w: T, b?: T | null, options?: Window & { group?: number }): T;
  /** Transposed convolution: x [B, C, …], w [C, M / group, …kernel], b [M] → [B, M, …] */
  convTranspose(
    x: T,
    w: T,
    b?: T | null,
    options?: Window & { group?: number; output_padding?: readonly number[]; output_shape?: readonly number[] },
  ): T;
  /** Mean over a window: [B, C, …] → [B, C, …] */
  averagePool(x: T, options: Window & { ceil_mode?: 0 | 1; count_include_pad?: 0 | 1 }): T;
  /** Maximum over a window: [B, C, …] → [B, C, …] */
  maxPool(x: T, options: Window & { ceil_mode?: 0 | 1 }): T;
  /** Mean over all spatial axes: [B, C, …] → [B, C, 1, …] */
  globalAveragePool(x: T): T;
  /** Long short-term memory, gates in the order input, output, forget, cell: x [T, B, D'], w [directions, 4D, D'], r [directions, 4D, D] →
   * every hidden state [T, directions, B, D], the last hidden state and the last cell state [directions, B, D] */
  lstm(x: T, w: T, r: T, inputs: RecurrentInputs<T>, options: Recurrent): [T, T, T];
  /** Gated recurrent unit, gates in the order update, reset, hidden: x [T, B, D'], w [directions, 3D, D'], r [directions, 3D, D] →
   * every state [T, directions, B, D] and the last one [directions, B, D] */
  gru(x: T, w: T, r: T, inputs: RecurrentInputs<T>, options: Recurrent & { linear_before_reset?: 0 | 1 }): [T, T];
  /** Plain recurrent layer h = f(W·x + R·h + b): x [T, B, D'], w [directions, D, D'], r [directions, D, D] → every state, the last one */
  rnn(x: T, w: T, r: T, inputs: RecurrentInputs<T>, options: Recurrent): [T, T];
  /** e^x / Σ e^x along one axis (the last unless said); the maximum is subtracted first */
  softmax(x: T, options?: { axis?: number }): T;
  /** log(softmax(x)) along one axis (the last unless said) */
  logSoftmax(x: T, options?: { axis?: number }): T;
  /** (x − mean) / √(variance + ε) · scale + bias over the axes from `axis` (the last unless said); ε = 1e-5 unless said */
  layerNormalization(x: T, scale: T, bias?: T | null, options?: { axis?: number; epsilon?: number }): T;
  /** Normalization over groups of channels: x [B, C, …], scale and bias [C] */
  groupNormalization(x: T, scale: T, bias: T, options: { num_groups: number; epsilon?: number }): T;
  /** Normalization of every channel of every example: x [B, C, …], scale and bias [C] */
  instanceNormalization(x: T, scale: T, bias: T, options?: { epsilon?: number }): T;
  /** Normalization with known mean and variance: x [B, C, …], the others [C] */
  batchNormalization(x: T, scale: T, bias: T, mean: T, variance: T, options?: { epsilon?: number }): T;
}

/** The operators with weights of an interpreter. */
export function linear<T>(i: Interpreter<T>): Linear<T> {
  const recurrent = (op: string, x: T, w: T, r: T, inputs: RecurrentInputs<T>, options: Recurrent, outputs: number): T[] => {
    const { bias = null, lengths = null, hidden = null, cell = null } = inputs;
    return i.apply(op, [x, w, r, bias, lengths, hidden, ...(op === 'LSTM' ? [cell] : [])], given({ ...options }), outputs);
  };
  return {
    matMul: (a, b) => one(i, 'MatMul', [a, b]),
    gemm: (a, b, c = null, options = {}) => one(i, 'Gemm', [a, b, c], options),
    einsum: (equation, ...inputs) => one(i, 'Einsum', inputs, { equation }),
    conv: (x, w, b = null, options = {}) => one(i, 'Conv', [x, w, b], { ...options }),
    convTranspose: (x, w, b = null, options = {}) => one(i, 'ConvTranspose', [x, w, b], { ...options }),
    averagePool: (x, options) => one(i, 'AveragePool', [x], { ...options }),
    maxPool: (x, options) => one(i, 'MaxPool', [x], { ...options }),
    globalAveragePool: (x) => one(i, 'GlobalAveragePool', [x]),
    lstm: (x, w, r, inputs, options) => recurrent('LSTM', x, w, r, inputs, options, 3) as [T, T, T],
    gru: (x, w, r, inputs, options) => recurrent('GRU', x, w, r, inputs, options, 2) as [T, T],
    rnn: (x, w, r, inputs, options) => recurrent('RNN', x, w, r, inputs, options, 2) as [T, T],
    softmax: (x, { axis = -1 } = {}) => one(i, 'Softmax', [x], { axis }),
    logSoftmax: (x, { axis = -1 } = {}) => one(i, 'LogSoftmax', [x], { axis }),
    layerNormalization: (x, scale, bias = null, { axis = -1, epsilon } = {}) =>
      one(i, 'LayerNormalization', [x, scale, bias], { axis, epsilon }),
    groupNormalization: (x, scale, bias, options) => one(i, 'GroupNormalization', [x, scale, bias], { ...options }),
    instanceNormalization: (x, scale, bias, { epsilon } = {}) => one(i, 'InstanceNormalization', [x, scale, bias], { epsilon }),
    batchNormalization: (x, scale, bias, mean, variance, { epsilon } = {}) =>
      one(i, 'BatchNormalization', [x, scale, bias, mean, variance], { epsilon }),
  };
}
