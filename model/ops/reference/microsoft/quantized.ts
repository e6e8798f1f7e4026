/** Quantised operators of com.microsoft. Source: onnxruntime, ContribOperators.md. */
import { sizeOf, type Tensor } from '../../../tensor.ts';
import { ADD, MUL } from '../arithmetic.ts';
import { binary, type Pairs } from '../broadcast.ts';
import { gather } from '../gather.ts';
import { matrix, multiply, transposed } from '../gemm.ts';
import { asNumbers, axisOf, type Call, failure, type Inputs, type Kernels, type NumberArray, need, number, resultFrom } from '../kernel.ts';
import { dynamicQuantize, integerProduct, placesOfScales, quantizedAs, realOf } from '../quantized.ts';
import { alongAxis, softmaxLine } from '../softmax.ts';

/** A product of integers as real numbers: times both scales (b's may be one a column), plus a bias. */
function scaled(product: Tensor, aScale: number, bScale: Tensor, bias: Tensor | null | undefined): Tensor {
  const N = product.shape.at(-1)!;
  const scales = asNumbers(bScale.data);
  const shifts = bias ? asNumbers(bias.data) : null;
  const values = (product.data as Float64Array).map((value, n) => {
    const column = n % N;
    return value * aScale * scales[scales.length === 1 ? 0 : column]! + (shifts ? shifts[column]! : 0);
  });
  return resultFrom('float32', product.shape, values);
}

/** A (float), B (int8 or uint8), scale of B, zero point of B, bias: A is quantised as a whole. */
function dynamicQuantizeMatMul(inputs: Inputs, call: Call): Tensor[] {
  const { values, scale, zero } = dynamicQuantize(need(inputs, 0, call), call);
  const product = integerProduct(values, need(inputs, 1, call), resultFrom('uint8', [], [zero]), inputs[3], call);
  return [scaled(product, scale, need(inputs, 2, call), inputs[4])];
}

/** A, B, scale of A, scale of B, zero points of A and B, bias. */
function matMulIntegerToFloat(inputs: Inputs, call: Call): Tensor[] {
  const product = integerProduct(need(inputs, 0, call), need(inputs, 1, call), inputs[4], inputs[5], call);
  return [scaled(product, asNumbers(need(inputs, 2, call).data)[0]!, need(inputs, 3, call), inputs[6])];
}

/** Value n of packed bytes: two 4-bit values a byte, the low one first, or one 8-bit value. */
function unpacked(bytes: NumberArray, start: number, n: number, bits: number): number {
  if (bits === 8) return bytes[start + n]!;
  return (bytes[start + (n >> 1)]! >> (4 * (n & 1))) & 15;
}

/** Weights [N, K] of MatMulNBits: rows of blocks, each with a scale and a zero point (the middle of the range unless given). */
function blockWeights(inputs: Inputs, call: Call): Float64Array {
  const [K, N, bits, block] = ['K', 'N', 'bits', 'block_size'].map((name) => number(call, name, name === 'bits' ? 4 : 0)) as [
    number,
    number,
    number,
    number,
  ];
  if (bits !== 4 && bits !== 8) throw failure(call, 'unsupported', `weights of ${bits} bits; the reference knows 4 and 8.`);
  const bytes = asNumbers(need(inputs, 1, call).data);
  const scales = asNumbers(need(inputs, 2, call).data);
  const zeros = inputs[3] ?? null;
  const blocks = Math.ceil(K / block);
  const [blockBytes, zeroBytes] = [(block * bits) / 8, Math.ceil((blocks * bits) / 8)];
  const packed = zeros !== null && zeros.dtype === 'uint8';
  const weights = new Float64Array(N * K);
  for (let n = 0; n < weights.length; n++) {
    const [row, k] = [Math.floor(n / K), n % K];
    const at = row * blocks + Math.floor(k / block);
    const zero =
      zeros === null
        ? 2 ** (bits - 1)
        : packed
          ? unpacked(asNumbers(zeros.data), row * zeroBytes, Math.floor(k / block), bits)
          : asNumbers(zeros.data)[at]!;
    weights[n] = (unpacked(bytes, at * blockBytes, k % block, bits) - zero) * scales[at]!;
  }
  return weights;
}

