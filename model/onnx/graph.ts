/**
 * An index over a graph: who makes a value, who uses it, what it is. Subgraphs are graphs of their own with an outer scope.
 *
 * The index does not follow edits of the messages: after an edit make a new one.
 */
import { HeadlightError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { domainOf, intOf, nodeName, subgraphsOf } from './attributes.ts';
import type { onnx } from './proto.js';
import { castTensor, inlineTensor, isExternal } from './tensors.ts';
import { sortNodes } from './topology.ts';
import { int } from './wire.ts';

/** One use of a value: input `index` of `node`. A node that uses it in a subgraph uses it with index −1. */
export interface Use {
  readonly node: onnx.NodeProto;
  readonly index: number;
}

/** What a graph says about a value; a number is a fixed length, a string the name of a free one, null a length without a name. */
export interface ValueType {
  /** `TensorProto.DataType`, 0 when unknown. */
  readonly type: number;
  readonly shape: readonly (number | string | null)[] | null;
}

export class Graph {
  /** In topological order. */
  readonly nodes: readonly onnx.NodeProto[];
  /** Inputs that must be fed: those without an initializer. */
  readonly inputs: readonly onnx.ValueInfoProto[];
  private readonly producers = new Map<string, onnx.NodeProto>();
  private readonly uses = new Map<string, Use[]>();
  private readonly tensors: ReadonlyMap<string, onnx.TensorProto>;
  private readonly inputNames: ReadonlySet<string>;
  private readonly outputNames: ReadonlySet<string>;
  private readonly types = new Map<string, ValueType>();
  private readonly children = new Map<onnx.NodeProto, Graph[]>();

  /**
   * @param parent the graph around it, for the body of an If, Loop or Scan
   * @throws HeadlightError `format` for a cycle or a value that is produced twice
   */
  constructor(
    readonly proto: onnx.GraphProto,
    readonly parent: Graph | null = null,
  ) {
    this.tensors = new Map(proto.initializer.map((tensor) => [tensor.name, tensor]));
    this.inputNames = new Set(proto.input.map(({ name }) => name));
    this.outputNames = new Set(proto.output.map(({ name }) => name));
    this.inputs = proto.input.filter(({ name }) => !this.tensors.has(name));
    for (const value of [...proto.valueInfo, ...proto.output, ...proto.input]) this.types.set(value.name, declared(value));
    for (const node of proto.node) this.addNode(node);
    this.nodes = sortNodes(proto.node, (value) => this.producers.get(value) ?? null);
  }

  private addNode(node: onnx.NodeProto): void {
    for (const name of node.output) {
      const other = name ? this.producers.get(name) : undefined;
      if (other)
        throw new HeadlightError(
          'format',
          `${name} is produced twice, by ${nodeName(other)} and ${nodeName(node)}. Export the model again.`,
        );
      if (name) this.producers.set(name, node);
    }
    node.input.forEach((name, index) => {
      this.addUse(name, { node, index });
    });
    for (const { graph } of subgraphsOf(node)) {
      const inner = new Graph(graph, this);
      this.children.set(node, [...this.subgraphs(node), inner]);
      for (const name of inner.outerValues()) this.addUse(name, { node, index: -1 });
    }
  }

  private addUse(name: string, use: Use): void {
    const uses = this.uses.get(name);
    if (uses) uses.push(use);
    else if (name) this.uses.set(name, [use]);
  }

  /** The node whose output the value is; null for inputs, initializers and values of an outer graph. */
  producer(value: string): onnx.NodeProto | null {
    return this.producers.get(value) ?? null;
  }

  /** Where the value is used in this graph. */
  consumers(value: string): readonly Use[] {
    return this.uses.get(value) ?? [];
  }

  isOutput(value: string): boolean {
    return this.outputNames.has(value);
  }

  /** True for a value that this graph defines itself: input, initializer or output of a node. */
  defines(value: string): boolean {
    return this.producers.has(value) || this.tensors.has(value) || this.inputNames.has(value);
  }

  /** A stored tensor by name, also of the graphs around. */
  initializer(name: string): onnx.TensorProto | null {
    const tensor = this.tensors.get(name);
    if (tensor) return tensor;
    return this.defines(name) ? null : (this.parent?.initializer(name) ?? null);
  }

  /** Names that are used here (subgraphs included) and defined around. */
  outerValues(): readonly string[] {
    const names = new Set([...this.uses.keys(), ...this.outputNames]);
    return [...names].filter((name) => !this.defines(name));
  }

  /** Bodies of an If (then, else in the order of the file), Loop or Scan node. */
  subgraphs(node: onnx.NodeProto): readonly Graph[] {
    return this.children.get(node) ?? [];
  }

  /** Element type and shape as the file declares them; null where it says nothing. */
  type(value: string): ValueType | null {
    const type = this.types.get(value);
    if (type) return type;
    const tensor = this.initializer(value);
    if (tensor) return { type: tensor.dataType, shape: tensor.dims.map(int) };
    return this.defines(value) ? null : (this.parent?.type(value) ?? null);
  }

  /** The stored tensor behind a value: an initializer or Constant node, directly or through Identity. */
  stored(value: string): onnx.TensorProto | null {
    const node = this.producer(value);
    if (!node) return this.initializer(value) ?? (this.defines(value) ? null : (this.parent?.stored(value) ?? null));
    if (domainOf(node.domain) !== '') return null;
    if (node.opType === 'Identity') return this.stored(node.input[0] ?? '');
    return node.opType === 'Constant' ? (node.attribute.find(({ name }) => name === 'value')?.t ?? null) : null;
  }

  /** The numbers of a small constant, also through Identity and Cast; null for anything that is computed, large or without numbers. */
  constant(value: string): Tensor | null {
    const tensor = this.stored(value);
    if (tensor) return isExternal(tensor) ? null : numbersOf(tensor);
    const node = this.producer(value);
    if (!node) return this.defines(value) ? null : (this.parent?.constant(value) ?? null);
    const inner = ['Cast', 'Identity'].includes(node.opType) && domainOf(node.domain) === '' ? this.constant(node.input[0] ?? '') : null;
    return inner && node.opType === 'Cast' ? castTensor(inner, intOf(node, 'to', 0)) : inner;
  }
}

function numbersOf(tensor: onnx.TensorProto): Tensor | null {
  try {
    return inlineTensor(tensor);
  } catch (error) {
    if (error instanceof HeadlightError && error.code === 'unsupported') return null;
    throw error;
  }
}

/** What a ValueInfoProto says. */
export function declared({ type }: onnx.ValueInfoProto): ValueType {
  const tensor = type?.tensorType;
  if (!tensor) return { type: 0, shape: null };
  return { type: tensor.elemType, shape: tensor.shape?.dim.map(({ dimValue, dimParam }) => lengthOf(dimValue, dimParam)) ?? null };
}

function lengthOf(value: number | bigint | null | undefined, name: string | null | undefined): number | string | null {
  if (value !== null && value !== undefined && value >= 0) return int(value);
  return name || null;
}
