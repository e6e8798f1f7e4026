/** From an ONNX graph to the page's: nodes and values by number, bodies of If, Loop and Scan among them. */
import { nodeName, operatorOf, subgraphsOf } from '../../onnx/attributes.ts';
import { typeName } from '../../onnx/dtypes.ts';
import { Graph } from '../../onnx/graph.ts';
import type { onnx } from '../../onnx/proto.js';
import { attributeWords } from './attribute-words.ts';
import { groupsOf } from './groups.ts';
import { modulesOf } from './modules.ts';
import { type GraphData, type GraphNode, type GraphValue, INPUT, isConstant, STORED } from './types.ts';

/** A node and the path of the modules that hold it. */
export interface PlacedNode {
  readonly node: Omit<GraphNode, 'group'>;
  readonly path: readonly string[];
}

interface Collecting {
  readonly nodes: PlacedNode[];
  readonly values: GraphValue[];
  /** Number of a node by its name or, where it has none, its first output: what a place of attention is called after. */
  readonly byName: Map<string, number>;
}

/**
 * @param sites key and node of every place of attention
 * @throws HeadlightError `format` for a cycle or a value that is made twice
 */
export function graphData(model: onnx.ModelProto, sites: readonly { readonly key: string; readonly node: string }[]): GraphData {
  const collecting: Collecting = { nodes: [], values: [], byName: new Map() };
  const graph = new Graph(model.graph!);
  const scope = collect(graph, collecting, [], new Map());
  const { groups, groupOfNode } = groupsOf(beside(collecting.nodes));
  return {
    nodes: collecting.nodes.map(({ node }, i) => ({ ...node, group: groupOfNode[i]! })),
    values: collecting.values,
    groups,
    outputs: graph.proto.output.flatMap(({ name }) => scope.get(name) ?? []),
    sites: sites.flatMap(({ key, node }) => {
      const found = collecting.byName.get(node);
      return found === undefined ? [] : [[key, found] as const];
    }),
  };
}

/** Constants belong where they are first used, wherever the exporter put them. */
function beside(nodes: readonly PlacedNode[]): PlacedNode[] {
  const user = new Map<number, PlacedNode>();
  for (const placed of nodes) for (const value of placed.node.inputs) if (!user.has(value)) user.set(value, placed);
  return nodes.map((placed) => {
    const path = isConstant(placed.node) ? placed.node.outputs.map((value) => user.get(value)?.path).find(Boolean) : undefined;
    return path ? { ...placed, path } : placed;
  });
}

/** Adds a graph's nodes and values; what is not defined in it is looked for in the scope around. Returns its own scope. */
function collect(graph: Graph, into: Collecting, path: readonly string[], around: ReadonlyMap<string, number>): Map<string, number> {
  const scope = new Map(around);
  const define = (name: string, producer: number) => {
    if (name === '') return -1;
    scope.set(name, into.values.length);
    const type = graph.type(name);
    into.values.push({ name, dtype: type?.type ? typeName(type.type) : '', shape: type?.shape ?? null, producer });
    return into.values.length - 1;
  };
  for (const { name } of graph.proto.initializer) define(name, STORED);
  for (const { name } of graph.proto.input) if (!scope.has(name) || around.has(name)) define(name, INPUT);
  const paths = modulesOf(graph);
  for (const node of graph.nodes) addNode(graph, node, [...path, ...(paths.get(node) ?? [])], into, scope, define);
  return scope;
}

function addNode(
  graph: Graph,
  node: onnx.NodeProto,
  path: readonly string[],
  into: Collecting,
  scope: ReadonlyMap<string, number>,
  define: (name: string, producer: number) => number,
): void {
  const number = into.nodes.length;
  const name = nodeName(node);
  // A value that nothing defines (a file that does not fit itself) becomes an input, so that its edge is seen.
  const inputs = node.input.map((value) => (value === '' ? -1 : (scope.get(value) ?? define(value, INPUT))));
  const outputs = node.output.map((value) => define(value, number)).filter((value) => value >= 0);
  into.nodes.push({ node: { name, op: operatorOf(node), inputs, outputs, attributes: attributeWords(node) }, path });
  for (const known of [node.name, node.output[0] ?? '']) if (known && !into.byName.has(known)) into.byName.set(known, number);
  const bodies = graph.subgraphs(node);
  subgraphsOf(node).forEach(({ name: attribute }, i) => {
    if (bodies[i]) collect(bodies[i], into, [...path, `${name} · ${attribute}`], scope);
  });
}
