/** A graph with its subgraphs as one index: who makes a value, who uses it, and in which graph a node lies. */
import type { onnx } from '../../onnx/proto.js';
import { graphsOf } from './attributes.ts';

export interface NodeRef {
  readonly node: onnx.NodeProto;
  readonly graph: onnx.GraphProto;
  /** The If, Loop or Scan node whose subgraph this is; null in the main graph. */
  readonly owner: NodeRef | null;
  /** Place in execution order, subgraphs right before their owner. */
  readonly order: number;
}

/**
 * Index of a model whose value names are unique over all its graphs (`uniqueNames`).
 */
export class GraphView {
  readonly nodes: NodeRef[] = [];
  readonly initializers = new Map<string, onnx.TensorProto>();
  readonly inputs = new Map<string, onnx.ValueInfoProto>();
  readonly valueInfo = new Map<string, onnx.ValueInfoProto>();
  readonly outputs = new Set<string>();
  private readonly producers = new Map<string, NodeRef>();
  private readonly users = new Map<string, NodeRef[]>();
  private readonly opsets = new Map<string, number>();

  constructor(readonly model: onnx.ModelProto) {
    for (const set of model.opsetImport) this.opsets.set(domainOf(set.domain), Number(set.version));
    if (model.graph) this.add(model.graph, null);
  }

  private add(graph: onnx.GraphProto, owner: NodeRef | null): void {
    for (const t of graph.initializer) this.initializers.set(t.name, t);
    for (const v of graph.valueInfo) this.valueInfo.set(v.name, v);
    for (const v of graph.output) {
      this.outputs.add(v.name);
      if (!this.valueInfo.has(v.name)) this.valueInfo.set(v.name, v);
    }
    if (!owner) for (const v of graph.input) if (!this.initializers.has(v.name)) this.inputs.set(v.name, v);
    for (const node of graph.node) {
      const ref: NodeRef = { node, graph, owner, order: 0 };
      for (const inner of graphsOf(node)) this.add(inner, ref);
      (ref as { order: number }).order = this.nodes.push(ref) - 1;
      for (const name of node.output) if (name) this.producers.set(name, ref);
      for (const name of new Set(node.input)) if (name) this.use(name, ref);
    }
  }

  private use(name: string, ref: NodeRef): void {
    const users = this.users.get(name);
    if (users) users.push(ref);
    else this.users.set(name, [ref]);
  }

  producerOf(name: string): NodeRef | undefined {
    return this.producers.get(name);
  }

  consumersOf(name: string): readonly NodeRef[] {
    return this.users.get(name) ?? [];
  }

  opset(domain = ''): number {
    return this.opsets.get(domainOf(domain)) ?? 0;
  }
}

/** '' for ONNX's own operators, by either of its two names. */
export function domainOf(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** `Softmax`, or `com.microsoft::Attention` for other domains. */
export function operatorOf(node: onnx.NodeProto): string {
  const domain = domainOf(node.domain);
  return domain ? `${domain}::${node.opType}` : node.opType;
}
