/**
 * Evaluates a graph that was read from an .onnx file with the reference's kernels: any model can be checked in plain TypeScript.
 *
 * Weights are read from the file when the first node needs them; kernels run at once. A value is dropped after its last use.
 */
import { asHeadlightError, HeadlightError } from '../errors.ts';
import { domainOf, nodeName } from '../onnx/attributes.ts';
import { Graph } from '../onnx/graph.ts';
import { inlineFunctions } from '../onnx/inline.ts';
import type { onnx } from '../onnx/proto.js';
import { readSkeleton, type Skeleton } from '../onnx/skeleton.ts';
import { inlineTensor, isExternal, readTensor } from '../onnx/tensors.ts';
import { copyModel } from '../onnx/wire.ts';
import type { ModelFolder } from '../source.ts';
import type { Tensor } from '../tensor.ts';
import { readAttributes } from './attributes.ts';
import type { Body, Call } from './reference/kernel.ts';
import { kernelOf } from './reference/registry.ts';

export interface EvaluateOptions {
  /** Values in the middle of the main graph that are wanted beside its outputs. */
  readonly values?: readonly string[];
  /** Left out, the outputs of the graph are computed too. False: only `values`, and no node that they do not need. */
  readonly outputs?: boolean;
  /** Values in the middle of the main graph that are handed over when they are computed, and kept no longer than the graph needs them. */
  readonly watched?: ReadonlySet<string>;
  /** Called with every watched value, in the order of the graph. */
  readonly onValue?: (name: string, value: Tensor) => void | Promise<void>;
  /** Called before every node of the main graph; throw to stop (`cancelled`). May be async, to let others have a turn. */
  readonly onNode?: (node: onnx.NodeProto, done: number, total: number) => void | Promise<void>;
}

/** A node that the reference cannot compute. */
export interface Lacking {
  readonly operator: string;
  readonly domain: string;
  readonly node: string;
}

/** A graph that the reference can run. */
export class ReferenceModel {
  private readonly graph: Graph;
  private readonly opsets: ReadonlyMap<string, number>;
  /** Stored tensors that were decoded: the file's own until their last use, small ones for good. */
  private readonly stored = new Map<onnx.TensorProto, Tensor>();

