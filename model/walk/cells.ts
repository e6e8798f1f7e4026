/**
 * Single numbers of a graph, followed back to the numbers that they are made of. What moves values about is asked where it would put the places
 * themselves: the reference's own operators say where a number was, nothing is written a second time.
 */
import { HeadlightError } from '../errors.ts';
import { intsOf } from '../onnx/attributes.ts';
import type { onnx } from '../onnx/proto.js';
import { shapeOf } from '../onnx/tensors.ts';
import { ReferenceModel } from '../ops/evaluate.ts';
import { broadcastStrides } from '../ops/reference/strides.ts';
import type { ModelFolder } from '../source.ts';
import { type DType, sizeOf, stridesOf, type Tensor, tensor } from '../tensor.ts';
import { pieceModel } from './extract.ts';
import type { WalkPlan } from './plan.ts';

/** Stored tensors behind a value that is computed for a single number have at most so many numbers. */
const MOST_NUMBERS = 2 ** 24;

const WITHHELD = 'The block before is left out for a text of this length: take a shorter text to see how its numbers came about.';

/** One number: its value in the graph, and its place in the flat data. */
export interface Cell {
  readonly value: string;
  readonly at: number;
}

/** What is known of a graph and of a run. */
export interface Known {
  readonly plan: WalkPlan;
  readonly model: onnx.ModelProto;
  readonly folder: ModelFolder;
  /** A value that was computed, or that the model was given. */
  value(name: string): Tensor | undefined;
  /** A value that was left out for its size: it is not computed for a single number either. */
  isWithheld(name: string): boolean;
}

export class Cells {
  readonly #made = new Map<string, Tensor>();

  constructor(private readonly known: Known) {}

  producer(value: string): onnx.NodeProto | null {
    return this.known.plan.graph.producer(value);
  }

  /** Whether a value depends on more than weights and positions. */
  isContent(value: string): boolean {
    return this.known.plan.steps.natures.get(value) === 'content';
  }

  /**
   * A whole value: known, stored, or computed by the reference from what is known.
   * @throws HeadlightError `unsupported` where too many weights would be read for it
   */
  async tensor(value: string): Promise<Tensor> {
    const known = this.#made.get(value) ?? this.known.value(value);
    if (known) return known;
    const made = await this.again(value);
    this.#made.set(value, made);
    return made;
  }

  async number({ value, at }: Cell): Promise<number> {
    return Number((await this.tensor(value)).data[at]);
  }

  /** A value as the reference computes it from what is known of the values before it. @throws as `tensor` */
  again(value: string): Promise<Tensor> {
    return this.#run(value, (name) => (name === value ? undefined : (this.#made.get(name) ?? this.known.value(name))));
  }

  /** Where a number was before a node moved it; null for one that the node put in (padding). @throws as `tensor` */
  async origin(node: onnx.NodeProto, { value, at }: Cell): Promise<Cell | null> {
    if (node.opType === 'Cast' || node.opType === 'CastLike') return { value: node.input[0]!, at };
    const moved = node.opType === 'Concat' ? node.input : node.input.slice(0, 1);
    const inputs = new Map<string, Tensor>();
    for (const name of new Set(node.input.filter(Boolean))) inputs.set(name, await this.tensor(name));
    let first = 1;
    const starts: number[] = [];
    const numbered = new Map(inputs);
    for (const name of new Set(moved)) {
      const { shape } = inputs.get(name)!;
      numbered.set(
        name,
        tensor(
          'float64',
          shape,
          Float64Array.from({ length: sizeOf(shape) }, (_, i) => first + i),
        ),
      );
      starts.push(first);
      first += sizeOf(shape);
    }
    const place = Number((await this.#run(value, (name) => numbered.get(name))).data[at]);
    const index = starts.findLastIndex((start) => start <= place);
    return place < 1 ? null : { value: [...new Set(moved)][index]!, at: place - starts[index]! };
  }

  /** The places of a node's operands that meet in a number of its output. @throws as `tensor` */
  async operands(node: onnx.NodeProto, at: number): Promise<Cell[]> {
    const inputs = node.input.filter(Boolean);
    const shape = (await this.tensor(node.output[0]!)).shape;
    return Promise.all(inputs.map(async (value) => ({ value, at: broadcastPlace((await this.tensor(value)).shape, shape, at) })));
  }

  /** What a node that is linear in its first operand multiplies a number of it with, for a number of its output. @throws as `tensor` */
  async factor(node: onnx.NodeProto, from: number, at: number): Promise<number> {
    const [x = '', ...others] = node.input;
    const { shape } = await this.tensor(x);
    const given = new Map([[x, tensor('float64', shape, new Float64Array(sizeOf(shape)).fill(1, from, from + 1))]]);
    for (const name of others.filter(Boolean)) given.set(name, await this.tensor(name));
    return Number((await this.#run(node.output[0]!, (name) => given.get(name))).data[at]);
  }

  /** The numbers that a reducing node (ReduceMean, ReduceSum) puts together to one, in order. @throws as `tensor` */
  async reduced(node: onnx.NodeProto, at: number): Promise<Float64Array> {
    const { shape, data } = await this.tensor(node.input[0]!);
    const given = node.input[1] ? Array.from((await this.tensor(node.input[1])).data, Number) : intsOf(node, 'axes');
    const axes = new Set((given ?? shape.map((_, axis) => axis)).map((axis) => (axis + shape.length) % shape.length));
    const kept = shape.map((length, axis) => (axes.has(axis) ? 1 : length));
    const [steps, places] = [stridesOf(kept), stridesOf(shape)];
    const home = (i: number) =>
      shape.reduce((sum, length, axis) => sum + (axes.has(axis) ? 0 : (Math.floor(i / places[axis]!) % length) * steps[axis]!), 0);
    return Float64Array.from(Array.from(data, Number).filter((_, i) => home(i) === at));
  }

  async #run(value: string, given: (name: string) => Tensor | undefined): Promise<Tensor> {
    const { plan, model, folder } = this.known;
    const { graph } = plan;
    const nodes = new Set<onnx.NodeProto>();
    const feeds: Record<string, Tensor> = {};
    const open = [value];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const tensor = given(name);
      const node = graph.producer(name);
      if (tensor) feeds[name] = tensor;
      else if (name !== value && this.known.isWithheld(name)) throw new HeadlightError('unsupported', WITHHELD);
      else if (node && !nodes.has(node)) {
        nodes.add(node);
        open.push(...node.input.filter(Boolean), ...graph.subgraphs(node).flatMap((inner) => inner.outerValues()));
      }
    }
    const piece = { nodes, carried: Object.keys(feeds), inputs: [] };
    const types = new Map(Object.entries(feeds).map(([name, { dtype }]): [string, DType] => [name, dtype]));
    const program = pieceModel(model, plan, piece, [value], types);
    const stored = program.graph!.initializer.reduce((sum, proto) => sum + (feeds[proto.name] ? 0 : sizeOf(shapeOf(proto))), 0);
    if (stored > MOST_NUMBERS) throw new HeadlightError('unsupported', 'The matrix is too large to be read for a single number.');
    const reference = new ReferenceModel({ model: program }, folder);
    return (await reference.run(feeds, { values: [value], outputs: false })).get(value)!;
  }
}

/** The place in an operand that is spread over the output's shape. */
export function broadcastPlace(shape: readonly number[], target: readonly number[], at: number): number {
  const strides = broadcastStrides(shape, target);
  return stridesOf(target).reduce((place, stride, axis) => place + (Math.floor(at / stride) % target[axis]!) * strides[axis]!, 0);
}
