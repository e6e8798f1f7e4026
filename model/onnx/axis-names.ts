/**
 * Names of free axes. The runtime reuses buffers where two values have the same names; an exporter that called the texts of an encoder and of its
 * decoder both `sequence_length` makes it take their lengths for equal.
 */
import type { onnx } from './proto.js';

const dimsOf = (info: onnx.ValueInfoProto) => info.type?.tensorType?.shape?.dim ?? [];

/** Names that stand for more than one length in a run. `shapes`: those of the inputs that are given, by name. */
export function ambiguousNames(graph: onnx.GraphProto, shapes: ReadonlyMap<string, readonly number[]>): ReadonlySet<string> {
  const lengths = new Map<string, number>();
  const found = new Set<string>();
  for (const input of graph.input) {
    for (const [axis, { dimParam }] of dimsOf(input).entries()) {
      const length = shapes.get(input.name ?? '')?.[axis];
      if (!dimParam || length === undefined) continue;
      if ((lengths.get(dimParam) ?? length) !== length) found.add(dimParam);
      lengths.set(dimParam, length);
    }
  }
  return found;
}

/** Takes names from all axes of a graph, in place: their lengths are then nobody's business but the run's. */
export function forgetNames(graph: onnx.GraphProto, names: ReadonlySet<string>): void {
  for (const info of [...graph.input, ...graph.output, ...graph.valueInfo]) {
    for (const dim of dimsOf(info)) if (dim.dimParam && names.has(dim.dimParam)) dim.dimParam = '';
  }
}
