/**
 * The interpreter that writes: every operator becomes a node of an ONNX graph, a `T` is the name of a value.
 *
 * Weights are written as places in files (ONNX external data), never as bytes, so that the model which comes out is some kB, whatever
 * the checkpoint weighs. Small constants stand in the graph itself.
 */
import { HeadlightError } from '../errors.ts';
import { dataTypeOf } from '../onnx/dtypes.ts';
import { onnx } from '../onnx/proto.js';
import { tensorProto } from '../onnx/tensors.ts';
import type { DType, Tensor } from '../tensor.ts';
import { attributeProto } from './attributes.ts';
import type { Attributes, Interpreter, ScanStep } from './ops.ts';

/** Where a weight lies: bytes [offset, offset + length) of a file; the path is relative to the model's folder. */
export interface Place {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Length of an axis, or the name of one that is free. */
export type Dimension = number | string;

export interface Emit extends Interpreter<string> {
  /** An input of the model; a string in `shape` names a free axis. */
  input(name: string, dtype: DType, shape: readonly Dimension[]): string;
  /** A weight that lies in a file. The same name twice gives the same value (tied weights). */
  weight(name: string, dtype: DType, shape: readonly number[], place: Place): string;
  /** Makes a value an output of the model under this name. Without a shape the runtime infers it. */
  output(name: string, value: string, dtype: DType, shape?: readonly Dimension[]): void;
  /** Makes a value in the middle of the model readable under this name: an output that is listed apart in `probes`. */
  probe(name: string, value: string, dtype?: DType, shape?: readonly Dimension[]): void;
  /** Names of the probes so far. */
  readonly probes: readonly string[];
  /** Puts `scope/` before the names of the nodes that `write` adds, as `layers.0/attention/Softmax_12`. */
  within<R>(scope: string, write: () => R): R;
  /** The model so far. May be called again after more nodes or probes. */
  model(): onnx.ModelProto;
}

export interface EmitOptions {
  /** Version of the ai.onnx operators; 21 unless said. */
  readonly opset?: number;
  /** Name of the graph. */
  readonly name?: string;
}

/** IR version that knows opset 21 (onnx.proto, enum Version). */
const IR_VERSION = 10;
const OPSET = 21;
/** Constants up to this many values are written once, however often they are used. */
const SHARED_CONSTANT = 64;

/** A new interpreter that writes a model. */
export function emit({ opset = OPSET, name = 'headlight' }: EmitOptions = {}): Emit {
  return new Writer(opset, name);
}

class Writer implements Emit {
  readonly probes: string[] = [];
  /** Nodes of the graph, or of the body, that is being written. */
  private nodes: onnx.NodeProto[] = [];
  private readonly inputs: onnx.ValueInfoProto[] = [];
  private readonly outputs: { readonly value: string; readonly info: onnx.ValueInfoProto }[] = [];
  private readonly names = new Set<string>();
  private readonly domains = new Set(['']);
  private readonly constants = new Map<string, string>();
  private readonly initializers = new Map<string, onnx.TensorProto>();
  private count = 0;
  private scope = '';

  constructor(
    private readonly opset: number,
    private readonly graphName: string,
  ) {}

