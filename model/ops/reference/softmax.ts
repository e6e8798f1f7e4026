/** Softmax, LogSoftmax, Hardmax. Before opset 13 they flatten x to a matrix at `axis` and work on its rows. */
import { sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  type Inputs,
  type Kernel,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  result,
} from './kernel.ts';

/** One line of a tensor: `length` elements from `start` on, `step` apart. */
export type Line = (from: NumberArray, out: NumberArray, start: number, step: number, length: number) => void;

/**
 * e^(x − max) / Σ e^(x − max). A line of −∞ alone (everything masked) becomes zeros, never NaN.
 */
export const softmaxLine: Line = (from, out, start, step, length) => {
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0, at = start; n < length; n++, at += step) if (from[at]! > max) max = from[at]!;
  if (max === Number.NEGATIVE_INFINITY && !hasNaN(from, start, step, length)) {
    for (let n = 0, at = start; n < length; n++, at += step) out[at] = 0;
    return;
  }
  let sum = 0;
  for (let n = 0, at = start; n < length; n++, at += step) sum += Math.exp(from[at]! - max);
  for (let n = 0, at = start; n < length; n++, at += step) out[at] = Math.exp(from[at]! - max) / sum;
};

function hasNaN(from: NumberArray, start: number, step: number, length: number): boolean {
  for (let n = 0, at = start; n < length; n++, at += step) if (Number.isNaN(from[at]!)) return true;
  return false;
}

/** x − max − log Σ e^(x − max) */
const logSoftmaxLine: Line = (from, out, start, step, length) => {
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0, at = start; n < length; n++, at += step) if (from[at]! > max) max = from[at]!;
  let sum = 0;
  for (let n = 0, at = start; n < length; n++, at += step) sum += Math.exp(from[at]! - max);
  const log = Math.log(sum);
  for (let n = 0, at = start; n < length; n++, at += step) out[at] = from[at]! - max - log;
};

/** 1 at the first largest element, 0 elsewhere. */
const hardmaxLine: Line = (from, out, start, step, length) => {
  let best = start;
  for (let n = 0, at = start; n < length; n++, at += step) if (from[at]! > from[best]!) best = at;
  for (let n = 0, at = start; n < length; n++, at += step) out[at] = at === best ? 1 : 0;
};

/** Every line of x along an axis. */
export function alongAxis(x: Tensor, axis: number, line: Line): Tensor {
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  const length = x.shape[axis] ?? 1;
  const step = stridesOf(x.shape)[axis] ?? 1;
  if (length > 0) {
    for (let outer = 0; outer < from.length; outer += length * step) {
      for (let inner = 0; inner < step; inner++) line(from, out, outer + inner, step, length);
    }
  }
  return result(x.dtype, x.shape, out);
}

/** Opset 13 made the axis one axis, −1 by default; before, everything from `axis` (1) on was one row. */
const AXIS_ALONE_SINCE = 13;

const lines =
  (line: Line): Kernel =>
  (inputs: Inputs, call: Call) => {
    const x = need(inputs, 0, call);
    const rank = x.shape.length;
    if (call.opset >= AXIS_ALONE_SINCE) return [alongAxis(x, axisOf(number(call, 'axis', -1), rank, call), line)];
    const axis = axisOf(number(call, 'axis', 1), rank, call);
    const rows: Tensor = { ...x, shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] };
    return [{ ...alongAxis(rows, 1, line), shape: x.shape }];
  };

export const softmaxes: Kernels = {
  Softmax: lines(softmaxLine),
  LogSoftmax: lines(logSoftmaxLine),
  Hardmax: lines(hardmaxLine),
};
