/** The part of a graph that makes one of its values, as a model of its own: it reads no more weights than that needs. */
import { graphsOf } from '../../attention/graph/attributes.ts';
import { makeNode, valueInfo } from '../../attention/graph/builder.ts';
import type { GraphView } from '../../attention/graph/view.ts';
import { onnx } from '../../onnx/proto.js';

export interface Cone {
  readonly model: onnx.ModelProto;
  /** Inputs that it needs. */
  readonly inputs: readonly string[];
  /** Name of its output. */
  readonly output: string;
}

/**
 * @param name a value of the main graph; a stored tensor or an input is as good
 * @param typeOf ONNX element type of a value
 */
export function coneOf(view: GraphView, name: string, typeOf: (name: string) => number): Cone {
  const { values, nodes } = neededFor(view, name);
  const graph = view.model.graph!;
  const output = 'headlight/position';
  const input = graph.input.filter((given) => values.has(given.name) && !view.initializers.has(given.name));
  const cut = onnx.GraphProto.create({
    name: 'position',
    input,
    initializer: graph.initializer.filter((stored) => values.has(stored.name)),
    node: [...graph.node.filter((node) => nodes.has(node)), makeNode('Identity', [name], [output])],
    output: [valueInfo(output, typeOf(name))],
  });
  return { model: onnx.ModelProto.create({ ...view.model, graph: cut }), inputs: input.map((given) => given.name), output };
}

function neededFor(view: GraphView, name: string) {
  const values = new Set<string>();
  const nodes = new Set<onnx.NodeProto>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === '' || values.has(next)) continue;
    values.add(next);
    const ref = view.producerOf(next);
    if (!ref || nodes.has(ref.node)) continue;
    nodes.add(ref.node);
    open.push(...ref.node.input, ...graphsOf(ref.node).flatMap(usedInside));
  }
  return { values, nodes };
}

/** Everything that a subgraph may take from around it. */
function usedInside(graph: onnx.GraphProto): string[] {
  const inner = graph.node.flatMap((node) => [...node.input, ...graphsOf(node).flatMap(usedInside)]);
  return [...inner, ...graph.output.map(({ name }) => name)];
}
