/**
 * What a value of a graph depends on: on weights alone, on lengths, positions and masks, or on what the text or picture says.
 *
 * Only what depends on the content is walked along. Masks, tables of positions and lengths are made again wherever they are needed.
 */

import { DataType } from '../onnx/dtypes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { onnx } from '../onnx/proto.js';

/** `ids`: integers that stand for words, kinds of text or classes, before anything is looked up with them. */
export type Nature = 'constant' | 'side' | 'ids' | 'content';

/** What comes out of these says nothing of the content: lengths, masks, counts. */
const FORGETS = new Set([
  ...['Shape', 'Size', 'Range', 'ConstantOfShape', 'EyeLike', 'Equal', 'Not', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'],
  ...['And', 'Or', 'Xor', 'IsNaN', 'IsInf', 'NonZero'],
]);
/** Arithmetic that makes content of ids. */
const COMPUTES = new Set(['MatMul', 'Gemm', 'Conv', 'EmbedLayerNormalization', 'GatherBlockQuantized', 'Sin', 'Cos']);
const FLOATS: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE]);

/** The nature of every value of the main graph, by name. */
export function naturesOf(graph: Graph): ReadonlyMap<string, Nature> {
  const natures = new Map<string, Nature>();
  for (const { name } of graph.proto.initializer) natures.set(name, 'constant');
  for (const { name } of graph.inputs) natures.set(name, ofInput(name, graph.type(name)?.type ?? 0));
  for (const node of graph.nodes) {
    const nature = ofNode(node, graph, natures);
    for (const name of node.output) if (name) natures.set(name, nature);
  }
  return natures;
}

function ofInput(name: string, type: number): Nature {
  if (/mask|position|past|cache/i.test(name)) return 'side';
  return FLOATS.has(type) ? 'content' : 'ids';
}

function ofNode(node: onnx.NodeProto, graph: Graph, natures: ReadonlyMap<string, Nature>): Nature {
  const outer = graph.subgraphs(node).flatMap((inner) => inner.outerValues());
  const inputs = [...node.input.filter(Boolean), ...outer].map((name) => natures.get(name) ?? 'constant');
  if (inputs.every((nature) => nature === 'constant')) return inputs.length === 0 && node.opType !== 'Constant' ? 'side' : 'constant';
  if (FORGETS.has(node.opType)) return 'side';
  if (inputs.includes('content')) return 'content';
  if (!inputs.includes('ids')) return 'side';
  return looksUp(node, graph, natures) || COMPUTES.has(node.opType) ? 'content' : 'ids';
}

/** A row of a table of floats for each id. */
export function looksUp(node: onnx.NodeProto, graph: Graph, natures: ReadonlyMap<string, Nature>): boolean {
  if (node.opType !== 'Gather') return false;
  const [table = '', indices = ''] = node.input;
  return natures.get(table) === 'constant' && natures.get(indices) === 'ids' && FLOATS.has(typeOf(graph, table));
}

/** The element type of a constant, through what only moves it. */
function typeOf(graph: Graph, value: string): number {
  const type = graph.type(value)?.type;
  if (type) return type;
  const node = graph.producer(value);
  return node && ['Transpose', 'Identity', 'Cast', 'Reshape', 'DequantizeLinear'].includes(node.opType)
    ? typeOf(graph, node.input[0]!) || DataType.FLOAT
    : 0;
}