  apply(op: string, inputs: readonly (string | null)[], attributes: Attributes = {}, outputs = 1, domain = ''): string[] {
    this.domains.add(domain);
    const name = this.fresh(op);
    const output = Array.from({ length: outputs }, (_, n) => (n === 0 ? name : `${name}:${n}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    this.nodes.push(onnx.NodeProto.create({ name, opType: op, domain, input: withoutTail(inputs), output, attribute }));
    return output;
  }

  constant(value: Tensor): string {
    const name = `/constant_${this.count}`;
    const proto = tensorProto(name, value);
    const key = value.data.length <= SHARED_CONSTANT ? `${value.dtype}[${value.shape}]:${proto.rawData}` : name;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    this.count++;
    this.initializers.set(name, proto);
    this.constants.set(key, name);
    return name;
  }

  scan(body: ScanStep<string>, carried: readonly string[], sequences: readonly string[]): { carried: string[]; results: string[] } {
    const outer = this.nodes;
    this.nodes = [];
    const state = carried.map(() => this.fresh('state'));
    const step = sequences.map(() => this.fresh('step'));
    const next = body(state, step);
    const graph = subgraph(this.fresh('body'), this.nodes, [...state, ...step], [...next.carried, ...next.results], () =>
      this.fresh('next'),
    );
    this.nodes = outer;
    const attributes = { body: { graph }, num_scan_inputs: sequences.length };
    const values = this.apply('Scan', [...carried, ...sequences], attributes, carried.length + next.results.length);
    return { carried: values.slice(0, carried.length), results: values.slice(carried.length) };
  }

  input(name: string, dtype: DType, shape: readonly Dimension[]): string {
    this.claim(name);
    this.inputs.push(valueInfo(name, dtype, shape));
    return name;
  }

  weight(name: string, dtype: DType, shape: readonly number[], place: Place): string {
    if (this.initializers.has(name)) return name;
    this.claim(name);
    const externalData = Object.entries({ location: place.path, offset: place.offset, length: place.length }).map(([key, value]) =>
      onnx.StringStringEntryProto.create({ key, value: String(value) }),
    );
    const dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    const proto = onnx.TensorProto.create({ name, dataType: dataTypeOf(dtype), dims: [...shape], externalData, dataLocation });
    this.initializers.set(name, proto);
    return name;
  }

  output(name: string, value: string, dtype: DType, shape?: readonly Dimension[]): void {
    this.claim(name);
    this.outputs.push({ value, info: valueInfo(name, dtype, shape) });
  }

  probe(name: string, value: string, dtype: DType = 'float32', shape?: readonly Dimension[]): void {
    this.output(name, value, dtype, shape);
    this.probes.push(name);
  }

  within<R>(scope: string, write: () => R): R {
    const outer = this.scope;
    this.scope = `${outer}/${scope}`;
    try {
      return write();
    } finally {
      this.scope = outer;
    }
  }

  model(): onnx.ModelProto {
    const opsetImport = [...this.domains].map((domain) =>
      onnx.OperatorSetIdProto.create({ domain, version: domain === '' ? this.opset : 1 }),
    );
    const graph = onnx.GraphProto.create({
      name: this.graphName,
      node: [...this.nodes, ...this.outputs.map(({ value, info }) => identity(value, info.name))],
      input: [...this.inputs],
      output: this.outputs.map(({ info }) => info),
      initializer: [...this.initializers.values()],
    });
    return onnx.ModelProto.create({ irVersion: IR_VERSION, opsetImport, producerName: 'headlight', graph });
  }

  /** Values that nothing else names: unique in the whole model, so that subgraphs can use those around them. */
  private fresh(op: string): string {
    return `${this.scope}/${op}_${this.count++}`;
  }

  private claim(name: string): void {
    if (this.names.has(name)) throw new HeadlightError('internal', `Two inputs, outputs or weights of a model are both named "${name}".`);
    this.names.add(name);
  }
}

/** An output is its value passed through Identity: runtimes drop that node, and a value may be output under several names. */
function identity(value: string, name: string): onnx.NodeProto {
  return onnx.NodeProto.create({ name: `${name}/Identity`, opType: 'Identity', input: [value], output: [name] });
}

/** The body of a Scan. The runtime infers the types of its inputs and outputs. */
function subgraph(name: string, nodes: onnx.NodeProto[], inputs: string[], values: string[], fresh: () => string): onnx.GraphProto {
  const outputs = values.map(fresh);
  const node = [...nodes, ...values.map((value, n) => identity(value, outputs[n]!))];
  const info = (value: string): onnx.ValueInfoProto => onnx.ValueInfoProto.create({ name: value });
  return onnx.GraphProto.create({ name, node, input: inputs.map(info), output: outputs.map(info) });
}

/** Names of inputs: '' for one that is left out, none for those left out at the end. */
function withoutTail(inputs: readonly (string | null)[]): string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === null) length--;
  return inputs.slice(0, length).map((input) => input ?? '');
}

function valueInfo(name: string, dtype: DType, shape?: readonly Dimension[]): onnx.ValueInfoProto {
  const dim = shape?.map((length) =>
    onnx.TensorShapeProto.Dimension.create(typeof length === 'number' ? { dimValue: length } : { dimParam: length }),
  );
  const tensorType = { elemType: dataTypeOf(dtype), ...(dim ? { shape: onnx.TensorShapeProto.create({ dim }) } : {}) };
  return onnx.ValueInfoProto.create({ name, type: onnx.TypeProto.create({ tensorType }) });
}