  /**
   * @param skeleton is copied; its functions are put in the place of their calls
   * @param folder where its weights lie
   */
  constructor(
    skeleton: Pick<Skeleton, 'model'>,
    private readonly folder: ModelFolder,
  ) {
    const model = copyModel(skeleton.model);
    inlineFunctions(model);
    this.opsets = new Map(model.opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]));
    this.graph = new Graph(model.graph!);
  }

  /** Reads a model. @throws HeadlightError as `readSkeleton` */
  static async read(folder: ModelFolder, path: string): Promise<ReferenceModel> {
    return new ReferenceModel(await readSkeleton(folder, path), folder);
  }

  /** Nodes whose operator the reference lacks, those of bodies too; empty for a model that it can run. */
  lacking(): Lacking[] {
    const lacking: Lacking[] = [];
    const look = (graph: Graph): void => {
      for (const node of graph.nodes) {
        if (!kernelOf(domainOf(node.domain), node.opType)) {
          lacking.push({ operator: node.opType, domain: domainOf(node.domain), node: nodeName(node) });
        }
        graph.subgraphs(node).forEach(look);
      }
    };
    look(this.graph);
    return lacking;
  }

  /**
   * Runs the model.
   * @param inputs by name
   * @returns the outputs and the wanted values by name
   * @throws HeadlightError `unsupported` for an operator that the reference lacks, `input` for a missing input or an unknown value,
   *   `shape` for sizes that do not fit; and what reading the weights throws
   */
  async run(
    inputs: Readonly<Record<string, Tensor>>,
    { values = [], outputs = true, watched = new Set(), onNode, onValue }: EvaluateOptions = {},
  ): Promise<Map<string, Tensor>> {
    const wanted = new Set([...values, ...(outputs ? this.graph.proto.output.map(({ name }) => name) : [])]);
    const nodes = this.needed(new Set([...wanted, ...watched]));
    const scope = new Scope(null, this.graph, this.start(inputs));
    const uses = countUses(nodes, this.graph, wanted);
    for (const [done, node] of nodes.entries()) {
      await onNode?.(node, done, nodes.length);
      await this.load(this.graph, node);
      this.apply(this.graph, node, scope);
      for (const name of node.output) if (watched.has(name)) await onValue?.(name, this.valueOf(name, scope));
      for (const name of usedNames(node, this.graph)) if (uses.drop(name)) this.release(name, scope);
      for (const name of node.output) if (uses.unused(name)) scope.values.delete(name);
    }
    for (const name of wanted) await this.loadTensor(this.graph.initializer(name));
    const results = new Map([...wanted].map((name) => [name, this.valueOf(name, scope)]));
    for (const proto of this.stored.keys()) if (isExternal(proto)) this.stored.delete(proto);
    return results;
  }

  /** Nodes that the wanted values need, in order. */
  private needed(wanted: ReadonlySet<string>): onnx.NodeProto[] {
    const names = new Set(wanted);
    const kept: onnx.NodeProto[] = [];
    for (const node of this.graph.nodes.toReversed()) {
      if (!node.output.some((name) => names.has(name))) continue;
      kept.push(node);
      for (const name of usedNames(node, this.graph)) names.add(name);
    }
    return kept.reverse();
  }

  private start(inputs: Readonly<Record<string, Tensor>>): Map<string, Tensor> {
    const missing = this.graph.inputs.filter(({ name }) => !inputs[name]).map(({ name }) => name);
    if (missing.length > 0) throw new HeadlightError('input', `The model needs the input ${missing.join(', ')}, which was not given.`);
    return new Map(Object.entries(inputs));
  }

  /** Reads the weights that a node and its bodies use. */
  private async load(graph: Graph, node: onnx.NodeProto): Promise<void> {
    const graphs = [graph, ...graph.subgraphs(node)];
    for (const name of node.input) await this.loadTensor(graph.initializer(name));
    for (const { t } of node.attribute) if (t && isExternal(t)) await this.loadTensor(t);
    for (const inner of graphs.slice(1)) {
      for (const { name } of inner.proto.output) await this.loadTensor(inner.initializer(name));
      for (const one of inner.nodes) await this.load(inner, one);
    }
  }

  private async loadTensor(proto: onnx.TensorProto | null): Promise<void> {
    if (proto && !this.stored.has(proto)) this.stored.set(proto, await readTensor(this.folder, proto));
  }

  /** A stored tensor that was loaded, or one that lies in the graph itself. */
  private readonly storedTensor = (proto: onnx.TensorProto): Tensor => this.stored.get(proto) ?? inlineTensor(proto);

  /** Drops a value of the main graph after its last use. */
  private release(name: string, scope: Scope): void {
    scope.values.delete(name);
    const proto = this.graph.initializer(name);
    if (proto && isExternal(proto)) this.stored.delete(proto);
  }

  private valueOf(name: string, scope: Scope): Tensor {
    const value = scope.get(name);
    if (value) return value;
    const proto = scope.graph.initializer(name);
    if (!proto) throw new HeadlightError('input', `The graph has no value "${name}".`);
    return this.storedTensor(proto);
  }

  private apply(graph: Graph, node: onnx.NodeProto, scope: Scope): void {
    const domain = domainOf(node.domain);
    const kernel = kernelOf(domain, node.opType);
    if (!kernel) {
      const where = `${node.opType} of domain ${domain || 'ai.onnx'}; used by node ${nodeName(node)}`;
      throw new HeadlightError('unsupported', `The reference has no operator ${where}.`);
    }
    const inputs = node.input.map((name) => (name === '' ? null : this.valueOf(name, scope)));
    const results = atNode(node, () => kernel(inputs, this.callOf(graph, node, scope)));
    node.output.forEach((name, n) => {
      if (name !== '' && results[n]) scope.values.set(name, results[n]);
    });
  }

  private callOf(graph: Graph, node: onnx.NodeProto, scope: Scope): Call {
    const domain = domainOf(node.domain);
    return {
      op: node.opType,
      domain,
      opset: this.opsets.get(domain) ?? 1,
      attributes: readAttributes(node, this.storedTensor),
      outputs: node.output.length,
      name: nodeName(node),
      body: (attribute) => this.bodyOf(graph, node, attribute, scope),
    };
  }

  /** A body as a function; every call has its own values and sees those around. */
  private bodyOf(graph: Graph, node: onnx.NodeProto, attribute: string, scope: Scope): Body {
    const proto = node.attribute.find(({ name }) => name === attribute)?.g;
    const inner = graph.subgraphs(node).find((one) => one.proto === proto);
    if (!inner) throw new HeadlightError('format', `${nodeName(node)} has no body ${attribute}.`);
    return (inputs) => {
      const own = new Scope(scope, inner, new Map(inner.proto.input.map(({ name }, n) => [name, inputs[n]!])));
      for (const one of inner.nodes) this.apply(inner, one, own);
      return inner.proto.output.map(({ name }) => this.valueOf(name, own));
    };
  }
}

/** Runs a kernel; whatever it throws says which node it was. */
function atNode<R>(node: onnx.NodeProto, run: () => R): R {
  try {
    return run();
  } catch (error) {
    const name = nodeName(node);
    if (error instanceof HeadlightError && error.message.includes(name)) throw error;
    if (error instanceof HeadlightError) throw new HeadlightError(error.code, `${name}: ${error.message}`, { cause: error });
    throw asHeadlightError(error, 'runtime', `The reference failed at ${name} (${node.opType})`);
  }
}

/** Values of one graph by name; those of the graphs around are found too, unless the graph defines the name itself. */
class Scope {
  constructor(
    private readonly outer: Scope | null,
    readonly graph: Graph,
    readonly values: Map<string, Tensor>,
  ) {}

  get(name: string): Tensor | undefined {
    return this.values.get(name) ?? (this.graph.defines(name) ? undefined : this.outer?.get(name));
  }
}

/** Names that a node uses, in its bodies too. */
function usedNames(node: onnx.NodeProto, graph: Graph): string[] {
  return [...node.input.filter(Boolean), ...graph.subgraphs(node).flatMap((inner) => inner.outerValues())];
}

interface Uses {
  /** Counts one use of a value; true after the last one. */
  drop(name: string): boolean;
  unused(name: string): boolean;
}

/** How often each value is still needed; wanted values for ever. */
function countUses(nodes: readonly onnx.NodeProto[], graph: Graph, wanted: ReadonlySet<string>): Uses {
  const left = new Map<string, number>([...wanted].map((name) => [name, Number.POSITIVE_INFINITY]));
  for (const node of nodes) for (const name of usedNames(node, graph)) left.set(name, (left.get(name) ?? 0) + 1);
  return {
    drop(name) {
      const rest = (left.get(name) ?? 1) - 1;
      left.set(name, rest);
      return rest <= 0;
    },
    unused: (name) => !left.has(name),
  };
}
