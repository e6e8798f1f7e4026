/** How a graph's weights are quantized, in words. */
import { intOf, operatorOf } from './attributes.ts';
import { DataType, typeName } from './dtypes.ts';
import type { onnx } from './proto.js';

/**
 * `int8 dynamic`, `int8 static (QDQ)`, `4-bit blocks of 32` …; several joined with `, `; null for a graph without quantized weights.
 * @param type `TensorProto.DataType` of most weights
 */
export function describeQuantization(nodes: readonly onnx.NodeProto[], type: number): string | null {
  const operators = new Set(nodes.map(operatorOf));
  const integer = INTEGERS.has(type) ? typeName(type) : 'int8';
  const words = [...blocks(nodes), dynamic(operators, integer), fixed(operators, integer), dequantized(nodes, operators, integer)];
  const said = [...new Set(words.filter((word): word is string => word !== null))];
  return said.length > 0 ? said.join(', ') : null;
}

const INTEGERS: ReadonlySet<number> = new Set([
  DataType.INT8,
  DataType.UINT8,
  DataType.INT4,
  DataType.UINT4,
  DataType.INT2,
  DataType.UINT2,
]);

/** Weights packed in blocks along K, each with its own scale. */
function* blocks(nodes: readonly onnx.NodeProto[]): Generator<string> {
  for (const node of nodes) {
    const operator = operatorOf(node);
    if (operator === 'com.microsoft::MatMulNBits') yield `${intOf(node, 'bits', 4)}-bit blocks of ${intOf(node, 'block_size', 32)}`;
    if (operator === 'com.microsoft::GatherBlockQuantized')
      yield `${intOf(node, 'bits', 4)}-bit blocks of ${intOf(node, 'block_size', 128)}`;
    if (operator === 'com.microsoft::MatMulBnb4') {
      yield `4-bit ${intOf(node, 'quant_type', 1) === 1 ? 'NF4' : 'FP4'} blocks of ${intOf(node, 'block_size', 64)}`;
    }
  }
}

const DYNAMIC = ['MatMulInteger', 'ConvInteger'];
const DYNAMIC_FUSED = ['MatMulIntegerToFloat', 'DynamicQuantizeMatMul', 'QAttention'].map((name) => `com.microsoft::${name}`);
const STATIC = ['QLinearMatMul', 'QLinearConv', 'com.microsoft::QGemm', 'com.microsoft::QLinearSoftmax'];

/** Activations are quantized during the run. */
function dynamic(operators: ReadonlySet<string>, integer: string): string | null {
  return [...DYNAMIC, ...DYNAMIC_FUSED].some((operator) => operators.has(operator)) ? `${integer} dynamic` : null;
}

/** Scales were fixed when the file was made. */
function fixed(operators: ReadonlySet<string>, integer: string): string | null {
  return STATIC.some((operator) => operators.has(operator)) ? `${integer} static (QOperator)` : null;
}

/** DequantizeLinear beside QuantizeLinear: activations too (QDQ); alone: stored weights only. */
function dequantized(nodes: readonly onnx.NodeProto[], operators: ReadonlySet<string>, integer: string): string | null {
  const node = nodes.find((one) => operatorOf(one) === 'DequantizeLinear');
  const said = [...STATIC, ...DYNAMIC, ...DYNAMIC_FUSED].some((operator) => operators.has(operator));
  if (!node || said) return null;
  if (operators.has('QuantizeLinear')) return `${integer} static (QDQ)`;
  const block = intOf(node, 'block_size', 0);
  return block > 0 ? `${integer} weights in blocks of ${block}` : `${integer} weights`;
}
