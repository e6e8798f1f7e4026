/** A model of its own that shares what never changes (nodes, weights): only lists and nodes with subgraphs are new. Costs a few kB. */
import { onnx } from '../../onnx/proto.js';
import { graphsOf } from './attributes.ts';

export interface Clone {
  readonly model: onnx.ModelProto;
  /** The graph of the clone that stands for one of the original. */
  readonly graphOf: ReadonlyMap<onnx.GraphProto, onnx.GraphProto>;
  /** The same for nodes with subgraphs. */
  readonly nodeOf: ReadonlyMap<onnx.NodeProto, onnx.NodeProto>;
}

export function cloneModel(model: onnx.ModelProto): Clone {
  const graphOf = new Map<onnx.GraphProto, onnx.GraphProto>();
  const nodeOf = new Map<onnx.NodeProto, onnx.NodeProto>();
  const cloneNode = (node: onnx.NodeProto): onnx.NodeProto => {
    if (graphsOf(node).length === 0) return node;
    const attribute = node.attribute.map((a) => (a.g ? onnx.AttributeProto.create({ ...a, g: cloneGraph(a.g) }) : a));
    const made = onnx.NodeProto.create({ ...node, input: [...node.input], output: [...node.output], attribute });
    nodeOf.set(node, made);
    return made;
  };
  const cloneGraph = (graph: onnx.GraphProto): onnx.GraphProto => {
    const made = onnx.GraphProto.create({
      ...graph,
      node: graph.node.map(cloneNode),
      initializer: [...graph.initializer],
      input: [...graph.input],
      output: [...graph.output],
      valueInfo: [...graph.valueInfo],
    });
    graphOf.set(graph, made);
    return made;
  };
  const graph = model.graph ? cloneGraph(model.graph) : null;
  return { model: onnx.ModelProto.create({ ...model, graph }), graphOf, nodeOf };
}
