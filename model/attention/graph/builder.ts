/** Writes nodes: fresh names, constants, attributes. Used wherever a graph gets more nodes. */
import { onnx } from '../../onnx/proto.js';
import { TYPE } from './constants.ts';

export type AttributeValue = number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] };

function attribute(name: string, value: AttributeValue): onnx.AttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return onnx.AttributeProto.create({ name, type: AttributeType.INT, i: value });
  if (typeof value === 'string')
    return onnx.AttributeProto.create({ name, type: AttributeType.STRING, s: Uint8Array.from(value, (c) => c.charCodeAt(0)) });
  if ('float' in value) return onnx.AttributeProto.create({ name, type: AttributeType.FLOAT, f: value.float });
  if ('floats' in value) return onnx.AttributeProto.create({ name, type: AttributeType.FLOATS, floats: [...value.floats] });
  return onnx.AttributeProto.create({ name, type: AttributeType.INTS, ints: [...value] });
}

export function graphAttribute(name: string, g: onnx.GraphProto): onnx.AttributeProto {
  return onnx.AttributeProto.create({ name, type: onnx.AttributeProto.AttributeType.GRAPH, g });
}

export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  domain = '',
): onnx.NodeProto {
  const list = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return onnx.NodeProto.create({ opType, input: [...input], output: [...output], domain, attribute: list, name: output[0] ?? '' });
}

export function int64Tensor(name: string, values: readonly number[], dims: readonly number[] = [values.length]): onnx.TensorProto {
  const data = BigInt64Array.from(values, (v) => (v >= 2 ** 62 ? 2n ** 62n : BigInt(v)));
  return onnx.TensorProto.create({ name, dataType: TYPE.int64, dims: [...dims], rawData: new Uint8Array(data.buffer) });
}

export function floatTensor(name: string, values: readonly number[], dims: readonly number[]): onnx.TensorProto {
  return onnx.TensorProto.create({
    name,
    dataType: TYPE.float,
    dims: [...dims],
    rawData: new Uint8Array(Float32Array.from(values).buffer),
  });
}

export function boolTensor(name: string, values: readonly boolean[], dims: readonly number[]): onnx.TensorProto {
  return onnx.TensorProto.create({ name, dataType: TYPE.bool, dims: [...dims], rawData: Uint8Array.from(values, Number) });
}

/** A graph input or output: sizes left open where `shape` is null or an entry is a name. */
export function valueInfo(name: string, elemType: number, shape: readonly (number | string)[] | null = null): onnx.ValueInfoProto {
  const dims = shape?.map((d) => onnx.TensorShapeProto.Dimension.create(typeof d === 'number' ? { dimValue: d } : { dimParam: d }));
  const tensorType = { elemType, ...(dims ? { shape: { dim: dims } } : {}) };
  return onnx.ValueInfoProto.create({ name, type: onnx.TypeProto.create({ tensorType }) });
}

/** Collects nodes and constants under names with a prefix that nothing else in the model has. */
export class Builder {
  readonly nodes: onnx.NodeProto[] = [];
  readonly initializers: onnx.TensorProto[] = [];
  private readonly known = new Map<string, string>();
  private count = 0;

  private readonly contents = new Map<string, readonly number[]>();

  constructor(
    readonly prefix: string,
    readonly opset: number,
  ) {}

  name(word = 'v'): string {
    return `${this.prefix}/${word}_${this.count++}`;
  }

  /** One node with one output, whose name is returned. */
  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, domain = ''): string {
    const output = this.name(opType);
    this.nodes.push(this.written(opType, inputs, [output], attributes, domain));
    return output;
  }

  /** Axes were attributes once: of Squeeze and Unsqueeze before opset 13, of ReduceMax and its kind before 18 (ReduceSum before 13). */
  private written(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    domain: string,
  ): onnx.NodeProto {
    const since = /^(Squeeze|Unsqueeze|ReduceSum)$/.test(opType) ? 13 : opType.startsWith('Reduce') ? 18 : 0;
    const axes = this.opset < since && inputs[1] ? this.contents.get(inputs[1]) : undefined;
    if (!axes) return makeNode(opType, inputs, outputs, attributes, domain);
    return makeNode(opType, inputs.slice(0, 1), outputs, { ...attributes, axes }, domain);
  }

  /** One node with several outputs. */
  ops(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
    domain = '',
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.name(opType));
    this.nodes.push(makeNode(opType, inputs, names, attributes, domain));
    return names;
  }

  /** Gives a value the name `to`: its node's output where this builder wrote it, otherwise by an Identity. */
  rename(from: string, to: string): void {
    const maker = this.nodes.find((node) => node.output.includes(from));
    if (!maker) {
      this.nodes.push(makeNode('Identity', [from], [to]));
      return;
    }
    maker.output = maker.output.map((name) => (name === from ? to : name));
    for (const node of this.nodes) node.input = node.input.map((name) => (name === from ? to : name));
  }

  private constant(key: string, make: (name: string) => onnx.TensorProto): string {
    const known = this.known.get(key);
    if (known) return known;
    const name = this.name('const');
    this.initializers.push(make(name));
    this.known.set(key, name);
    return name;
  }

  /** An int64 vector. */
  ints(...values: number[]): string {
    const name = this.constant(`i${values.join()}`, (made) => int64Tensor(made, values));
    this.contents.set(name, values);
    return name;
  }

  /** An int64 scalar. */
  int(value: number): string {
    return this.constant(`s${value}`, (name) => int64Tensor(name, [value], []));
  }

  /** A float32 scalar. */
  float(value: number): string {
    return this.constant(`f${value}`, (name) => floatTensor(name, [value], []));
  }

  /** A float32 tensor. */
  floats(values: readonly number[], dims: readonly number[]): string {
    return this.constant(`F${dims.join('x')}:${values.join()}`, (name) => floatTensor(name, values, dims));
  }

  /** A boolean tensor. */
  bools(values: readonly boolean[], dims: readonly number[]): string {
    return this.constant(`B${dims.join('x')}:${values.map(Number).join('')}`, (name) => boolTensor(name, values, dims));
  }

  cast(input: string, to: number): string {
    return this.op('Cast', [input], { to });
  }

  /** Size of one axis as an int64 vector of length 1. */
  size(input: string, axis: number): string {
    return this.op('Gather', [this.op('Shape', [input]), this.ints(axis)], { axis: 0 });
  }
}
