/**
 * Large tensors, wherever the file keeps them, as initializers of the main graph: out of Constant nodes and out of the bodies of If, Loop
 * and Scan, which see the values around them. The runtime takes external data nowhere else (onnxruntime-web 1.30: "external data path
 * could not be canonicalized" for an initializer of a subgraph).
 */
import { domainOf, subgraphsOf } from './attributes.ts';
import { onnx } from './proto.js';
import { isExternal } from './tensors.ts';

/** Moves, in place, every external tensor of the graph and its subgraphs to the main graph's initializers. Functions are left alone. */
export function hoistWeights(graph: onnx.GraphProto): void {
  const taken = new Set(valuesOf(graph));
  const moved: onnx.TensorProto[] = [];
  hoist(graph, true, taken, moved);
  graph.initializer.push(...moved);
}

function hoist(graph: onnx.GraphProto, main: boolean, taken: Set<string>, moved: onnx.TensorProto[]): void {
  const names = new Map<string, string>();
  const outputs = new Set(graph.output.map(({ name }) => name));
  const move = (tensor: onnx.TensorProto, name: string) => {
    tensor.name = main ? name : fresh(outputs.has(name) ? `${name}/stored` : name, taken);
    if (tensor.name !== name) names.set(name, tensor.name);
    moved.push(tensor);
  };
  graph.node = graph.node.filter((node) => {
    const tensor = weightOf(node);
    if (tensor) move(tensor, node.output[0]!);
    return !tensor;
  });
  if (!main) {
    for (const tensor of graph.initializer.filter(isExternal)) move(tensor, tensor.name);
    graph.initializer = graph.initializer.filter((tensor) => !isExternal(tensor));
    passOutputs(graph, names);
  }
  for (const node of graph.node) {
    rename(node, names);
    for (const { graph: inner } of subgraphsOf(node)) hoist(inner, false, taken, moved);
  }
}

/** The large tensor of a Constant node. */
function weightOf(node: onnx.NodeProto): onnx.TensorProto | null {
  if (node.opType !== 'Constant' || domainOf(node.domain) !== '' || !node.output[0]) return null;
  const tensor = node.attribute.find(({ name }) => name === 'value')?.t;
  return tensor && isExternal(tensor) ? tensor : null;
}

/** A body must make its outputs itself: one that was a stored tensor is copied from where the tensor is now. */
function passOutputs(graph: onnx.GraphProto, names: ReadonlyMap<string, string>): void {
  for (const { name } of graph.output) {
    const source = names.get(name);
    if (source) graph.node.push(identity(source, name));
  }
}

function identity(input: string, output: string): onnx.NodeProto {
  return onnx.NodeProto.create({ opType: 'Identity', input: [input], output: [output], name: `${output}/Identity` });
}

/** Uses of a moved tensor, those inside subgraphs too, except where an inner graph has a value of that name itself. */
function rename(node: onnx.NodeProto, names: ReadonlyMap<string, string>): void {
  if (names.size === 0) return;
  node.input = node.input.map((name) => names.get(name) ?? name);
  for (const { graph } of subgraphsOf(node)) {
    const own = new Set(valuesOf(graph));
    const visible = new Map([...names].filter(([name]) => !own.has(name)));
    for (const inner of graph.node) rename(inner, visible);
  }
}

function* valuesOf(graph: onnx.GraphProto): Generator<string> {
  for (const { name } of [...graph.input, ...graph.initializer]) yield name;
  for (const node of graph.node) yield* node.output;
}

function fresh(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}~${number}`;
  taken.add(unique);
  return unique;
}
