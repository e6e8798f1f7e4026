/** Normalizations: layer, RMS, group, instance, batch. Mean first, then the mean of squared differences (two passes, biased), ε inside the root. */
import { sizeOf, type Tensor } from '../../tensor.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  failure,
  flag,
  type Inputs,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  result,
} from './kernel.ts';
import { broadcastStrides, move } from './strides.ts';

const EPSILON = 1e-5;

export interface Moments {
  readonly mean: number;
  /** 1 / √(variance + ε) */
  readonly inverse: number;
}

/** Mean and inverse deviation of `length` elements from `start` on; with `centered` false the mean is taken as 0 (RMS). */
export function moments(x: NumberArray, start: number, length: number, epsilon: number, centered: boolean): Moments {
  let mean = 0;
  if (centered) {
    for (let n = 0; n < length; n++) mean += x[start + n]!;
    mean /= length;
  }
  let variance = 0;
  for (let n = 0; n < length; n++) {
    const difference = x[start + n]! - mean;
    variance += difference * difference;
  }
  return { mean, inverse: 1 / Math.sqrt(variance / length + epsilon) };
}

/** Values of a scale or bias for every element of a block of `shape`; it broadcasts. */
function spread(value: Tensor, shape: readonly number[]): NumberArray {
  if (sizeOf(value.shape) === sizeOf(shape)) return asNumbers(value.data);
  const out = new Float64Array(sizeOf(shape));
  move(shape, asNumbers(value.data), 0, broadcastStrides(value.shape, shape), out);
  return out;
}

export interface LayerNorm {
  readonly axis: number;
  readonly epsilon: number;
  /** False for RMS normalization. */
  readonly centered: boolean;
}

/** (x − mean) / √(variance + ε) · scale + bias over all axes from `axis` on; with the mean and the inverse deviation of every row. */
export function layerNorm(x: Tensor, scale: Tensor, bias: Tensor | null, { axis, epsilon, centered }: LayerNorm): [Tensor, Tensor, Tensor] {
  const block = x.shape.slice(axis);
  const length = sizeOf(block);
  const rows = sizeOf(x.shape.slice(0, axis));
  const [from, factor, shift] = [asNumbers(x.data), spread(scale, block), bias ? spread(bias, block) : null];
  const out = newNumbers(x.dtype, from.length);
  const means = new Float32Array(rows);
  const inverses = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    const { mean, inverse } = moments(from, start, length, epsilon, centered);
    for (let n = 0; n < length; n++) out[start + n] = (from[start + n]! - mean) * inverse * factor[n]! + (shift ? shift[n]! : 0);
    means[row] = mean;
    inverses[row] = inverse;
  }
  const kept = x.shape.map((size, n) => (n < axis ? size : 1));
  const statistics = (data: Float32Array): Tensor => ({ dtype: 'float32', shape: kept, data });
  return [result(x.dtype, x.shape, out), statistics(means), statistics(inverses)];
}

function layerNormalization(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axis = axisOf(number(call, 'axis', -1), x.shape.length, call);
  return layerNorm(x, need(inputs, 1, call), inputs[2] ?? null, { axis, epsilon: number(call, 'epsilon', EPSILON), centered: true });
}

/** RMSNormalization of opset 23, and onnxruntime's SimplifiedLayerNormalization, whose second output is the inverse deviation. */
function rmsNormalization(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axis = axisOf(number(call, 'axis', -1), x.shape.length, call);
  const options = { axis, epsilon: number(call, 'epsilon', EPSILON), centered: false };
  const [y, , inverse] = layerNorm(x, need(inputs, 1, call), null, options);
  return [y, inverse];
}

/** Blocks of `channels` neighbouring channels of every example are normalized; then scale and bias of each channel. */
function channelNorm(x: Tensor, scale: NumberArray, bias: NumberArray, channels: number, epsilon: number): Tensor {
  const C = x.shape[1]!;
  const pixels = sizeOf(x.shape.slice(2));
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  for (let start = 0; start < from.length; start += channels * pixels) {
    const { mean, inverse } = moments(from, start, channels * pixels, epsilon, true);
    for (let n = 0; n < channels * pixels; n++) {
      const channel = Math.floor((start + n) / pixels) % C;
      out[start + n] = (from[start + n]! - mean) * inverse * scale[channel]! + bias[channel]!;
    }
  }
  return result(x.dtype, x.shape, out);
}

