/**
 * Weights that are stored as whole numbers with a scale (linear quantization), as the numbers that they stand for.
 *
 *     w = (q − z) · s        one s and z for the tensor, one for each index of an axis, or one for each block along it
 *
 * Sources: ONNX `DequantizeLinear` 10 to 25 (axis, block_size), `MatMulInteger`, `QLinearMatMul`, `QLinearConv`; onnxruntime's contrib operators
 * `DynamicQuantizeMatMul`, `MatMulIntegerToFloat`, `QGemm`; the names that onnxruntime's quantizer gives to what belongs together.
 */
import { HeadlightError } from '../errors.ts';
import { intOf, operatorOf } from '../onnx/attributes.ts';
import type { onnx } from '../onnx/proto.js';
import { sizeOf } from '../tensor.ts';
import { once } from './once.ts';
import { type Series, seriesOf } from './series.ts';
import type { StoredTensor } from './stored.ts';

export interface Quantized {
  readonly codes: StoredTensor;
  readonly scales: StoredTensor;
  readonly zeros: StoredTensor | null;
  /** Axis that scales change along; it does not count where there is one scale. */
  readonly axis: number;
  /** Indices of the axis that share a scale; 0 for one scale an index. */
  readonly block: number;
}

/** Inputs of an operator that hold codes, scale and zero point. */
const INPUTS: Readonly<Record<string, readonly [codes: number, scales: number, zeros: number]>> = {
  DequantizeLinear: [0, 1, 2],
  'com.microsoft::DequantizeLinear': [0, 1, 2],
  QLinearMatMul: [3, 4, 5],
  QLinearConv: [3, 4, 5],
  'com.microsoft::QGemm': [3, 4, 5],
  'com.microsoft::DynamicQuantizeMatMul': [1, 2, 3],
  'com.microsoft::MatMulIntegerToFloat': [1, 3, 5],
};

/** The quantized weights of a graph, by the name of the tensor that holds the codes. */
export function quantizedOf(nodes: Iterable<onnx.NodeProto>, tensors: ReadonlyMap<string, StoredTensor>): Map<string, Quantized> {
  const found = new Map<string, Quantized>();
  for (const node of nodes) {
    const places = INPUTS[operatorOf(node)];
    const [codes, scales, zeros] = (places ?? []).map((place) => tensors.get(node.input[place] ?? ''));
    if (!codes || !scales || !/^u?int/.test(codes.dtype)) continue;
    const axis = node.opType === 'DequantizeLinear' ? intOf(node, 'axis', 1) : node.opType === 'QLinearConv' ? 0 : codes.shape.length - 1;
    const block = intOf(node, 'block_size', 0);
    found.set(codes.name, { codes, scales, zeros: zeros ?? null, axis: axis < 0 ? axis + codes.shape.length : axis, block });
  }
  for (const codes of tensors.values()) {
    const base = /^(.*)_quantized$/.exec(codes.name)?.[1];
    const scales = base === undefined ? undefined : tensors.get(`${base}_scale`);
    if (found.has(codes.name) || !scales || !/^u?int/.test(codes.dtype)) continue;
    const zeros = tensors.get(`${base}_zero_point`) ?? null;
    found.set(codes.name, { codes, scales, zeros, axis: Math.max(0, codes.shape.lastIndexOf(sizeOf(scales.shape))), block: 0 });
  }
  return found;
}

/**
 * The numbers of quantized weights, in the shape of their codes.
 * @throws HeadlightError `shape` where scales do not fit
 */
export function dequantizedLinear({ codes, scales, zeros, axis, block }: Quantized): Series {
  const { name, shape } = codes;
  const series = seriesOf(codes);
  const length = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const groups = block > 0 ? Math.ceil(length / block) : length;
  const many = sizeOf(scales.shape);
  const needed = block > 0 ? (sizeOf(shape) / length) * groups : length;
  if (many !== 1 && many !== needed)
    throw new HeadlightError('shape', `${name} [${shape.join(', ')}] has ${many} scales along axis ${axis}; ${needed} are needed.`);
  const groupOf = (i: number): number => {
    if (many === 1) return 0;
    const along = Math.floor(i / inner) % length;
    if (block === 0) return along;
    return (Math.floor(i / (inner * length)) * groups + Math.floor(along / block)) * inner + (i % inner);
  };
  const all = once(async () => ({
    scale: await seriesOf(scales).read(0, many),
    zero: zeros && sizeOf(zeros.shape) > 0 ? await seriesOf(zeros).read(0, sizeOf(zeros.shape)) : null,
  }));
  return {
    name,
    shape,
    dtype: 'float32',
    bits: series.bits,
    async read(start, count) {
      const read = await series.read(start, count);
      const { scale, zero } = await all();
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) {
        const group = groupOf(start + i);
        values[i] = (Number(read[i]) - Number(zero?.[zero.length === 1 ? 0 : group] ?? 0)) * Number(scale[group]);
      }
      return values;
    },
  };
}
