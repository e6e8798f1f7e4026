/** Operators of one input, element by element: functions and activations. Computed in doubles, rounded on store. */
import { HeadlightError } from '../../errors.ts';
import { allocate, type Tensor } from '../../tensor.ts';
import { roundHalfEven } from '../half.ts';
import { erf } from './erf.ts';
import {
  asNumbers,
  type Call,
  failure,
  flag,
  isBig,
  type Kernel,
  type Kernels,
  type NumberArray,
  need,
  newNumbers,
  number,
  result,
  text,
} from './kernel.ts';

export type Scalar = (x: number) => number;

/** √(2/π), the factor of GELU's tanh approximation. */
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;
/** Source: Klambauer et al. 2017; the constants that ONNX gives Selu. */
const SELU_ALPHA = 1.6732631921768188;
const SELU_GAMMA = 1.0507010221481323;
/** x · sigmoid(1.702·x) approximates GELU. Source: Hendrycks and Gimpel 2016. */
const QUICK_GELU_ALPHA = 1.702;

export const sigmoid: Scalar = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** GELU, exact: x · Φ(x) */
export const gelu: Scalar = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
/** GELU, approximated with tanh. */
export const geluTanh: Scalar = (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x)));
/** log(1 + e^x) without overflow. */
export const softplus: Scalar = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const relu: Scalar = (x) => Math.max(0, x);
export const hardSigmoid =
  (alpha: number, beta: number): Scalar =>
  (x) =>
    Math.max(0, Math.min(1, alpha * x + beta));
export const leakyRelu =
  (alpha: number): Scalar =>
  (x) =>
    x < 0 ? alpha * x : x;
export const elu =
  (alpha: number): Scalar =>
  (x) =>
    x < 0 ? alpha * Math.expm1(x) : x;

/** Every element of x through `of`. */
export function map(x: Tensor, of: Scalar): Tensor {
  const from = asNumbers(x.data);
  const out = newNumbers(x.dtype, from.length);
  for (let n = 0; n < from.length; n++) out[n] = of(from[n]!);
  return result(x.dtype, x.shape, out);
}

const unary =
  (of: Scalar): Kernel =>
  (inputs, call) => [map(need(inputs, 0, call), of)];

/** A function with parameters that the node gives. */
const shaped =
  (make: (call: Call) => Scalar): Kernel =>
  (inputs, call) => [map(need(inputs, 0, call), make(call))];

/** A function that integers have too. */
const signed =
  (of: Scalar, ofBig: (x: bigint) => bigint): Kernel =>
  (inputs, call) => {
    const x = need(inputs, 0, call);
    if (!isBig(x.data)) return [map(x, of)];
    const out = allocate(x.dtype, x.data.length) as BigInt64Array;
    for (let n = 0; n < out.length; n++) out[n] = ofBig(x.data[n]!);
    return [{ ...x, data: out }];
  };

/** 1 where `of` holds, as bool. */
const test =
  (make: (call: Call) => (x: number) => boolean): Kernel =>
  (inputs, call) => {
    const x = need(inputs, 0, call);
    const of = make(call);
    const from: NumberArray = asNumbers(x.data);
    const out = new Uint8Array(from.length);
    for (let n = 0; n < out.length; n++) out[n] = of(from[n]!) ? 1 : 0;
    return [{ dtype: 'bool', shape: x.shape, data: out }];
  };

function infinite(call: Call): (x: number) => boolean {
  const positive = flag(call, 'detect_positive', 1);
  const negative = flag(call, 'detect_negative', 1);
  return (x) => (positive && x === Number.POSITIVE_INFINITY) || (negative && x === Number.NEGATIVE_INFINITY);
}

/** An activation of a recurrent layer by its name. Source: ONNX, operator RNN. @throws HeadlightError `unsupported` for an unknown name */
export function activationByName(name: string, alpha: number | undefined, beta: number | undefined): Scalar {
  switch (name.toLowerCase()) {
    case 'tanh':
      return Math.tanh;
    case 'sigmoid':
      return sigmoid;
    case 'relu':
      return relu;
    case 'softplus':
      return softplus;
    case 'softsign':
      return (x) => x / (1 + Math.abs(x));
    case 'affine':
      return (x) => (alpha ?? 1) * x + (beta ?? 0);
    case 'leakyrelu':
      return leakyRelu(alpha ?? 0.01);
    case 'elu':
      return elu(alpha ?? 1);
    case 'hardsigmoid':
      return hardSigmoid(alpha ?? 0.2, beta ?? 0.5);
    case 'scaledtanh':
      return (x) => (alpha ?? 1) * Math.tanh((beta ?? 1) * x);
    case 'thresholdedrelu':
      return (x) => (x >= (alpha ?? 1) ? x : 0);
  }
  throw new HeadlightError('unsupported', `A recurrent layer asks for the activation "${name}", which ONNX does not know.`);
}

/** Swish and QuickGelu: x · sigmoid(α·x) */
const swish =
  (otherwise: number): Kernel =>
  (inputs, call) => {
    const alpha = number(call, 'alpha', otherwise);
    return [map(need(inputs, 0, call), (x) => x * sigmoid(alpha * x))];
  };

function celu(call: Call): Scalar {
  const alpha = number(call, 'alpha', 1);
  return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
}

function selu(call: Call): Scalar {
  const alpha = number(call, 'alpha', SELU_ALPHA);
  const gamma = number(call, 'gamma', SELU_GAMMA);
  return (x) => (x > 0 ? gamma * x : gamma * alpha * Math.expm1(x));
}

function geluOf(call: Call): Scalar {
  const approximate = text(call, 'approximate', 'none');
  if (approximate === 'none') return gelu;
  if (approximate === 'tanh') return geluTanh;
  throw failure(call, 'unsupported', `approximate is "${approximate}"; known are none and tanh.`);
}

export const activations: Kernels = {
  Abs: signed(Math.abs, (x) => (x < 0n ? -x : x)),
  Neg: signed(
    (x) => -x,
    (x) => -x,
  ),
  Sign: signed(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
  Relu: signed(relu, (x) => (x < 0n ? 0n : x)),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Erf: unary(erf),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tan: unary(Math.tan),
  Asin: unary(Math.asin),
  Acos: unary(Math.acos),
  Atan: unary(Math.atan),
  Sinh: unary(Math.sinh),
  Cosh: unary(Math.cosh),
  Tanh: unary(Math.tanh),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Softsign: unary((x) => x / (1 + Math.abs(x))),
  Mish: unary((x) => x * Math.tanh(softplus(x))),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary((x) => (Number.isFinite(x) ? roundHalfEven(x) : x)),
  Gelu: shaped(geluOf),
  LeakyRelu: shaped((call) => leakyRelu(number(call, 'alpha', 0.01))),
  Elu: shaped((call) => elu(number(call, 'alpha', 1))),
  Celu: shaped(celu),
  Selu: shaped(selu),
  ThresholdedRelu: shaped((call) => activationByName('ThresholdedRelu', number(call, 'alpha', 1), undefined)),
  HardSigmoid: shaped((call) => hardSigmoid(number(call, 'alpha', 0.2), number(call, 'beta', 0.5))),
  HardSwish: unary((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Swish: swish(1),
  BitwiseNot: signed(
    (x) => ~x,
    (x) => ~x,
  ),
  Not: test(() => (x) => x === 0),
  IsNaN: test(() => Number.isNaN),
  IsInf: test(infinite),
  'com.microsoft:Gelu': unary(gelu),
  'com.microsoft:QuickGelu': swish(QUICK_GELU_ALPHA),
};