/** A [.., K] · Wᵀ + bias, W [N, K] in blocks of few bits. */
function matMulNBits(inputs: Inputs, call: Call): Tensor[] {
  const a = need(inputs, 0, call);
  if (inputs[4]) throw failure(call, 'unsupported', 'weights in another order (g_idx) are not something the reference does.');
  const [K, N] = [number(call, 'K', 0), number(call, 'N', 0)];
  const M = a.data.length / K;
  const out = new Float64Array(M * N);
  multiply(matrix(asNumbers(a.data), 0, K), transposed(matrix(blockWeights(inputs, call), 0, K)), { M, K, N }, out, 0);
  const bias = inputs[5] ? asNumbers(inputs[5].data) : null;
  if (bias) for (let n = 0; n < out.length; n++) out[n]! += bias[n % N]!;
  return [resultFrom(a.dtype, [...a.shape.slice(0, -1), N], out)];
}

/** 4-bit values of a uint8 tensor, each in its own element: the last axis doubles. */
function spreadBits(x: Tensor, bits: number): Tensor {
  if (x.dtype !== 'uint8' || bits === 8) return x;
  const bytes = asNumbers(x.data);
  const data = Uint8Array.from({ length: bytes.length * 2 }, (_, n) => unpacked(bytes, 0, n, 4));
  return { dtype: 'uint4', shape: [...x.shape.slice(0, -1), x.shape.at(-1)! * 2], data };
}

/** Zero points, spread likewise and cut to the number of scales in a row. */
function zerosOf(zeros: Tensor, scales: Tensor, bits: number): NumberArray {
  const wide = spreadBits(zeros, bits);
  const [have, want] = [wide.shape.at(-1)!, scales.shape.at(-1)!];
  const values = asNumbers(wide.data);
  if (have === want) return values;
  return Float64Array.from({ length: scales.data.length }, (_, n) => values[Math.floor(n / want) * have + (n % want)]!);
}

/** Gather from a table in blocks of few bits: data, indices, scales, zero points. */
function gatherBlockQuantized(inputs: Inputs, call: Call): Tensor[] {
  const bits = number(call, 'bits', 4);
  const [table, scales] = [spreadBits(need(inputs, 0, call), bits), need(inputs, 2, call)];
  const axis = axisOf(number(call, 'quantize_axis', 1), table.shape.length, call);
  const place = placesOfScales(table.shape, scales.shape, axis, number(call, 'block_size', 128));
  const [values, factors] = [asNumbers(table.data), asNumbers(scales.data)];
  const zeros = inputs[3] ? zerosOf(inputs[3], scales, bits) : null;
  const middle = table.dtype === 'int4' ? 0 : 2 ** (bits - 1);
  const data = Float64Array.from(
    { length: sizeOf(table.shape) },
    (_, n) => (values[n]! - (zeros?.[place(n)] ?? middle)) * factors[place(n)]!,
  );
  const rows = gather({ dtype: 'float64', shape: table.shape, data }, need(inputs, 1, call), number(call, 'gather_axis', 0), call);
  return [resultFrom(scales.dtype, rows.shape, rows.data as Float64Array)];
}

/** x, scale, zero, scale of y, zero of y */
function qLinearSoftmax(inputs: Inputs, call: Call): Tensor[] {
  const real = realOf(inputs, 0, call);
  return [quantizedAs(alongAxis(real, axisOf(number(call, 'axis', -1), real.shape.length, call), softmaxLine), inputs, 3, call)];
}

const pair =
  (pairs: Pairs) =>
  (inputs: Inputs, call: Call): Tensor[] => [quantizedAs(binary(realOf(inputs, 0, call), realOf(inputs, 3, call), pairs), inputs, 6, call)];

export const microsoftQuantized: Kernels = {
  'com.microsoft:DynamicQuantizeMatMul': dynamicQuantizeMatMul,
  'com.microsoft:MatMulIntegerToFloat': matMulIntegerToFloat,
  'com.microsoft:MatMulNBits': matMulNBits,
  'com.microsoft:GatherBlockQuantized': gatherBlockQuantized,
  'com.microsoft:QLinearAdd': pair(ADD),
  'com.microsoft:QLinearMul': pair(MUL),
  'com.microsoft:QLinearSoftmax': qLinearSoftmax,
};
