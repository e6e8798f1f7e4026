/** Tensors that do not hold their weights as they are: what the weights are, and which tensors only help to read them. */
import type { onnx } from '../onnx/proto.js';
import { blocksOf, dequantized } from './blocks.ts';
import { dequantizedLinear, quantizedOf } from './quantized.ts';
import type { Series } from './series.ts';
import type { StoredTensor } from './stored.ts';

export interface Packed {
  /** Shape of the weights. */
  readonly shape: readonly number[];
  /** Names of the scales and zero points. */
  readonly helpers: readonly string[];
  /** The weights. @throws HeadlightError `shape`, `unsupported` */
  series(): Series;
}

/** The packed and quantized weights of a graph's nodes, by the name of the tensor that holds them. */
export function packedOf(nodes: readonly onnx.NodeProto[], tensors: readonly StoredTensor[]): Map<string, Packed> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const packed = new Map<string, Packed>();
  const helpersOf = (scales: StoredTensor, zeros: StoredTensor | null) => [scales.name, ...(zeros ? [zeros.name] : [])];
  for (const [name, linear] of quantizedOf(nodes, byName)) {
    const helpers = helpersOf(linear.scales, linear.zeros);
    packed.set(name, { shape: linear.codes.shape, helpers, series: () => dequantizedLinear(linear) });
  }
  for (const [name, blocks] of blocksOf(nodes, byName)) {
    packed.set(name, { shape: [blocks.N, blocks.K], helpers: helpersOf(blocks.scales, blocks.zeros), series: () => dequantized(blocks) });
  }
  return packed;
}
