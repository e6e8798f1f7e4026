/** Operators that take several elements to one: reductions, ArgMax, running sums. */
import { allocate, sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  flag,
  type Inputs,
  integersFrom,
  isBig,
  type Kernel,
  type Kernels,
  type NumberArray,
  need,
  number,
  resultFrom,
  scalarOf,
} from './kernel.ts';
import { transpose } from './shape.ts';

/** One reduction: what it starts from, how an element joins, what is made of the sum of `count` elements. */
interface Reduction {
  readonly start: number;
  readonly join: (sum: number, x: number) => number;
  readonly finish?: (sum: number, count: number) => number;
}

const MEAN: Reduction = { start: 0, join: (sum, x) => sum + x, finish: (sum, count) => sum / count };
const SUM: Reduction = { start: 0, join: (sum, x) => sum + x };
const MAX: Reduction = { start: Number.NEGATIVE_INFINITY, join: Math.max };
const MIN: Reduction = { start: Number.POSITIVE_INFINITY, join: Math.min };
const PROD: Reduction = { start: 1, join: (product, x) => product * x };
const L1: Reduction = { start: 0, join: (sum, x) => sum + Math.abs(x) };
const L2: Reduction = { start: 0, join: (sum, x) => sum + x * x, finish: Math.sqrt };
const SUM_SQUARE: Reduction = { start: 0, join: (sum, x) => sum + x * x };
const LOG_SUM: Reduction = { start: 0, join: (sum, x) => sum + x, finish: Math.log };

/** The axes that a node reduces; null when it reduces none (an empty list that says so). */
function axesOf(inputs: Inputs, call: Call, rank: number): number[] | null {
  const asked = integersFrom(inputs, 1, call, 'axes');
  if (asked === null || asked.length === 0) {
    return flag(call, 'noop_with_empty_axes') ? null : Array.from({ length: rank }, (_, axis) => axis);
  }
  return asked.map((axis) => axisOf(axis, rank, call));
}

/** x with the reduced axes last: rows that each become one element. */
function asRows(x: Tensor, axes: readonly number[]): { rows: NumberArray; count: number; length: number } {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...[...axes].sort((a, b) => a - b)];
  const inOrder = order.every((axis, n) => axis === n);
  const rows = asNumbers(inOrder ? x.data : transpose(x, order).data);
  return { rows, count: sizeOf(kept.map((axis) => x.shape[axis]!)), length: sizeOf(axes.map((axis) => x.shape[axis]!)) };
}

function reducedShape(shape: readonly number[], axes: readonly number[], keeps: boolean): number[] {
  return keeps ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length)) : shape.filter((_, axis) => !axes.includes(axis));
}

function reduceRows({ rows, count, length }: ReturnType<typeof asRows>, { start, join, finish }: Reduction): Float64Array {
  const out = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let sum = start;
    for (let n = row * length; n < (row + 1) * length; n++) sum = join(sum, rows[n]!);
    out[row] = finish ? finish(sum, length) : sum;
  }
  return out;
}

const reduce =
  (reduction: Reduction): Kernel =>
  (inputs, call) => {
    const x = need(inputs, 0, call);
    const axes = axesOf(inputs, call, x.shape.length);
    if (axes === null) return [x];
    const values = reduceRows(asRows(x, axes), reduction);
    const whole = isBig(x.data) ? values.map(Math.trunc) : values;
    return [resultFrom(x.dtype, reducedShape(x.shape, axes, flag(call, 'keepdims', 1)), whole)];
  };

/** log Σ e^x: the maximum is taken out first. */
function reduceLogSumExp(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axes = axesOf(inputs, call, x.shape.length) ?? [];
  const { rows, count, length } = asRows(x, axes);
  const out = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const line = rows.subarray(row * length, (row + 1) * length);
    let max = Number.NEGATIVE_INFINITY;
    for (const value of line) max = Math.max(max, value);
    let sum = 0;
    for (const value of line) sum += Math.exp(value - max);
    out[row] = Number.isFinite(max) ? max + Math.log(sum) : max;
  }
  return [resultFrom(x.dtype, reducedShape(x.shape, axes, flag(call, 'keepdims', 1)), out)];
}

