/**
 * Quantised operators: real ≈ (integer − zero point) · scale. Quantising rounds halves to even and saturates.
 * Source: ONNX, operators QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear, MatMulInteger, ConvInteger, QLinearMatMul, QLinearConv.
 */
import { allocate, type DType, sizeOf, stridesOf, type Tensor } from '../../tensor.ts';
import { roundHalfEven } from '../half.ts';
import { convolve } from './conv.ts';
import {
  asNumbers,
  axisOf,
  type Call,
  dtypeAttribute,
  failure,
  type Inputs,
  type Kernels,
  type NumberArray,
  need,
  number,
  resultFrom,
  scalarOf,
} from './kernel.ts';
import { matMul } from './matmul.ts';
import { windowsOf } from './window.ts';

const RANGES: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  uint4: [0, 15],
  int4: [-8, 7],
};

/**
 * For every element of `shape` the place of its scale: one for all, one along `axis`, or one for every `block` elements along it.
 */
export function placesOfScales(shape: readonly number[], scales: readonly number[], axis: number, block: number): (n: number) => number {
  if (sizeOf(scales) === 1) return () => 0;
  const strides = stridesOf(shape);
  if (scales.length === 1) return (n) => Math.floor(n / strides[axis]!) % shape[axis]!;
  const steps = stridesOf(scales);
  return (n) => {
    let at = 0;
    for (let a = 0; a < shape.length; a++) {
      const place = Math.floor(n / strides[a]!) % shape[a]!;
      at += (a === axis ? Math.floor(place / block) : place) * steps[a]!;
    }
    return at;
  };
}

/** What scales a tensor. */
interface Scaling {
  readonly scale: NumberArray;
  readonly zero: NumberArray | null;
  readonly place: (n: number) => number;
}

function scalingOf(shape: readonly number[], scale: Tensor, zero: Tensor | null | undefined, call: Call): Scaling {
  const axis = scale.data.length === 1 ? 0 : axisOf(number(call, 'axis', 1), shape.length, call);
  const block = number(call, 'block_size', 0) || Math.ceil((shape[axis] ?? 1) / (scale.shape[axis] ?? 1));
  return { scale: asNumbers(scale.data), zero: zero ? asNumbers(zero.data) : null, place: placesOfScales(shape, scale.shape, axis, block) };
}

/** Rounds and saturates into an integer type. @throws HeadlightError `unsupported` for a type that is no integer of at most 32 bits */
function saturate(values: ArrayLike<number>, shape: readonly number[], dtype: DType, call: Call): Tensor {
  const range = RANGES[dtype];
  if (!range) throw failure(call, 'unsupported', `quantising to ${dtype} is not something the reference does.`);
  const [low, high] = range;
  const data = allocate(dtype, values.length);
  for (let n = 0; n < values.length; n++) data[n] = Math.max(low, Math.min(high, values[n]!));
  return { dtype, shape, data };
}

/** x / scale, rounded to the nearest float32 first, as kernels have it: what lies in the middle is decided there. */
const quotient = (x: number, scale: number): number => roundHalfEven(Math.fround(x / scale));

function quantizeLinear(inputs: Inputs, call: Call): Tensor[] {
  const [x, scale, zero] = [need(inputs, 0, call), need(inputs, 1, call), inputs[2]];
  const { scale: scales, zero: zeros, place } = scalingOf(x.shape, scale, zero, call);
  const dtype = zero?.dtype ?? dtypeAttribute(call, 'output_dtype') ?? 'uint8';
  const from = asNumbers(x.data);
  const values = Float64Array.from(from, (value, n) => quotient(value, scales[place(n)]!) + (zeros?.[place(n)] ?? 0));
  return [saturate(values, x.shape, dtype, call)];
}

/** (x − zero) · scale as doubles. */
export function dequantize(x: Tensor, { scale, zero, place }: Scaling): Float64Array {
  const from = asNumbers(x.data);
  return Float64Array.from({ length: from.length }, (_, n) => (from[n]! - (zero?.[place(n)] ?? 0)) * scale[place(n)]!);
}

function dequantizeLinear(inputs: Inputs, call: Call): Tensor[] {
  const [x, scale] = [need(inputs, 0, call), need(inputs, 1, call)];
  const dtype = dtypeAttribute(call, 'output_dtype') ?? scale.dtype;
  return [resultFrom(dtype, x.shape, dequantize(x, scalingOf(x.shape, scale, inputs[2], call)))];
}

export interface Quantized {
  readonly values: Tensor;
  readonly scale: number;
  readonly zero: number;
}

/** x as uint8 with a scale from its own smallest and largest value, 0 among them. Arithmetic in float32, as published. */
export function dynamicQuantize(x: Tensor, call: Call): Quantized {
  const from = asNumbers(x.data);
  let [low, high] = [0, 0];
  for (let n = 0; n < from.length; n++) {
    low = Math.min(low, from[n]!);
    high = Math.max(high, from[n]!);
  }
  const scale = Math.fround(Math.fround(high - low) / 255) || 1;
  const zero = roundHalfEven(Math.max(0, Math.min(255, Math.fround(-low / scale))));
  const values = Float64Array.from(from, (value) => quotient(value, scale) + zero);
  return { values: saturate(values, x.shape, 'uint8', call), scale, zero };
}

