/**
 * Which column of which projection each number of a query, key or value is: followed back through everything that only moves, scales or turns it,
 * for one choice of every free length. So a head's columns of W are known whoever exported the graph: split, sliced, interleaved or fused.
 */
import { HeadlightError } from '../../errors.ts';
import type { Subject } from '../find/graph.ts';
import { isPackedProjection } from '../find/product.ts';
import { intAttribute, intsAttribute } from '../graph/attributes.ts';
import { type NodeRef, operatorOf } from '../graph/view.ts';
import { axisOf, count, strides } from '../infer/fact.ts';
import { picked, place, stretched, transposed, withShape } from './moves.ts';

/** The product with a weight that numbers come from. */
export interface Projection {
  /** Value that the product makes. */
  readonly output: string;
  /** Value that is multiplied with, as it stands at the product: a stored tensor, or one moved and cast. */
  readonly weight: string;
  /** Axis of the weight that is summed over, and the one whose indices are columns. */
  readonly summed: number;
  readonly columns: number;
  /** Packed inside the operator: [N, K] once it is unpacked. */
  readonly packed: boolean;
}

export interface Origins {
  readonly projection: Projection;
  readonly shape: readonly number[];
  /** Column of each number, −1 for what comes from elsewhere (a cache). */
  readonly columns: Int32Array;
  /** What the numbers were multiplied by on the way: one constant for all. */
  readonly factor: number;
  /** Positions turn them after the projection (rotary). */
  readonly turned: boolean;
  /** What they were last multiplied by in such a turn. */
  readonly mark: 'cos' | 'sin' | null;
}

const REACH = 80;
const SAME = /^(Identity|Cast|CastLike|Dropout|QuantizeLinear|DequantizeLinear)$/;
const RESHAPES = /^(Reshape|Flatten|Unsqueeze|Squeeze)$/;
const NORMS = /Norm|^(Softmax|Relu|Gelu|Sigmoid|Tanh|Elu|Exp|LpNormalization)$/;

/** @throws HeadlightError `unsupported` where numbers are made new on the way, so that no fixed matrix stands behind them */
export class Tracer {
  readonly #known = new Map<string, Origins | null>();

  constructor(private readonly subject: Subject) {}