/** From opset 21 scale and bias have one value a channel, before one a group. */
const PER_CHANNEL_SINCE = 21;

function groupNormalization(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const groups = number(call, 'num_groups', 1);
  const channels = x.shape[1]! / groups;
  const each = (value: Tensor): NumberArray => {
    const values = asNumbers(value.data);
    return call.opset >= PER_CHANNEL_SINCE
      ? values
      : Float64Array.from({ length: x.shape[1]! }, (_, c) => values[Math.floor(c / channels)]!);
  };
  const [scale, bias] = [each(need(inputs, 1, call)), each(need(inputs, 2, call))];
  return [channelNorm(x, scale, bias, channels, number(call, 'epsilon', EPSILON))];
}

function instanceNormalization(inputs: Inputs, call: Call): Tensor[] {
  const [x, scale, bias] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
  return [channelNorm(x, asNumbers(scale.data), asNumbers(bias.data), 1, number(call, 'epsilon', EPSILON))];
}

/** Mean and biased variance of every channel over batch and space. */
function batchMoments(x: Tensor): [Float64Array, Float64Array] {
  const C = x.shape[1]!;
  const pixels = sizeOf(x.shape.slice(2));
  const from = asNumbers(x.data);
  const count = from.length / C;
  const [means, variances] = [new Float64Array(C), new Float64Array(C)];
  for (let n = 0; n < from.length; n++) means[Math.floor(n / pixels) % C]! += from[n]! / count;
  for (let n = 0; n < from.length; n++) {
    const c = Math.floor(n / pixels) % C;
    variances[c]! += (from[n]! - means[c]!) ** 2 / count;
  }
  return [means, variances];
}

/** With known mean and variance; in training mode with those of the batch, and the running ones are moved towards them. */
function batchNormalization(inputs: Inputs, call: Call): Tensor[] {
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((n) => need(inputs, n, call)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const training = flag(call, 'training_mode');
  const [known, spreadOf] = training ? batchMoments(x) : [asNumbers(mean.data), asNumbers(variance.data)];
  const y = scaledChannels(x, asNumbers(scale.data), asNumbers(bias.data), known, spreadOf, number(call, 'epsilon', EPSILON));
  if (!training) return [y];
  const momentum = number(call, 'momentum', 0.9);
  const moved = (old: Tensor, now: NumberArray): Tensor => {
    const before = asNumbers(old.data);
    return result(
      old.dtype,
      old.shape,
      newNumbers(old.dtype, before.length).map((_, c) => before[c]! * momentum + now[c]! * (1 - momentum)),
    );
  };
  return [y, moved(mean, known), moved(variance, spreadOf)];
}

function scaledChannels(
  x: Tensor,
  scale: NumberArray,
  bias: NumberArray,
  mean: NumberArray,
  variance: NumberArray,
  epsilon: number,
): Tensor {
  const C = x.shape[1] ?? 1;
  const pixels = sizeOf(x.shape.slice(2));
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  for (let n = 0; n < from.length; n++) {
    const c = Math.floor(n / pixels) % C;
    out[n] = ((from[n]! - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * scale[c]! + bias[c]!;
  }
  return result(x.dtype, x.shape, out);
}

/** ‖x‖ᵖ-normalized along an axis. */
function lpNormalization(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const p = number(call, 'p', 2);
  if (p !== 1 && p !== 2) throw failure(call, 'unsupported', `p is ${p}; ONNX knows 1 and 2.`);
  const axis = axisOf(number(call, 'axis', -1), x.shape.length, call);
  const length = x.shape[axis]!;
  const step = sizeOf(x.shape.slice(axis + 1));
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  for (let n = 0; n < from.length; n++) {
    const first = n - (Math.floor(n / step) % length) * step;
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.abs(from[first + k * step]!) ** p;
    out[n] = sum === 0 ? 0 : from[n]! / sum ** (1 / p);
  }
  return [result(x.dtype, x.shape, out)];
}

export const norms: Kernels = {
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  'com.microsoft:SimplifiedLayerNormalization': rmsNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  BatchNormalization: batchNormalization,
  LpNormalization: lpNormalization,
};
