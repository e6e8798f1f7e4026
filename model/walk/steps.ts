/**
 * The steps of a graph: operators taken together to what people call a block. A linear layer is a product and a sum, a norm is nine operators in
 * old exports; moving values about is no step, except cutting into heads and joining them.
 */
import { intsOf } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { onnx } from '../onnx/proto.js';
import { looksUp, type Nature, naturesOf } from './natures.ts';
import { categoryOf } from './operators.ts';
import type { StepKind } from './types.ts';

/** A step before its numbers and names are read. */
export interface RawStep {
  readonly id: string;
  readonly kind: StepKind;
  /** In order. */
  readonly nodes: readonly onnx.NodeProto[];
  /** Values in the graph that it is made of and that depend on the content. */
  readonly inputs: readonly string[];
  readonly transposed: boolean;
}

export interface Steps {
  readonly natures: ReadonlyMap<string, Nature>;
  /** In the order of the graph; `inputs` are ids of steps, or inputs of the graph. */
  readonly steps: readonly RawStep[];
  /** The step that each content value comes from by elementwise operators and moves alone. */
  readonly source: ReadonlyMap<string, string>;
}

/**
 * @param stages names of values as a checkpoint's blocks write them down: where a block ends, and which of the values that were only moved about
 *   attention works with
 */
export function stepsOf(graph: Graph, stages: ReadonlyMap<string, readonly string[]>): Steps {
  return new Grouping(graph, stages).steps();
}

class Grouping {
  private readonly natures: ReadonlyMap<string, Nature>;
  /** The step that a content value comes from by elementwise operators and moves alone. */
  private readonly source = new Map<string, string>();
  private readonly found = new Map<string, RawStep>();
  private readonly stepOf = new Map<string, string>();
  private readonly absorbed = new Set<onnx.NodeProto>();
  private readonly order = new Map<onnx.NodeProto, number>();

  constructor(
    private readonly graph: Graph,
    private readonly stages: ReadonlyMap<string, readonly string[]>,
  ) {
    this.natures = naturesOf(graph);
  }

  steps(): Steps {
    this.graph.nodes.forEach((node, index) => {
      this.order.set(node, index);
      if (node.output.some((name) => this.isContent(name)) && !this.absorbed.has(node)) this.visit(node);
    });
    for (const { name } of this.graph.proto.output) if (this.isContent(name)) this.resolve(name, null);
    const place = ({ nodes }: RawStep) => this.order.get(nodes.at(-1)!)!;
    const steps = [...this.found.values()].sort((a, b) => place(a) - place(b));
    return { natures: this.natures, source: this.source, steps };
  }

  private isContent(value: string): boolean {
    return this.natures.get(value) === 'content';
  }

  private visit(node: onnx.NodeProto): void {
    const inputs = node.input.filter((name) => this.isContent(name));
    const kind = this.kindOf(node, inputs);
    if (kind === null) {
      const from = this.source.get(inputs[0]!) ?? inputs[0]!;
      for (const name of node.output) if (name) this.goOn(node, name, from);
      return;
    }
    const nodes = kind === 'linear' || kind === 'convolution' ? this.withBias(node) : [node];
    for (const name of nodes.at(-1)!.output) {
      if (name && (name === nodes.at(-1)!.output[0] || this.graph.consumers(name).length > 0))
        this.add({ id: name, kind, nodes, inputs }, node);
    }
  }

  /** A value that goes on with a step; where a block of a checkpoint ends there, it is a step of its own. */
  private goOn(node: onnx.NodeProto, name: string, from: string): void {
    this.source.set(name, from);
    if (categoryOf(node) !== 'elementwise' || !this.stages.has(name)) return;
    this.resolve(name, null);
    this.source.set(name, name);
  }

  private readonly staged = (value: string): boolean => this.stages.get(value)?.some((name) => name.startsWith('attention/')) ?? false;

  private add({ id, kind, nodes, inputs }: Omit<RawStep, 'transposed'>, at: onnx.NodeProto): void {
    const resolved = inputs.map((value) => this.resolve(value, kind));
    const isPair = kind === 'sum' && resolved.length === 2;
    const better = isPair && (this.comesFrom(resolved[1]!, resolved[0]!) || this.comesFrom(resolved[0]!, resolved[1]!)) ? 'residual' : kind;
    for (const value of at.output) this.source.set(value, value);
    this.source.set(id, id);
    this.stepOf.set(id, id);
    this.found.set(id, { id, kind: better, nodes, inputs: resolved, transposed: false });
  }

  /** The kind of the step that a node ends; null where it goes on with its input's. */
  private kindOf(node: onnx.NodeProto, inputs: readonly string[]): StepKind | null {
    if (looksUp(node, this.graph, this.natures)) return 'embedding';
    const sources = new Set(inputs.map((name) => this.source.get(name) ?? name));
    switch (categoryOf(node)) {
      case 'linear':
        return node.input.slice(0, 2).every((name) => this.natures.get(name) !== 'constant') ? 'product' : 'linear';
      case 'convolution':
        return 'convolution';
      case 'norm':
        return 'norm';
      case 'softmax':
        return 'softmax';
      case 'layout':
        return sources.size === 1 ? null : 'other';
      case 'elementwise':
        return sources.size > 1 ? ofSeveral(node) : this.ofOne(node, inputs);
      default:
        return node.opType === 'RotaryEmbedding' ? 'rotation' : 'other';
    }
  }

  private ofOne(node: onnx.NodeProto, inputs: readonly string[]): StepKind | null {
    const others = node.input.filter((name) => name && !inputs.includes(name));
    if (node.opType === 'Concat') return others.length > 0 ? 'concat' : null;
    if (node.opType === 'Where') return this.isContent(node.input[0]!) ? null : 'mask';
    if (node.opType !== 'Add' && node.opType !== 'Sub') return null;
    return others.some((name) => this.isTable(name)) ? 'add' : null;
  }

