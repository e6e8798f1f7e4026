/**
 * Every tensor of a model, wherever it is: initializers, attributes of nodes (Constant above all), subgraphs, functions.
 */
import type { onnx } from './proto.js';

export interface NamedTensor {
  readonly tensor: onnx.TensorProto;
  /** Its own name, or that of the node that holds it. */
  readonly name: string;
}

export function* tensorsOf(model: onnx.ModelProto): Generator<NamedTensor> {
  if (model.graph) yield* tensorsOfGraph(model.graph);
  for (const { node } of model.functions) for (const one of node) yield* tensorsOfNode(one);
}

/** Tensors of a graph and of its subgraphs. */
export function* tensorsOfGraph(graph: onnx.GraphProto): Generator<NamedTensor> {
  for (const tensor of graph.initializer) yield { tensor, name: tensor.name };
  for (const node of graph.node) yield* tensorsOfNode(node);
}

function* tensorsOfNode(node: onnx.NodeProto): Generator<NamedTensor> {
  const name = node.output[0] || node.name || node.opType;
  for (const attribute of node.attribute) {
    if (attribute.t) yield { tensor: attribute.t, name };
    for (const tensor of attribute.tensors) yield { tensor, name };
    if (attribute.g) yield* tensorsOfGraph(attribute.g);
    for (const graph of attribute.graphs) yield* tensorsOfGraph(graph);
  }
}
