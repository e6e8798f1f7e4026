/**
 * Branches that can be decided before a run, put in the place of their If: above all the decoder of a merged export, whose two branches
 * (with and without a cache) hide behind one If on `use_cache_branch`.
 *
 * Source: optimum `merge_decoders`: then = with past, else = without; RUNTIME C.4.
 */
import { domainOf, subgraphsOf } from './attributes.ts';
import { Graph } from './graph.ts';
import { onnx } from './proto.js';
import { usedBy } from './topology.ts';

/** Inputs that stand for "there is a cache". */
const CACHE_FLAGS: ReadonlySet<string> = new Set(['use_cache_branch', 'use_cache']);

/** Whether the graph has a branch that reads on from a cache, and one that does not. */
export function hasCacheBranch({ input, node }: onnx.GraphProto): boolean {
  return input.some(({ name }) => CACHE_FLAGS.has(name)) && node.some(({ opType }) => opType === 'If');
}

/**
 * Decides, in place, every If of the main graph whose condition is a cache flag or a constant; then drops what nothing needs any more,
 * inputs among it.
 * @param cached what the flag says: a run starts without a cache, the steps of a generation go on with one
 * @returns how many Ifs were decided
 */
export function flattenIf(model: onnx.ModelProto, cached = false): number {
  let decided = 0;
  for (let again = model.graph !== null; again; ) {
    again = false;
    const graph = new Graph(model.graph!);
    const names = namesOf(model.graph!);
    model.graph!.node = graph.nodes.flatMap((node) => {
      const branch = decide(graph, node, cached);
      if (!branch) return [node];
      decided++;
      again = true;
      return unfold(model.graph!, node, branch, names);
    });
  }
  if (decided > 0) prune(model.graph!);
  return decided;
}

/** The branch that an If takes in every run here; null when that is not known, or for another node. */
function decide(graph: Graph, node: onnx.NodeProto, cached: boolean): onnx.GraphProto | null {
  if (node.opType !== 'If' || domainOf(node.domain) !== '') return null;
  const taken = condition(graph, node.input[0] ?? '', cached);
  if (taken === null) return null;
  const name = taken ? 'then_branch' : 'else_branch';
  return subgraphsOf(node).find((branch) => branch.name === name)?.graph ?? null;
}

/** The value of a condition: through Identity, Cast, Not, Squeeze, Reshape to a cache flag or a constant. */
function condition(graph: Graph, value: string, cached: boolean): boolean | null {
  const constant = graph.constant(value);
  if (constant) return constant.data.length === 1 ? Number(constant.data[0]) !== 0 : null;
  const node = graph.producer(value);
  if (!node) return graph.inputs.some(({ name }) => name === value) && CACHE_FLAGS.has(value) ? cached : null;
  const passed = ['Identity', 'Cast', 'Squeeze', 'Reshape', 'Not'].includes(node.opType);
  const inner = passed ? condition(graph, node.input[0] ?? '', cached) : null;
  return inner !== null && node.opType === 'Not' ? !inner : inner;
}

/** The nodes of a branch under names of the main graph. */
function unfold(graph: onnx.GraphProto, node: onnx.NodeProto, branch: onnx.GraphProto, taken: Set<string>): onnx.NodeProto[] {
  const own = namesOf(branch);
  const names = new Map<string, string>();
  const passed: onnx.NodeProto[] = [];
  branch.output.forEach(({ name }, i) => {
    const output = node.output[i];
    if (!output) return;
    if (own.has(name) && !names.has(name)) names.set(name, output);
    else passed.push(identity(names.get(name) ?? name, output));
  });
  for (const name of own) {
    if (!names.has(name) && taken.has(name)) names.set(name, fresh(name, taken));
    taken.add(names.get(name) ?? name);
  }
  rename(branch, names);
  graph.initializer.push(...branch.initializer);
  graph.valueInfo.push(...branch.valueInfo);
  return [...branch.node, ...passed];
}

function identity(input: string, output: string): onnx.NodeProto {
  return onnx.NodeProto.create({ opType: 'Identity', input: [input], output: [output], name: `${output}/Identity` });
}

/** Values that a graph itself defines. */
function namesOf(graph: onnx.GraphProto): Set<string> {
  const defined = [...graph.input, ...graph.initializer].map(({ name }) => name);
  return new Set([...defined, ...graph.node.flatMap((node) => node.output)].filter(Boolean));
}

function fresh(name: string, taken: ReadonlySet<string>): string {
  let number = 2;
  while (taken.has(`${name}~${number}`)) number++;
  return `${name}~${number}`;
}

/** Renames values in place; a subgraph that defines a name itself keeps its own. */
function rename(graph: onnx.GraphProto, names: ReadonlyMap<string, string>): void {
  const of = (name: string) => names.get(name) ?? name;
  for (const value of [...graph.initializer, ...graph.valueInfo, ...graph.output]) value.name = of(value.name);
  for (const node of graph.node) {
    node.input = node.input.map(of);
    node.output = node.output.map(of);
    for (const { graph: inner } of subgraphsOf(node)) {
      const own = namesOf(inner);
      rename(inner, new Map([...names].filter(([name]) => !own.has(name))));
    }
  }
}

/** Drops, in place, nodes that no output needs, then initializers and inputs that no node uses. */
export function prune(graph: onnx.GraphProto): void {
  const index = new Graph(graph);
  const needed = new Set(graph.output.map(({ name }) => name));
  const kept = new Set<onnx.NodeProto>();
  for (const node of [...index.nodes].reverse()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    kept.add(node);
    for (const name of usedBy(node)) needed.add(name);
  }
  graph.node = index.nodes.filter((node) => kept.has(node));
  graph.initializer = graph.initializer.filter(({ name }) => needed.has(name));
  graph.input = graph.input.filter(({ name }) => needed.has(name));
  const known = namesOf(graph);
  graph.valueInfo = graph.valueInfo.filter(({ name }) => known.has(name));
}
