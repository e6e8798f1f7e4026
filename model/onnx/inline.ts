/**
 * Functions that a model defines itself, put in the place of their calls.
 *
 * Source: ONNX IR, "Functions": formal inputs and outputs are names; an attribute of the body may refer to one of the call.
 */
import { HeadlightError } from '../errors.ts';
import { domainOf, nodeName, subgraphsOf } from './attributes.ts';
import { hoistWeights } from './hoist.ts';
import type { onnx } from './proto.js';
import { onnx as messages } from './proto.js';
import { copyNode } from './wire.ts';

/** Calls and nodes of all of them: functions that call each other could otherwise double a graph at every level. */
const CALL_LIMIT = 50_000;
const NODE_LIMIT = 1_000_000;
/** Calls within calls. */
const DEPTH_LIMIT = 64;

/**
 * Replaces, in place, every call of a local function by the function's body, with names that nothing else has, and removes the functions.
 * @throws HeadlightError `limit` for functions that call themselves or grow beyond a million nodes
 */
export function inlineFunctions(model: onnx.ModelProto): void {
  if (!model.graph || model.functions.length === 0) return;
  const inliner = new Inliner(model);
  inliner.graph(model.graph, 0);
  model.functions = [];
  hoistWeights(model.graph);
}

class Inliner {
  private readonly functions: ReadonlyMap<string, onnx.FunctionProto>;
  private calls = 0;
  private nodes = 0;

  constructor(private readonly model: onnx.ModelProto) {
    this.functions = new Map(model.functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  }

  graph(graph: onnx.GraphProto, depth: number): void {
    graph.node = this.expand(graph.node, depth);
  }

  private expand(nodes: readonly onnx.NodeProto[], depth: number): onnx.NodeProto[] {
    if (depth > DEPTH_LIMIT) throw new HeadlightError('limit', `The model's functions call each other more than ${DEPTH_LIMIT} deep.`);
    const expanded: onnx.NodeProto[] = [];
    for (const node of nodes) {
      for (const { graph } of subgraphsOf(node)) this.graph(graph, depth);
      const called = this.functions.get(keyOf(node.domain, node.opType, node.overload));
      for (const one of called ? this.expand(this.body(called, node), depth + 1) : [node]) expanded.push(one);
      if (!called && ++this.nodes > NODE_LIMIT)
        throw new HeadlightError('limit', `The model's functions make more than ${NODE_LIMIT} nodes.`);
    }
    return expanded;
  }

  /** The nodes of one call. */
  private body(called: onnx.FunctionProto, call: onnx.NodeProto): onnx.NodeProto[] {
    if (this.calls >= CALL_LIMIT) throw new HeadlightError('limit', `The model calls its own functions more than ${CALL_LIMIT} times.`);
    const prefix = `${nodeName(call)}~${++this.calls}/`;
    const names = new Map<string, string>([['', '']]);
    called.input.forEach((name, i) => {
      names.set(name, call.input[i] ?? '');
    });
    const passed: onnx.NodeProto[] = [];
    called.output.forEach((name, i) => {
      const output = call.output[i];
      if (!output) return;
      if (!names.has(name)) names.set(name, output);
      else
        passed.push(
          messages.NodeProto.create({ opType: 'Identity', input: [names.get(name)!], output: [output], name: `${prefix}${output}` }),
        );
    });
    const attributes = attributesOf(called, call);
    const rename = (name: string) => names.get(name) ?? `${prefix}${name}`;
    const nodes = called.node.map((node) => instance(copyNode(node), prefix, rename, attributes));
    this.importOpsets(called);
    return [...nodes, ...passed];
  }

  /** Domains that only the function names. */
  private importOpsets(called: onnx.FunctionProto): void {
    const known = new Set(this.model.opsetImport.map(({ domain }) => domainOf(domain)));
    for (const opset of called.opsetImport) if (!known.has(domainOf(opset.domain))) this.model.opsetImport.push(opset);
  }
}

function keyOf(domain: string, name: string, overload: string): string {
  return `${domainOf(domain)}::${name}::${overload}`;
}

/** Values of the function's attributes in this call: the call's own, else the function's defaults. */
function attributesOf(called: onnx.FunctionProto, call: onnx.NodeProto): Map<string, onnx.AttributeProto> {
  return new Map([...called.attributeProto, ...call.attribute].map((attribute) => [attribute.name, attribute]));
}

type Rename = (name: string) => string;
type Attributes = ReadonlyMap<string, onnx.AttributeProto>;

/** Gives a copied node its names and attributes, in place. */
function instance(node: onnx.NodeProto, prefix: string, rename: Rename, attributes: Attributes): onnx.NodeProto {
  node.name = `${prefix}${node.name || `${node.opType}${node.output[0] ? `_${node.output[0]}` : ''}`}`;
  node.input = node.input.map(rename);
  node.output = node.output.map(rename);
  node.attribute = node.attribute.flatMap((attribute) => {
    if (!attribute.refAttrName) return [attribute];
    const value = attributes.get(attribute.refAttrName);
    return value ? [messages.AttributeProto.create({ ...value, name: attribute.name, refAttrName: '' })] : [];
  });
  for (const { graph } of subgraphsOf(node)) instanceGraph(graph, prefix, rename, attributes);
  return node;
}

function instanceGraph(graph: onnx.GraphProto, prefix: string, rename: Rename, attributes: Attributes): void {
  for (const value of [...graph.input, ...graph.output, ...graph.initializer, ...graph.valueInfo]) value.name = rename(value.name);
  for (const node of graph.node) instance(node, prefix, rename, attributes);
}
