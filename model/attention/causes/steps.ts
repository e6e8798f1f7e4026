/**
 * The main graph as single steps with one result each, as far as residual stream and norms go: what one operator adds and normalises at once is
 * an Add and a norm here, because the sum between them is the residual stream.
 *
 * Source: onnxruntime ContribOperators.md, SkipLayerNormalization and SkipSimplifiedLayerNormalization (output 3 is the sum).
 */
import type { onnx } from '../../onnx/proto.js';
import type { Subject } from '../find/graph.ts';
import { graphsOf } from '../graph/attributes.ts';
import { makeNode } from '../graph/builder.ts';
import { operatorOf } from '../graph/view.ts';

/** Norm, and the inputs that are added and those of the norm. */
const SKIP: Readonly<Record<string, { readonly norm: string; readonly scale: readonly number[]; readonly bias: number }>> = {
  'com.microsoft::SkipLayerNormalization': { norm: 'LayerNormalization', scale: [2, 3], bias: 4 },
  'com.microsoft::SkipSimplifiedLayerNormalization': { norm: 'SimplifiedLayerNormalization', scale: [2], bias: 3 },
};

/** The node itself, or the nodes that it is made of. */
export function splitNode(node: onnx.NodeProto): readonly onnx.NodeProto[] {
  const kind = SKIP[operatorOf(node)];
  if (!kind || node.output[1] || node.output[2]) return [node];
  const [out = '', , , kept] = node.output;
  const sum = kept || `${out}/sum`;
  const bias = node.input[kind.bias];
  const first = bias ? `${sum}/unbiased` : sum;
  const scale = kind.scale.map((i) => node.input[i] ?? '').filter(Boolean);
  const norm = makeNode(kind.norm, [sum, ...scale], [out], { axis: -1 });
  norm.attribute.push(...node.attribute.filter(({ name }) => name === 'epsilon'));
  return [makeNode('Add', node.input.slice(0, 2), [first]), ...(bias ? [makeNode('Add', [first, bias], [sum])] : []), norm];
}

export interface Step {
  readonly node: onnx.NodeProto;
  /** Place in execution order, comparable with `NodeRef.order`; the parts of one node share it. */
  readonly order: number;
  /** What the node reads, with what its subgraphs read from outside. */
  readonly reads: readonly string[];
}

function readsOf(node: onnx.NodeProto): string[] {
  const inner = graphsOf(node).flatMap((graph) => {
    const made = new Set([...graph.initializer.map(({ name }) => name), ...graph.node.flatMap(({ output }) => output)]);
    return graph.node
      .flatMap((n) => [...n.input, ...graphsOf(n).flatMap((g) => g.node.flatMap(({ input }) => input))])
      .filter((name) => !made.has(name));
  });
  return [...node.input, ...inner].filter(Boolean);
}

export class Steps {
  readonly list: readonly Step[];
  private readonly makers = new Map<string, Step>();

  constructor(readonly subject: Subject) {
    this.list = subject.view.nodes
      .filter((ref) => ref.owner === null)
      .flatMap((ref) => splitNode(ref.node).map((node) => ({ node, order: ref.order, reads: readsOf(node) })));
    for (const step of this.list) for (const name of step.node.output) if (name) this.makers.set(name, step);
  }

  makerOf(name: string): Step | undefined {
    return this.makers.get(name);
  }
}