  /** More than a number or a vector: something that differs from position to position. */
  private isTable(value: string): boolean {
    if (this.natures.get(value) === 'side') return true;
    const shape = this.graph.type(value)?.shape;
    return !!shape && shape.slice(0, -1).some((length) => length !== 1);
  }

  /** The product and the vector that is added to it. */
  private withBias(node: onnx.NodeProto): onnx.NodeProto[] {
    const [use, ...more] = this.graph.consumers(node.output[0]!);
    if (more.length > 0 || use?.node.opType !== 'Add' || this.graph.isOutput(node.output[0]!)) return [node];
    const other = use.node.input[1 - use.index]!;
    if (this.natures.get(other) !== 'constant' || this.isTable(other)) return [node];
    this.absorbed.add(use.node);
    return [node, use.node];
  }

  /** The step that a value belongs to; one that is made of a step by elementwise operators becomes a step of its own. */
  private resolve(value: string, user: StepKind | null): string {
    const known = this.stepOf.get(value);
    if (known !== undefined) return known;
    const source = this.source.get(value);
    if (source === undefined || source === value) return value;
    const nodes = this.between(source, value);
    const shown = this.shownOf(value, nodes, user);
    const path = nodes.slice(0, nodes.findIndex(({ output }) => output.includes(shown)) + 1);
    const from = this.stepOf.get(source) ?? source;
    const kind = path.every((node) => categoryOf(node) === 'layout') ? this.ofMoves(path, source, user) : this.ofFunction(path);
    const id = kind === null ? from : shown;
    this.stepOf.set(value, id);
    if (kind !== null && !this.found.has(shown)) {
      this.stepOf.set(shown, shown);
      const transposed = shown === value && user === 'product' && isTurned(path);
      this.found.set(shown, { id: shown, kind, nodes: path, inputs: [from], transposed });
    }
    return id;
  }

  /** Nodes that lead from a step to a value, in order. */
  private between(source: string, value: string): onnx.NodeProto[] {
    const nodes = new Set<onnx.NodeProto>();
    const open = [value];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const node = name === source ? null : this.graph.producer(name);
      if (!node || nodes.has(node) || !this.isContent(name)) continue;
      nodes.add(node);
      open.push(...node.input);
    }
    return [...nodes].sort((a, b) => this.order.get(a)! - this.order.get(b)!);
  }

  /** Before it was moved for a product: a stage, heads as they were cut, or what was computed last. */
  private shownOf(value: string, nodes: readonly onnx.NodeProto[], user: StepKind | null): string {
    const tail = [value];
    for (const node of nodes.toReversed()) {
      if (!node.output.includes(tail.at(-1)!)) continue;
      if (categoryOf(node) !== 'layout') return tail.find(this.staged) ?? tail.at(-1)!;
      tail.push(node.input.find((name) => this.isContent(name))!);
    }
    const cut = user === 'product' ? tail.find((name) => isCut(this.graph.producer(name))) : undefined;
    return tail.find(this.staged) ?? cut ?? value;
  }

  private ofMoves(nodes: readonly onnx.NodeProto[], source: string, user: StepKind | null): StepKind | null {
    if (!nodes.some(({ opType }) => opType === 'Transpose')) return null;
    if (user === 'product') return 'heads';
    return this.found.get(source)?.kind === 'product' ? 'joined' : null;
  }

  private ofFunction(nodes: readonly onnx.NodeProto[]): StepKind {
    const has = (...names: string[]) => nodes.some(({ opType }) => names.includes(opType));
    const computing = nodes.filter((node) => categoryOf(node) !== 'layout');
    if (has('ReduceMean', 'ReduceL2', 'ReduceSumSquare')) return 'norm';
    if (nodes.some(({ opType, input }) => opType === 'Mul' && input.some((name) => this.natures.get(name) === 'side'))) {
      return has('Concat', 'Neg') ? 'rotation' : 'function';
    }
    if (computing.every(({ opType }) => opType === 'Mul' || opType === 'Div')) return 'scale';
    const activations = [
      'Erf',
      'Sigmoid',
      'Relu',
      'Gelu',
      'FastGelu',
      'QuickGelu',
      'BiasGelu',
      'Tanh',
      'Elu',
      'Selu',
      'Softplus',
      'Mish',
      'HardSwish',
    ];
    return has(...activations, 'LeakyRelu', 'Swish') ? 'activation' : 'function';
  }

  /** Whether a step is made of another, however far behind. */
  private comesFrom(step: string, ancestor: string): boolean {
    const seen = new Set<string>();
    const open = [step];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (id === ancestor) return true;
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...(this.found.get(id)?.inputs ?? []));
    }
    return false;
  }
}

function ofSeveral({ opType }: onnx.NodeProto): StepKind {
  if (opType === 'Add') return 'sum';
  if (opType === 'Mul') return 'gate';
  return opType === 'Concat' ? 'concat' : 'function';
}

/** [B, T, H, d] → [B, H, T, d] */
function isCut(node: onnx.NodeProto | null): boolean {
  return node?.opType === 'Transpose' && intsOf(node, 'perm')?.join() === '0,2,1,3';
}

/** Ends with the positions on the last axis. */
function isTurned(nodes: readonly onnx.NodeProto[]): boolean {
  const perm = nodes
    .findLast(({ opType }) => opType === 'Transpose')
    ?.attribute.find(({ name }) => name === 'perm')
    ?.ints.map(Number);
  return perm !== undefined && perm.at(-1) !== perm.length - 1;
}
