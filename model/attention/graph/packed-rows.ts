/**
 * com.microsoft.GatherBlockQuantized by plain operators: rows of a table of 4- or 8-bit numbers, looked up and de-quantised.
 *
 *     row = (unpacked(data[id]) − zero) · scale, a scale and a zero for each block of the row
 *
 * onnxruntime-web 1.30 has its CPU kernel only in the build without WebGPU. Source: onnxruntime docs/ContribOperators.md.
 */
import type { onnx } from '../../onnx/proto.js';
import { intAttribute } from './attributes.ts';
import { Builder, makeNode } from './builder.ts';
import { dimsOf, TYPE } from './constants.ts';
import { GraphView, operatorOf } from './view.ts';

/** What the operator is given, as far as its plain form needs it. */
interface Table {
  readonly node: onnx.NodeProto;
  readonly bits: number;
  /** Blocks of a row. */
  readonly blocks: number;
  /** Type of the scales, which is the type of the result. */
  readonly type: number;
}

/** The form of exporters: whole rows of a table of bytes. Null for every other, which is left to the runtime. */
function tableOf(tensors: ReadonlyMap<string, onnx.TensorProto>, node: onnx.NodeProto): Table | null {
  const [data, scales] = [tensors.get(node.input[0] ?? ''), tensors.get(node.input[2] ?? '')];
  const bits = intAttribute(node, 'bits', 4);
  const known = data && scales && data.dataType === TYPE.uint8 && dimsOf(data).length === 2 && (bits === 4 || bits === 8);
  const rows = intAttribute(node, 'gather_axis', 0) === 0 && [1, -1].includes(intAttribute(node, 'quantize_axis', 1));
  return known && rows ? { node, bits, blocks: dimsOf(scales)[1]!, type: scales.dataType ?? TYPE.float } : null;
}

/** Bytes [ids, n] as numbers: two from each byte, the low half first, where they have 4 bits. */
function unpacked(b: Builder, bytes: string, lengths: string, bits: number): string {
  const x = b.cast(bytes, TYPE.float);
  if (bits === 8) return x;
  const high = b.op('Floor', [b.op('Div', [x, b.float(16)])]);
  const low = b.op('Sub', [x, b.op('Mul', [high, b.float(16)])]);
  const pairs = b.op('Concat', [b.op('Unsqueeze', [low, b.ints(-1)]), b.op('Unsqueeze', [high, b.ints(-1)])], { axis: -1 });
  return b.op('Reshape', [pairs, b.op('Concat', [lengths, b.ints(-1)], { axis: 0 })]);
}

function written(b: Builder, { node, bits, blocks, type }: Table): void {
  const [data, ids, scales, zeros] = node.input as [string, string, string, string?];
  const lengths = b.op('Shape', [ids]);
  const rows = (of: string): string => b.op('Gather', [of, ids], { axis: 0 });
  const inBlocks = (of: string, size: number): string =>
    b.op('Reshape', [of, b.op('Concat', [lengths, b.ints(blocks, size)], { axis: 0 })]);
  const values = inBlocks(unpacked(b, rows(data), lengths, bits), -1);
  // A row with an odd number of blocks has half a byte too many.
  const zero = zeros
    ? inBlocks(b.op('Slice', [unpacked(b, rows(zeros), lengths, bits), b.ints(0), b.ints(blocks), b.ints(-1)]), 1)
    : b.float(2 ** (bits - 1));
  const scaled = b.op('Mul', [b.op('Sub', [values, zero]), inBlocks(b.cast(rows(scales), TYPE.float), 1)]);
  const whole = b.op('Reshape', [scaled, b.op('Concat', [lengths, b.ints(-1)], { axis: 0 })]);
  b.nodes.push(makeNode('Cast', [whole], [node.output[0]!], { to: type }));
}

/** Puts the plain form in the operator's place, in the main graph of `model`. */
export function plainRows(model: onnx.ModelProto): void {
  const graph = model.graph!;
  const found = graph.node.filter((node) => operatorOf(node) === 'com.microsoft::GatherBlockQuantized');
  if (found.length === 0) return;
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const opset = new GraphView(model).opset();
  for (const [index, node] of found.entries()) {
    const table = tableOf(tensors, node);
    if (!table) continue;
    const b = new Builder(`headlight/rows${index}`, opset);
    written(b, table);
    graph.node.splice(graph.node.indexOf(node), 1, ...b.nodes);
    graph.initializer.push(...b.initializers);
  }
}