/** Index of the largest (or smallest) element; of equal ones the first, or the last where `select_last_index` says so. */
const argument =
  (sign: 1 | -1): Kernel =>
  (inputs, call) => {
    const x = need(inputs, 0, call);
    const axis = axisOf(number(call, 'axis', 0), x.shape.length, call);
    const last = flag(call, 'select_last_index');
    const { rows, count, length } = asRows(x, [axis]);
    const out = new BigInt64Array(count);
    for (let row = 0; row < count; row++) {
      let best = 0;
      for (let n = 1; n < length; n++) {
        const difference = sign * (rows[row * length + n]! - rows[row * length + best]!);
        if (difference > 0 || (last && difference === 0)) best = n;
      }
      out[row] = BigInt(best);
    }
    return [{ dtype: 'int64', shape: reducedShape(x.shape, [axis], flag(call, 'keepdims', 1)), data: out }];
  };

/** Sums of all elements up to each one; `exclusive` without it, `reverse` from the end. */
function cumSum(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axis = axisOf(scalarOf(need(inputs, 1, call), 0), x.shape.length, call);
  const [exclusive, reverse] = [flag(call, 'exclusive'), flag(call, 'reverse')];
  const from = asNumbers(x.data);
  const out = new Float64Array(from.length);
  const length = x.shape[axis]!;
  const step = stridesOf(x.shape)[axis]!;
  for (let n = 0; n < from.length; n++) {
    if (Math.floor(n / step) % length !== 0) continue;
    let sum = 0;
    for (let k = 0; k < length; k++) {
      const at = n + (reverse ? length - 1 - k : k) * step;
      out[at] = exclusive ? sum : sum + from[at]!;
      sum += from[at]!;
    }
  }
  return [resultFrom(x.dtype, x.shape, out)];
}

/** The k largest (or smallest) of every line, best first; of equal ones the earlier first. */
function topK(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axis = axisOf(number(call, 'axis', -1), x.shape.length, call);
  const k = scalarOf(inputs[1], number(call, 'k', 1));
  const sign = flag(call, 'largest', 1) ? -1 : 1;
  const length = x.shape[axis]!;
  const step = stridesOf(x.shape)[axis]!;
  const shape = x.shape.map((size, n) => (n === axis ? k : size));
  const values = allocate(x.dtype, sizeOf(shape));
  const indices = new BigInt64Array(values.length);
  for (let line = 0; line * length < x.data.length; line++) {
    const [outer, inner] = [Math.floor(line / step), line % step];
    const order = sortedLine(x, outer * length * step + inner, step, length, sign);
    for (let n = 0; n < k; n++) {
      const at = (outer * k + n) * step + inner;
      values[at] = x.data[outer * length * step + inner + order[n]! * step]!;
      indices[at] = BigInt(order[n]!);
    }
  }
  return [
    { dtype: x.dtype, shape, data: values },
    { dtype: 'int64', shape, data: indices },
  ];
}

function sortedLine({ data }: Tensor, start: number, step: number, length: number, sign: 1 | -1): number[] {
  const at = (n: number): number | bigint => data[start + n * step]!;
  return Array.from({ length }, (_, n) => n).sort((a, b) => (at(a) < at(b) ? -sign : at(a) > at(b) ? sign : a - b));
}

/** The average over all spatial axes. */
function globalAveragePool(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return [resultFrom(x.dtype, reducedShape(x.shape, axes, true), reduceRows(asRows(x, axes), MEAN))];
}

function globalMaxPool(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return [resultFrom(x.dtype, reducedShape(x.shape, axes, true), reduceRows(asRows(x, axes), MAX))];
}

export const reductions: Kernels = {
  ReduceMean: reduce(MEAN),
  ReduceSum: reduce(SUM),
  ReduceMax: reduce(MAX),
  ReduceMin: reduce(MIN),
  ReduceProd: reduce(PROD),
  ReduceL1: reduce(L1),
  ReduceL2: reduce(L2),
  ReduceSumSquare: reduce(SUM_SQUARE),
  ReduceLogSum: reduce(LOG_SUM),
  ReduceLogSumExp: reduceLogSumExp,
  ArgMax: argument(1),
  ArgMin: argument(-1),
  CumSum: cumSum,
  TopK: topK,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
