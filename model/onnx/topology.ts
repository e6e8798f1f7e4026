/** The order in which nodes can run. */
import { HeadlightError } from '../errors.ts';
import { nodeName, subgraphsOf } from './attributes.ts';
import type { onnx } from './proto.js';

/**
 * Nodes so that each stands behind what it needs; where that leaves a choice, in the order of the file.
 * Depth first without recursion: a chain of 100,000 nodes is no problem.
 * @param producer the node that makes a value, null for values from outside
 * @throws HeadlightError `format` for a cycle, naming the nodes on it
 */
export function sortNodes(nodes: readonly onnx.NodeProto[], producer: (value: string) => onnx.NodeProto | null): onnx.NodeProto[] {
  const sorted: onnx.NodeProto[] = [];
  const state = new Map<onnx.NodeProto, 'open' | 'done'>();
  for (const root of nodes) {
    const stack: { node: onnx.NodeProto; needs: Iterator<onnx.NodeProto> }[] = [];
    const visit = (node: onnx.NodeProto) => {
      state.set(node, 'open');
      stack.push({ node, needs: needsOf(node, producer) });
    };
    if (!state.has(root)) visit(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.needs.next();
      if (next.done) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
      } else if (state.get(next.value) === 'open')
        throw cycle(
          stack.map(({ node }) => node),
          next.value,
        );
      else if (!state.has(next.value)) visit(next.value);
    }
  }
  return sorted;
}

function* needsOf(node: onnx.NodeProto, producer: (value: string) => onnx.NodeProto | null): Generator<onnx.NodeProto> {
  for (const value of usedBy(node)) {
    const made = value ? producer(value) : null;
    if (made) yield made;
  }
}

/** Values that a node uses, those that its subgraphs take from outside among them. */
export function* usedBy(node: onnx.NodeProto): Generator<string> {
  yield* node.input;
  for (const { graph } of subgraphsOf(node)) yield* outerValues(graph);
}

/** Values that a graph uses without defining them. */
export function outerValues(graph: onnx.GraphProto): Set<string> {
  const own = new Set([...graph.input.map(({ name }) => name), ...graph.initializer.map(({ name }) => name)]);
  for (const node of graph.node) for (const name of node.output) own.add(name);
  const outer = new Set<string>();
  for (const node of graph.node) for (const name of usedBy(node)) if (name && !own.has(name)) outer.add(name);
  for (const { name } of graph.output) if (!own.has(name)) outer.add(name);
  return outer;
}

function cycle(path: readonly onnx.NodeProto[], back: onnx.NodeProto): HeadlightError {
  const names = path.slice(path.indexOf(back)).map(nodeName).reverse();
  const shown = names.length > 6 ? [...names.slice(0, 5), '…'] : names;
  return new HeadlightError('format', `The graph has a cycle through ${shown.join(', ')}: no order lets it run. Export the model again.`);
}
