/** Makes value names unique over a model's graphs: sibling subgraphs may use the same names, an index by name may not. */
import type { onnx } from '../../onnx/proto.js';
import { graphsOf } from './attributes.ts';

type Names = ReadonlyMap<string, string>;

function rename(list: string[], names: Names): void {
  for (let i = 0; i < list.length; i++) list[i] = names.get(list[i]!) ?? list[i]!;
}

function fresh(name: string, taken: Set<string>): string {
  let n = 2;
  while (taken.has(`${name}~${n}`)) n++;
  return `${name}~${n}`;
}

function own(graph: onnx.GraphProto): string[] {
  return [...graph.input.map((v) => v.name), ...graph.initializer.map((t) => t.name), ...graph.node.flatMap((n) => n.output)];
}

function walk(graph: onnx.GraphProto, outer: Names, taken: Set<string>, top: boolean): void {
  const names = new Map(outer);
  for (const name of new Set(own(graph))) {
    if (!name) continue;
    const unique = taken.has(name) && !top ? fresh(name, taken) : name;
    taken.add(unique);
    if (unique !== name) names.set(name, unique);
    else names.delete(name);
  }
  for (const value of [...graph.input, ...graph.initializer, ...graph.output, ...graph.valueInfo]) {
    value.name = names.get(value.name) ?? value.name;
  }
  for (const node of graph.node) {
    rename(node.input, names);
    rename(node.output, names);
    for (const inner of graphsOf(node)) walk(inner, names, taken, false);
  }
}

/** The runtime wants node names to be unique where there are any: an inlined function brings the same ones with every call. */
function nameNodes(graph: onnx.GraphProto, taken: Set<string>): void {
  for (const node of graph.node) {
    if (node.name && taken.has(node.name)) node.name = fresh(node.name, taken);
    if (node.name) taken.add(node.name);
    for (const inner of graphsOf(node)) nameNodes(inner, taken);
  }
}

/** Renames, in place, what subgraphs define twice, and nodes that are called alike. Values of the main graph keep their names. */
export function uniqueNames(model: onnx.ModelProto): void {
  if (!model.graph) return;
  walk(model.graph, new Map(), new Set(), true);
  nameNodes(model.graph, new Set());
}
