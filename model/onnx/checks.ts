/**
 * What must hold in a graph before anything is built on it. A structure that makes no sense is refused; what only the runtime cannot do
 * (a newer opset, operators that it does not know, sizes that do not fit) is a problem, so that the structure can still be shown.
 */
import { HeadlightError } from '../errors.ts';
import { LEAST_INPUTS } from './arity.ts';
import { domainOf, nodeName, operatorOf } from './attributes.ts';
import { Graph } from './graph.ts';
import type { onnx } from './proto.js';
import type { Problem } from './skeleton.ts';
import { int } from './wire.ts';

/** Newest opset of ONNX's own operators and newest file version that onnxruntime 1.30 takes (measured, RUNTIME B.1). */
export const NEWEST_OPSET = 26;
export const NEWEST_IR = 13;

/** Domains whose operators onnxruntime has. */
const DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/**
 * @param opsets version by domain
 * @throws HeadlightError `format`: a cycle, a value made twice or by nothing, a node without what it needs
 */
export function checkModel(path: string, model: onnx.ModelProto, opsets: ReadonlyMap<string, number>): Problem[] {
  const check = new Check(path, model, opsets);
  check.versions();
  check.graph(makeGraph(path, model.graph!));
  return check.problems;
}

/** The index of a graph; what is wrong in it is said with the file's name. */
function makeGraph(path: string, graph: onnx.GraphProto): Graph {
  try {
    return new Graph(graph);
  } catch (error) {
    if (error instanceof HeadlightError) throw new HeadlightError(error.code, `${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

class Check {
  readonly problems: Problem[] = [];
  private readonly functions: ReadonlySet<string>;
  private readonly unknown = new Set<string>();

  constructor(
    private readonly path: string,
    private readonly model: onnx.ModelProto,
    private readonly opsets: ReadonlyMap<string, number>,
  ) {
    this.functions = new Set(model.functions.map(({ domain, name }) => `${domainOf(domain)}::${name}`));
  }

  versions(): void {
    const opset = this.opsets.get('') ?? 0;
    const again = `Its structure can be shown, it cannot run. Export it again with opset ${NEWEST_OPSET} or older.`;
    if (opset > NEWEST_OPSET) this.problem('unsupported', `opset ${opset} is newer than the runtime's ${NEWEST_OPSET}. ${again}`);
    const ir = int(this.model.irVersion);
    if (ir > NEWEST_IR) this.problem('unsupported', `file version (IR) ${ir} is newer than the runtime's ${NEWEST_IR}. ${again}`);
    if (ir < 1) this.problem('format', 'the file names no version (IR) of its own. Export the model again.');
    for (const [domain, version] of this.opsets) {
      if (version < 1) throw this.refuse(`opset ${version} of ${domain || 'ai.onnx'} does not exist`);
    }
  }

  graph(graph: Graph): void {
    const stored = new Set<string>();
    for (const { name } of graph.proto.initializer) {
      if (stored.has(name)) throw this.refuse(`the tensor ${name} is stored twice`);
      stored.add(name);
      const node = graph.producer(name);
      if (node) throw this.refuse(`${name} is stored, and ${nodeName(node)} produces it too`);
    }
    for (const node of graph.nodes) this.node(graph, node);
    for (const { name } of graph.proto.output) {
      if (!isDefined(graph, name)) throw this.refuse(`nothing makes the output ${name}`);
    }
  }

  private node(graph: Graph, node: onnx.NodeProto): void {
    if (!node.opType) throw this.refuse(`the node ${node.name || `that makes ${node.output[0] ?? 'nothing'}`} has no operator`);
    this.inputs(graph, node);
    this.domain(node);
    if (node.opType === 'MatMul') this.product(graph, node);
    for (const inner of graph.subgraphs(node)) this.graph(inner);
  }

  private inputs(graph: Graph, node: onnx.NodeProto): void {
    const least = domainOf(node.domain) === '' ? (LEAST_INPUTS[node.opType] ?? 0) : 0;
    const has = node.input.slice(0, least).filter(Boolean).length;
    if (has < least) {
      throw this.refuse(`${nodeName(node)}: ${node.opType} needs ${least} ${least > 1 ? 'inputs' : 'input'}, has ${has}`);
    }
    for (const name of node.input) {
      if (name && !isDefined(graph, name)) throw this.refuse(`${nodeName(node)} reads ${name}, which nothing defines`);
    }
  }

  private domain(node: onnx.NodeProto): void {
    const domain = domainOf(node.domain);
    if (this.functions.has(`${domain}::${node.opType}`)) return;
    if (domain === '' && !this.opsets.has('')) {
      throw this.refuse(`it uses ${node.opType} and names no opset version for ONNX's own operators`);
    }
    if (DOMAINS.has(domain) || this.unknown.has(operatorOf(node))) return;
    this.unknown.add(operatorOf(node));
    const advice = "Its structure can be shown, it cannot run. Export it with ONNX's own operators.";
    this.problem('unsupported', `${nodeName(node)} is ${operatorOf(node)}, an operator that the runtime does not know. ${advice}`);
  }

  /** The inner lengths of a product of inputs and stored tensors; what is declared of computed values may be stale. */
  private product(graph: Graph, node: onnx.NodeProto): void {
    const [left, right] = node.input.map((name) => (graph.producer(name) ? null : graph.type(name)?.shape));
    if (!left?.length || !right?.length) return;
    const columns = left.at(-1);
    const rows = right.at(Math.max(0, right.length - 2) - right.length);
    if (typeof columns !== 'number' || typeof rows !== 'number' || columns === rows) return;
    const shapes = `[${left.map((length) => length ?? '?').join(', ')}] · [${right.map((length) => length ?? '?').join(', ')}]`;
    this.problem('shape', `${nodeName(node)} multiplies ${shapes}: ${columns} against ${rows}. Export the model again.`);
  }

  private problem(code: Problem['code'], what: string): void {
    this.problems.push({ code, message: `${this.path}: ${what}` });
  }

  private refuse(what: string): HeadlightError {
    return new HeadlightError('format', `${this.path}: ${what}. Export the model again.`);
  }
}

function isDefined(graph: Graph, name: string): boolean {
  return graph.defines(name) || (graph.parent !== null && isDefined(graph.parent, name));
}