  /** Null for a value that comes from no projection, or by a way that is not followed. */
  of(name: string, reach = REACH): Origins | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = reach === 0 ? null : this.#find(name, reach);
    this.#known.set(name, found);
    return found;
  }

  #find(name: string, reach: number): Origins | null {
    const { subject } = this;
    const ref = subject.view.producerOf(name);
    const shape = subject.shape(name);
    if (!ref || !shape) return null;
    const base = this.#base(name, ref, shape);
    if (base) return base;
    if (subject.products.has(name)) return null;
    const op = operatorOf(ref.node).replace(/^com\.microsoft::/, '');
    const first = () => this.of(ref.node.input[0] ?? '', reach - 1);
    if (SAME.test(op)) return first();
    if (RESHAPES.test(op)) return withShape(first(), shape);
    if (op === 'RotaryEmbedding') return turnedBy(withShape(first(), shape));
    if (op === 'Transpose') return transposed(first(), intsAttribute(ref.node, 'perm'));
    if (op === 'Expand') return stretched(first(), shape);
    if (op === 'Neg') return first();
    if (op === 'Split') return this.#split(name, ref, first(), shape);
    if (op === 'Slice') return this.#slice(ref, first(), shape);
    if (op === 'Gather') return this.#gather(ref, first(), shape);
    if (op === 'Concat') return this.#concat(ref, shape, reach);
    if (/^(Add|Sub|Mul|Div)$/.test(op)) return this.#arithmetic(ref, op, shape, reach);
    if (NORMS.test(op) && first()) throw normalised(op);
    return null;
  }

  /** The product with a weight itself: its columns counted. */
  #base(name: string, ref: NodeRef, shape: readonly number[]): Origins | null {
    const { subject } = this;
    const projection = projectionOf(subject, name, ref);
    if (!projection) return null;
    const product = subject.products.get(name);
    const weight = product && (product.b.name === projection.weight ? product.b : product.a);
    const axis = product && weight ? product.letters.indexOf(weight.letters[projection.columns]!) : shape.length - 1;
    const step = strides(shape)[axis]!;
    const columns = Int32Array.from({ length: count(shape) }, (_, i) => Math.floor(i / step) % shape[axis]!);
    return { projection, shape, columns, factor: product?.factor ?? 1, turned: false, mark: null };
  }

  #split(name: string, ref: NodeRef, from: Origins | null, shape: readonly number[]): Origins | null {
    if (!from) return null;
    const axis = axisOf(intAttribute(ref.node, 'axis', 0), shape.length);
    let start = 0;
    for (const output of ref.node.output) {
      if (output === name) return picked(from, shape, axis, (i) => start + i);
      start += this.subject.shape(output)?.[axis] ?? Number.NaN;
    }
    return null;
  }

  #slice(ref: NodeRef, from: Origins | null, shape: readonly number[]): Origins | null {
    if (!from) return null;
    const list = (i: number, name: string) => intsAttribute(ref.node, name) ?? this.subject.fact(ref.node.input[i] ?? '')?.value ?? null;
    const [starts, steps] = [list(1, 'starts'), list(4, 'steps')];
    const axes = list(3, 'axes') ?? starts?.map((_, i) => i) ?? [];
    if (!starts) return null;
    return axes.reduce<Origins>((at, one, i) => {
      const axis = axisOf(one, shape.length);
      const [step, length] = [steps?.[i] ?? 1, at.shape[axis]!];
      const start = Math.min(starts[i]! < 0 ? starts[i]! + length : starts[i]!, step < 0 ? length - 1 : length);
      const next = at.shape.map((n, j) => (j === axis ? shape[axis]! : n));
      return picked(at, next, axis, (index) => start + index * step);
    }, from);
  }

  #gather(ref: NodeRef, from: Origins | null, shape: readonly number[]): Origins | null {
    const indices = this.subject.fact(ref.node.input[1] ?? '');
    if (!from || !indices?.value || !indices.shape || indices.shape.length > 1) return null;
    const axis = axisOf(intAttribute(ref.node, 'axis', 0), from.shape.length);
    const wrap = (i: number) => (i < 0 ? i + from.shape[axis]! : i);
    const kept = from.shape.map((n, i) => (i === axis ? indices.value!.length : n));
    return withShape(
      picked(from, kept, axis, (i) => wrap(indices.value![i]!)),
      shape,
    );
  }

  /** What comes from no projection (a cache of earlier keys) stays unknown; two projections cannot be told apart. */
  #concat(ref: NodeRef, shape: readonly number[], reach: number): Origins | null {
    const axis = axisOf(intAttribute(ref.node, 'axis', 0), shape.length);
    const parts = ref.node.input.map((name) => ({
      origins: this.of(name, reach - 1),
      length: this.subject.shape(name)?.[axis] ?? Number.NaN,
    }));
    const known = parts.flatMap(({ origins }) => origins ?? []);
    if (known.length === 0 || known.some(({ projection }) => projection.output !== known[0]!.projection.output)) return null;
    const columns = new Int32Array(count(shape)).fill(-1);
    const step = strides(shape);
    let start = 0;
    for (const { origins, length } of parts) {
      if (origins) place(origins, columns, step, axis, start);
      start += length;
    }
    return { ...known[0]!, shape, columns, turned: known.some(({ turned }) => turned), mark: null };
  }

  /** A bias, a scale, or the two halves of a rotation. */
  #arithmetic(ref: NodeRef, op: string, shape: readonly number[], reach: number): Origins | null {
    const [a = '', b = ''] = ref.node.input;
    const [left, right] = [this.of(a, reach - 1), this.of(b, reach - 1)];
    if (left && right) {
      if (op === 'Mul' || op === 'Div') throw normalised(op);
      return stretched(halves(left, right), shape);
    }
    const [own, other] = left ? [left, b] : [right, a];
    if (!own || (op === 'Div' && own === right)) return null;
    if (this.#comesFrom(other, own.projection.output)) throw normalised(op);
    const moved = stretched(own, shape);
    if (op === 'Add' || op === 'Sub' || !moved) return moved;
    const value = this.subject.fact(other)?.value;
    if (count(this.subject.shape(other) ?? [0]) === 1) {
      if (value?.length !== 1) return moved;
      return { ...moved, factor: op === 'Mul' ? moved.factor * value[0]! : moved.factor / value[0]! };
    }
    return turnedBy(moved, this.#markOf(other));
  }

  /** Whether a value was made of what a projection gives: then it is no constant. */
  #comesFrom(name: string, projection: string, reach = 24): boolean {
    if (name === projection) return true;
    const ref = this.subject.view.producerOf(name);
    if (!ref || reach === 0 || this.subject.fact(name)?.data === false) return false;
    return ref.node.input.some((input) => input !== '' && this.#comesFrom(input, projection, reach - 1));
  }

  #markOf(name: string, reach = 16): Origins['mark'] {
    const own = /(^|[^a-z])(cos|sin)([^a-z]|$)/i.exec(name)?.[2]?.toLowerCase();
    const ref = this.subject.view.producerOf(name);
    const op = ref?.node.opType;
    if (op === 'Cos' || op === 'Sin') return op === 'Cos' ? 'cos' : 'sin';
    if (ref && reach > 0) {
      for (const input of ref.node.input) {
        const found = input === '' ? null : this.#markOf(input, reach - 1);
        if (found) return found;
      }
    }
    return own === 'cos' || own === 'sin' ? own : null;
  }
}

function normalised(op: string): HeadlightError {
  return new HeadlightError(
    'unsupported',
    `Between the projection and the attention the model makes new numbers (${op}), so that no fixed matrix stands behind the scores.`,
  );
}

/** The product with a weight that makes a value, or null. */
function projectionOf(subject: Subject, name: string, ref: NodeRef): Projection | null {
  if (isPackedProjection(ref)) return { output: name, weight: ref.node.input[1]!, summed: 1, columns: 0, packed: true };
  const product = subject.products.get(name);
  const weight = product && [product.b, product.a].find((operand) => subject.isWeight(operand.name));
  if (!product || !weight || weight.letters.length !== 2) return null;
  const columns = weight.letters.findIndex((letter) => product.letters.includes(letter));
  return columns < 0 ? null : { output: name, weight: weight.name, summed: 1 - columns, columns, packed: false };
}

const turnedBy = (from: Origins | null, mark: Origins['mark'] = null): Origins | null => from && { ...from, turned: true, mark };

/** Of a rotation x·cos + y·sin the x: at distance 0 nothing else is left. Null for other sums of two projections. */
function halves(left: Origins, right: Origins): Origins | null {
  if (left.projection.output !== right.projection.output || !left.turned || !right.turned) return null;
  const own = [left, right].find(({ mark }) => mark === 'cos') ?? [left, right].find((_, i) => [right, left][i]!.mark === 'sin');
  return own ?? null;
}
