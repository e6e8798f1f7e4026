/** Counting parameters, which a file may keep packed, scaled or twice. */
import { table } from '../table.ts';
import { intOf, operatorOf, subgraphsOf } from './attributes.ts';
import { DataType } from './dtypes.ts';
import type { Graph } from './graph.ts';
import { valuesOf } from './places.ts';
import type { onnx } from './proto.js';

const FLOATS: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE]);

/** Inputs that hold quantized weights, by operator; the others of the same node are scales and zero points. */
const QUANTIZED: Readonly<Record<string, readonly number[]>> = table({
  DequantizeLinear: [0],
  MatMulInteger: [0, 1],
  ConvInteger: [0, 1],
  QLinearMatMul: [0, 3],
  QLinearConv: [0, 3, 8],
  'com.microsoft::DynamicQuantizeMatMul': [1],
  'com.microsoft::MatMulIntegerToFloat': [0, 1],
  'com.microsoft::MatMulNBits': [1],
  'com.microsoft::MatMulBnb4': [1],
  'com.microsoft::GatherBlockQuantized': [0],
  'com.microsoft::QAttention': [1],
  'com.microsoft::QGemm': [0, 3],
  'com.microsoft::QEmbedLayerNormalization': [2, 3, 4],
  Gather: [0],
});

/** Inputs that are neither weights nor biases, though they may be tables of floats: scales, sines and cosines. */
const TABLES: Readonly<Record<string, readonly number[]>> = table({
  DequantizeLinear: [1],
  QuantizeLinear: [1],
  QLinearMatMul: [1, 4, 6],
  'com.microsoft::DynamicQuantizeMatMul': [2],
  'com.microsoft::MatMulIntegerToFloat': [2, 3],
  'com.microsoft::MatMulNBits': [2],
  'com.microsoft::MatMulBnb4': [2],
  'com.microsoft::GatherBlockQuantized': [2],
  'com.microsoft::QAttention': [3, 4],
  'com.microsoft::GroupQueryAttention': [7, 8],
  'com.microsoft::RotaryEmbedding': [2, 3],
  RotaryEmbedding: [1, 2],
});
/** Frequencies of rotary positions, as modules call their buffer. */
const BUFFER = /inv_freq/;

export interface WeightCount {
  /** Values of all weights and biases. */
  readonly parameters: number;
  /** `TensorProto.DataType` in which most of them are stored, 0 for a graph without any. */
  readonly type: number;
}

/**
 * Weights are stored floats with more than one value, and integers that an operator takes as quantized weights. Scales, zero points,
 * shapes, masks and tables of sines are none.
 */
export function countWeights(graphs: readonly Graph[]): WeightCount {
  const byType = new Map<number, number>();
  for (const graph of graphs) {
    const counted = new Map<onnx.TensorProto, number>();
    countGraph(graph, counted);
    for (const [tensor, values] of counted) byType.set(tensor.dataType, (byType.get(tensor.dataType) ?? 0) + values);
  }
  const parameters = [...byType.values()].reduce((sum, values) => sum + values, 0);
  const [most] = [...byType].sort((a, b) => b[1] - a[1]);
  return { parameters, type: most?.[0] ?? 0 };
}

function countGraph(graph: Graph, counted: Map<onnx.TensorProto, number>): void {
  for (const node of graph.nodes) {
    const operator = operatorOf(node);
    node.input.forEach((name, i) => {
      const tensor = name ? graph.stored(name) : null;
      if (!tensor || TABLES[operator]?.includes(i) || BUFFER.test(name)) return;
      const values = valuesOf(tensor);
      const quantized = QUANTIZED[operator]?.includes(i) && !FLOATS.has(tensor.dataType) && tensor.dims.length > 0;
      if (quantized && isByteOrLess(tensor)) counted.set(tensor, unpacked(node, operator, tensor, values));
      else if (FLOATS.has(tensor.dataType) && values > 1) counted.set(tensor, values);
    });
    if (subgraphsOf(node).length > 0) for (const inner of graph.subgraphs(node)) countGraph(inner, counted);
  }
}

function isByteOrLess({ dataType }: onnx.TensorProto): boolean {
  return [DataType.INT8, DataType.UINT8, DataType.INT4, DataType.UINT4, DataType.INT2, DataType.UINT2].some((type) => type === dataType);
}

/** Weights in a tensor of bytes that hold several each. */
function unpacked(node: onnx.NodeProto, operator: string, tensor: onnx.TensorProto, values: number): number {
  if (operator === 'com.microsoft::MatMulNBits' || operator === 'com.microsoft::MatMulBnb4')
    return intOf(node, 'N', 1) * intOf(node, 'K', 1);
  if (operator === 'com.microsoft::GatherBlockQuantized' && tensor.dataType === DataType.UINT8)
    return (values * 8) / intOf(node, 'bits', 4);
  return values;
}