function dynamicQuantizeLinear(inputs: Inputs, call: Call): Tensor[] {
  const { values, scale, zero } = dynamicQuantize(need(inputs, 0, call), call);
  return [values, resultFrom('float32', [], [scale]), resultFrom('uint8', [], [zero])];
}

/** x minus its zero point as doubles: one for all, or one along `axis` (a row of the left factor, a column of the right one). */
export function centered(x: Tensor, zero: Tensor | null | undefined, axis: number): Tensor {
  const from = asNumbers(x.data);
  const zeros = zero ? asNumbers(zero.data) : null;
  const place = zero ? placesOfScales(x.shape, zero.shape, axis < 0 ? axis + x.shape.length : axis, 1) : () => 0;
  const data = Float64Array.from({ length: from.length }, (_, n) => from[n]! - (zeros?.[place(n)] ?? 0));
  return { dtype: 'float64', shape: x.shape, data };
}

/** Product of two integer tensors without their zero points, exact in doubles. */
export function integerProduct(
  a: Tensor,
  b: Tensor,
  aZero: Tensor | null | undefined,
  bZero: Tensor | null | undefined,
  call: Call,
): Tensor {
  return matMul(centered(a, aZero, -2), centered(b, bZero, -1), call);
}

function matMulInteger(inputs: Inputs, call: Call): Tensor[] {
  const product = integerProduct(need(inputs, 0, call), need(inputs, 1, call), inputs[2], inputs[3], call);
  return [resultFrom('int32', product.shape, product.data as Float64Array)];
}

function convInteger(inputs: Inputs, call: Call): Tensor[] {
  const [x, weight] = [centered(need(inputs, 0, call), inputs[2], 1), centered(need(inputs, 1, call), inputs[3], 0)];
  const { data, shape } = convolve(x, weight, null, number(call, 'group', 1), windowsOf(call, x.shape.slice(2), weight.shape.slice(2)));
  return [resultFrom('int32', shape, data)];
}

/** Real numbers of input n, whose scale and zero point follow it. */
function realOf(inputs: Inputs, n: number, call: Call, axis = -1): Tensor {
  const [x, scale] = [need(inputs, n, call), need(inputs, n + 1, call)];
  const zeroless = centered(x, inputs[n + 2], axis);
  const scales = asNumbers(scale.data);
  const place = placesOfScales(x.shape, scale.shape, axis < 0 ? axis + x.shape.length : axis, 1);
  const data = Float64Array.from(zeroless.data as Float64Array, (value, at) => value * scales[place(at)]!);
  return { dtype: 'float64', shape: x.shape, data };
}

/** Real numbers quantised with the scale at input n and the zero point after it. */
function quantizedAs(real: Tensor, inputs: Inputs, n: number, call: Call): Tensor {
  const [scale, zero] = [scalarOf(need(inputs, n, call), 1), inputs[n + 1]];
  const values = Float64Array.from(real.data as Float64Array, (value) => quotient(value, scale) + scalarOf(zero, 0));
  return saturate(values, real.shape, zero?.dtype ?? 'uint8', call);
}

/** a, scale, zero, b, scale, zero, scale of y, zero of y */
function qLinearMatMul(inputs: Inputs, call: Call): Tensor[] {
  return [quantizedAs(matMul(realOf(inputs, 0, call, -2), realOf(inputs, 3, call, -1), call), inputs, 6, call)];
}

/** x, scale, zero, w, scale, zero, scale of y, zero of y, bias (int32 in steps of both scales) */
function qLinearConv(inputs: Inputs, call: Call): Tensor[] {
  const [x, w] = [realOf(inputs, 0, call), realOf(inputs, 3, call, 0)];
  const windows = windowsOf(call, x.shape.slice(2), w.shape.slice(2));
  const { data, shape } = convolve(x, w, null, number(call, 'group', 1), windows);
  const bias = inputs[8] ? asNumbers(inputs[8].data) : null;
  const [xScale, wScales] = [scalarOf(need(inputs, 1, call), 1), asNumbers(need(inputs, 4, call).data)];
  const pixels = sizeOf(windows.output);
  const channel = (n: number): number => Math.floor(n / pixels) % w.shape[0]!;
  const real = bias ? data.map((value, n) => value + bias[channel(n)]! * xScale * wScales[wScales.length === 1 ? 0 : channel(n)]!) : data;
  return [quantizedAs({ dtype: 'float64', shape, data: real }, inputs, 6, call)];
}

export const quantized: Kernels = {
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matMulInteger,
  ConvInteger: convInteger,
  QLinearMatMul: qLinearMatMul,
  QLinearConv: qLinearConv,
  'com.microsoft:QuantizeLinear': quantizeLinear,
  'com.microsoft:DequantizeLinear': dequantizeLinear,
};

export { quantizedAs, realOf };
