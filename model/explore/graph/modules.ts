/**
 * The module of every node: as the exporter wrote it down, else as the names of the weights tell. A node without weights of its own lies where
 * the nodes before and after it have in common.
 */
import type { Graph } from '../../onnx/graph.ts';
import { modulePath } from '../../onnx/module-path.ts';
import type { onnx } from '../../onnx/proto.js';

/** Below this share of nodes with a written module the names of the weights are looked at. */
const ENOUGH = 0.4;

export function modulesOf(graph: Graph): ReadonlyMap<onnx.NodeProto, readonly string[]> {
  const written = new Map(graph.nodes.map((node) => [node, split(modulePath(node))] as const));
  const known = [...written.values()].filter((path) => path.length > 0).length;
  return known >= ENOUGH * graph.nodes.length ? written : fromWeights(graph);
}

/** `layers.0.mlp` in one name is three modules; `layer.0` stays one: it is a layer. */
function split(path: readonly string[]): string[] {
  return path.flatMap((name) => name.match(/[^.]+(?:\.\d+(?![^.]))?/g) ?? []);
}

function fromWeights(graph: Graph): Map<onnx.NodeProto, readonly string[]> {
  const own = graph.nodes.map((node) => ownModule(graph, node));
  const before = carried(own);
  const after = carried([...own].reverse()).reverse();
  return new Map(graph.nodes.map((node, i) => [node, own[i] ?? common(before[i] ?? null, after[i] ?? null)]));
}

/** The module of the first stored tensor with a path for a name. */
function ownModule(graph: Graph, node: onnx.NodeProto): string[] | null {
  for (const name of node.input) {
    if (!name.includes('.') || name.includes('::') || !graph.stored(name)) continue;
    return split([name.slice(0, name.lastIndexOf('.'))]);
  }
  return null;
}

/** For each place the last known one up to it. */
function carried(paths: readonly (string[] | null)[]): (string[] | null)[] {
  let last: string[] | null = null;
  return paths.map((path) => {
    last = path ?? last;
    return last;
  });
}

/** What two modules have in common; the end of a layer (what is added to the residual stream) belongs to the layer before it. */
function common(before: readonly string[] | null, after: readonly string[] | null): readonly string[] {
  if (!before || !after) return [];
  const end = before.findIndex((name, i) => name !== after[i]);
  const layer = before.findIndex((name) => /\d$/.test(name)) + 1;
  return end < 0 ? before : before.slice(0, Math.max(end, layer));
}
