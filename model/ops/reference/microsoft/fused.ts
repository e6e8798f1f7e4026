/** Small fusions of com.microsoft: activations with a bias, skip connections with a norm, embeddings. Source: onnxruntime, ContribOperators.md. */
import type { Tensor } from '../../../tensor.ts';
import { gelu, geluTanh, map, type Scalar } from '../activations.ts';
import { ADD } from '../arithmetic.ts';
import { binary } from '../broadcast.ts';
import { gather } from '../gather.ts';
import { type Call, flag, type Inputs, type Kernel, type Kernels, need, number, resultFrom } from '../kernel.ts';
import { matMul } from '../matmul.ts';
import { layerNorm } from '../norm.ts';
import { dequantize, placesOfScales } from '../quantized.ts';
import { transpose } from '../shape.ts';

const activated =
  (of: Scalar): Kernel =>
  (inputs, call) => {
    const x = need(inputs, 0, call);
    return [map(inputs[1] ? binary(x, inputs[1], ADD) : x, of)];
  };

/** Which input is the norm's bias and which is added to x: they differ with and without a mean. */
const skipNorm =
  (centered: boolean): Kernel =>
  (inputs: Inputs, call: Call) => {
    const [x, skip, gamma] = [need(inputs, 0, call), need(inputs, 1, call), need(inputs, 2, call)];
    const [beta, bias] = centered ? [inputs[3], inputs[4]] : [null, inputs[3]];
    const joined = binary(x, skip, ADD);
    const sum = bias ? binary(joined, bias, ADD) : joined;
    const options = { axis: x.shape.length - 1, epsilon: number(call, 'epsilon', centered ? 1e-12 : 1e-5), centered };
    const [y, mean, inverse] = layerNorm(sum, gamma, beta ?? null, options);
    return [y, mean, inverse, sum];
  };

/** Axes of a batch moved behind the rows: [M, .., K] → [.., M, K] */
function batchLast(x: Tensor): Tensor {
  const rank = x.shape.length;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(x, [...axes.slice(1, rank - 1), 0, rank - 1]);
}

/** α · A · B with optional transposes of the last two axes, or of the batch. */
function fusedMatMul(inputs: Inputs, call: Call): Tensor[] {
  const side = (n: number, batch: string): Tensor => (flag(call, batch) ? batchLast(need(inputs, n, call)) : need(inputs, n, call));
  const options = { transA: flag(call, 'transA'), transB: flag(call, 'transB'), scale: number(call, 'alpha', 1) };
  return [matMul(side(0, 'transBatchA'), side(1, 'transBatchB'), call, options)];
}

interface Tables {
  readonly word: Tensor;
  readonly position: Tensor;
  readonly segment: Tensor | null;
}

/** Word + position (+ segment) embeddings, normalized; then the number of tokens of each example that the mask keeps, and the sum. */
function embedded(
  inputs: Inputs,
  tables: Tables,
  norm: [Tensor, Tensor],
  mask: Tensor | null,
  positions: Tensor | null,
  call: Call,
): Tensor[] {
  const ids = need(inputs, 0, call);
  const [B, T] = ids.shape as [number, number];
  const counted = resultFrom(
    'int32',
    [1, T],
    Array.from({ length: T }, (_, t) => t),
  );
  let sum = binary(gather(tables.word, ids, 0, call), gather(tables.position, positions ?? counted, 0, call), ADD);
  if (inputs[1] && tables.segment) sum = binary(sum, gather(tables.segment, inputs[1], 0, call), ADD);
  const [y] = layerNorm(sum, norm[0], norm[1], { axis: 2, epsilon: number(call, 'epsilon', 1e-12), centered: true });
  const counts = Array.from({ length: B }, (_, b) => {
    let count = 0;
    for (let t = 0; mask && t < T; t++) count += Number(mask.data[b * T + t]) === 1 ? 1 : 0;
    return count;
  });
  return [y, resultFrom('int32', [B], counts), sum];
}

/** ids, segment ids, word, position and segment embeddings, gamma, beta, mask, position ids. */
function embedLayerNormalization(inputs: Inputs, call: Call): Tensor[] {
  const tables = { word: need(inputs, 2, call), position: need(inputs, 3, call), segment: inputs[4] ?? null };
  const norm: [Tensor, Tensor] = [need(inputs, 5, call), need(inputs, 6, call)];
  return embedded(inputs, tables, norm, inputs[7] ?? null, inputs[8] ?? null, call);
}

/** The same with quantised tables: five tensors, the mask, then their five scales and five zero points. */
function qEmbedLayerNormalization(inputs: Inputs, call: Call): Tensor[] {
  const real = (n: number): Tensor => {
    const [x, scale, zero] = [need(inputs, n, call), need(inputs, n + 6, call), inputs[n + 11]];
    const scaling = {
      scale: scale.data as Float32Array,
      zero: zero ? (zero.data as Uint8Array) : null,
      place: placesOfScales(x.shape, scale.shape, 0, 1),
    };
    return resultFrom('float32', x.shape, dequantize(x, scaling));
  };
  const tables = { word: real(2), position: real(3), segment: inputs[4] ? real(4) : null };
  return embedded(inputs, tables, [real(5), real(6)], inputs[7] ?? null, null, call);
}

export const fused: Kernels = {
  'com.microsoft:BiasGelu': activated(gelu),
  'com.microsoft:FastGelu': activated(geluTanh),
  'com.microsoft:SkipLayerNormalization': skipNorm(true),
  'com.microsoft:SkipSimplifiedLayerNormalization': skipNorm(false),
  'com.microsoft:FusedMatMul': fusedMatMul,
  'com.microsoft:EmbedLayerNormalization': embedLayerNormalization,
  'com.microsoft:QEmbedLayerNormalization': qEmbedLayerNormalization,
};
