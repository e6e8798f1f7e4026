/** What the runtime must be told of a graph: where its weights lie, and which nodes belong on the CPU. */
import type { onnx } from '../../model/onnx/proto.js';
import { isExternal } from '../../model/onnx/tensors.ts';
import { tensorsOf } from '../../model/onnx/tensors-of.ts';
import type { Range } from './ahead.ts';

interface External {
  /** By file. */
  readonly weights: ReadonlyMap<string, readonly Range[]>;
  /** Bytes of all external tensors. */
  readonly size: number;
}

export function externalOf(model: onnx.ModelProto): External {
  const weights = new Map<string, Range[]>();
  let size = 0;
  for (const { tensor } of tensorsOf(model)) {
    if (!isExternal(tensor)) continue;
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const [location = '', offset, length] = ['location', 'offset', 'length'].map((key) => entries.get(key));
    const ranges = weights.get(location) ?? [];
    weights.set(location, ranges);
    ranges.push({ offset: Number(offset ?? 0), length: Number(length ?? 0) });
    size += Number(length ?? 0);
  }
  return { weights, size };
}

/**
 * Logical operators, which onnxruntime-web 1.30's WebGPU provider gets wrong where it broadcasts: [1, 1, 8, 8] And [1, 1, 8, 1] loses ones.
 * They only make masks, a byte for each pair of positions.
 */
const WRONG_ON_GPU: ReadonlySet<string> = new Set(['And', 'Or', 'Xor']);

export function cpuNodesOf(model: onnx.ModelProto): string[] {
  const nodes = model.graph!.node.filter(({ opType, domain, name }) => WRONG_ON_GPU.has(opType) && domain === '' && name !== '');
  return nodes.map(({ name }) => name);
}
