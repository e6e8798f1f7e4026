/** The nodes between score product and weights, written again for one head as [h, T, S]. */

import { onnx } from '../../onnx/proto.js';
import type { Axes } from '../find/axes.ts';
import type { Candidate, Role } from '../find/candidate.ts';
import type { Product } from '../find/product.ts';
import { intAttribute } from '../graph/attributes.ts';
import { type Builder, makeNode } from '../graph/builder.ts';
import { type NodeRef, operatorOf } from '../graph/view.ts';
import { axisOf } from '../infer/fact.ts';
import { intsOf } from '../infer/shaping.ts';
import { broadcastAxes, type Chosen, picked, type Sides } from './side.ts';

/** Where a role lies in [h, T, S]. */
const PLACE: Partial<Record<Role, number>> = { head: 0, query: 1, key: 2 };

const LAYOUT = /^(Reshape|Transpose|Unsqueeze|Squeeze|Flatten|Expand|Identity|Dropout)$/;
const ROWWISE = /^(Softmax|LogSoftmax|QLinearSoftmax|TopK|Reduce\w+)$/;
const ELEMENTWISE =
  /^(Add|Sub|Mul|Div|Pow|Where|Cast|CastLike|Tanh|Exp|Log|Sqrt|Neg|Abs|Reciprocal|Max|Min|Sum|Clip|Sigmoid|Relu|Softplus|IsNaN|IsInf|Not|And|Or|Equal|Less|LessOrEqual|Greater|GreaterOrEqual|Sign|Erf|QuantizeLinear|DequantizeLinear|BiasSoftmax)$/;

class Writer {
  private readonly done = new Map<string, string | null>();

  constructor(
    private readonly c: Candidate,
    private readonly b: Builder,
    private readonly sides: Sides,
    private readonly chosen: Chosen,
  ) {}

  start(origin: string, value: string): void {
    this.done.set(origin, value);
  }

  /** A value of the region as [h, T, S]. */
  value(name: string): string | null {
    const known = this.done.get(name);
    if (known !== undefined) return known;
    const ref = this.c.subject.view.producerOf(name);
    const made = ref ? this.node(ref, name) : null;
    this.done.set(name, made);
    return made;
  }

  private inside(name: string): boolean {
    return this.c.score.region.has(name);
  }

  private axes(name: string): Axes | null {
    return this.c.score.region.axes(name);
  }

  /** An operand of a node whose result has the axes `whole`: of the region, or from the side. */
  private operand(name: string, whole: Axes): string | null {
    if (this.inside(name)) return this.value(name);
    const shape = this.c.subject.shape(name);
    const placed = this.sides.place(name);
    const fused = this.c.fused !== null;
    if (placed === null || (!shape && !fused)) return null;
    if (shape?.length === 0) return placed;
    const axes = shape ? broadcastAxes(this.c.subject, name, whole, fused) : whole;
    return axes && picked(this.b, this.c, placed, axes, this.chosen, ['query', 'key']);
  }

  private node(ref: NodeRef, name: string): string | null {
    const op = ref.node.opType;
    const product = this.c.subject.products.get(name);
    if (product && op !== 'ReduceSum') return this.mix(product);
    if (LAYOUT.test(op)) return this.axes(name) ? this.value(ref.node.input[0]!) : null;
    if (op === 'Concat') return this.concat(ref, name);
    if (op === 'Slice') return this.slice(ref, name);
    if (ROWWISE.test(op)) return this.rowwise(ref, name);
    if (ELEMENTWISE.test(op)) return this.elementwise(ref, name);
    return null;
  }

  private elementwise(ref: NodeRef, name: string): string | null {
    const whole = this.axes(name);
    const inputs = whole && ref.node.input.map((input) => (input === '' ? '' : this.operand(input, whole)));
    if (!inputs || inputs.some((i) => i === null)) return null;
    if (ref.node.opType === 'BiasSoftmax') return this.b.op('Softmax', [this.b.op('Add', inputs as string[])], { axis: 2 });
    return this.copied(ref, inputs as string[], name);
  }

  /** The node itself on other operands, with some attributes changed. */
  private copied(
    ref: NodeRef,
    input: readonly string[],
    name: string,
    changed: Readonly<Record<string, number | readonly number[]>> = {},
  ): string {
    const output = ref.node.output.map((o) => (o === '' ? '' : this.b.name(ref.node.opType)));
    const fresh = makeNode(ref.node.opType, [], [], changed).attribute;
    const attribute = [...ref.node.attribute.filter((a) => !(a.name in changed)), ...fresh];
    this.b.nodes.push(onnx.NodeProto.create({ ...ref.node, input: [...input], output, attribute, name: output.find(Boolean) ?? '' }));
    return output[ref.node.output.indexOf(name)]!;
  }

  /** The one role that an axis has, as its place in [h, T, S]. */
  private placeOf(axes: Axes, axis: number): number | null {
    const roles = new Set(this.c.score.region.atoms.resolve(axes[axis] ?? []).map(this.c.role));
    return roles.size === 1 ? (PLACE[[...roles][0]!] ?? null) : null;
  }

  private plain(ref: NodeRef, from: number): (string | null)[] {
    return ref.node.input.slice(from).map((name) => (name === '' ? '' : this.sides.place(name)));
  }

  /** Softmax, TopK and reductions along keys (or queries). */
  private rowwise(ref: NodeRef, name: string): string | null {
    const source = ref.node.input[0]!;
    const [axes, x] = [this.axes(source), this.value(source)];
    if (!axes || x === null) return null;
    const rank = axes.length;
    if (/^Reduce/.test(ref.node.opType)) {
      const asked = intsOf({ node: ref.node, opset: 0, input: (i) => this.c.subject.fact(ref.node.input[i] ?? '') }, 'axes', 1);
      const places = asked?.map((a) => this.placeOf(axes, axisOf(a, rank))).filter((p) => p !== 0);
      if (!places || places.some((p) => p === null)) return null;
      return this.b.op(ref.node.opType, [x, this.b.ints(...(places as number[]))], { keepdims: 1 });
    }
    const place = ref === this.c.map.ref ? 2 : this.placeOf(axes, axisOf(intAttribute(ref.node, 'axis', -1), rank));
    const rest = this.plain(ref, 1);
    if (place === null || rest.some((r) => r === null)) return null;
    return this.copied(ref, [x, ...(rest as string[])], name, { axis: place });
  }

  /** Joined along the keys (a sink's column). */
  private concat(ref: NodeRef, name: string): string | null {
    const axes = this.axes(name);
    const place = axes && this.placeOf(axes, axisOf(intAttribute(ref.node, 'axis', 0), axes.length));
    if (place !== 2) return null;
    const parts = ref.node.input.map((input) => this.operand(input, axes!));
    return parts.some((p) => p === null) ? null : this.b.op('Concat', parts as string[], { axis: 2 });
  }

  /** Cut along keys or queries; along other axes only what changes nothing. */
  private slice(ref: NodeRef, name: string): string | null {
    const { subject } = this.c;
    const source = ref.node.input[0]!;
    const [axes, x] = [this.axes(source), this.value(source)];
    const four = this.c.fused === null ? null : [0, 0, 0, 0];
    const [from, to] = [subject.shape(source) ?? four, subject.shape(name) ?? four];
    if (!axes || x === null || !from || !to || ref.node.input.length < 3) return null;
    const asked = subject.fact(ref.node.input[3] ?? '')?.value ?? from.map((_, i) => i);
    const fixed = this.c.fused !== null;
    const list = asked.map((a, i) => ({ axis: axisOf(a, from.length), i })).filter(({ axis }) => fixed || from[axis] !== to[axis]);
    const rest = this.plain(ref, 1);
    if (rest.some((r) => r === null)) return null;
    let at = x;
    for (const { axis, i } of list) {
      const place = this.placeOf(axes, axis);
      if (place !== 1 && place !== 2) return null;
      const one = (n: number): string => this.b.op('Gather', [rest[n]!, this.b.ints(i)], { axis: 0 });
      at = this.b.op('Slice', [at, one(0), one(1), this.b.ints(place), ...(rest[3] ? [one(3)] : [])]);
    }
    return at;
  }

  /** Heads mixed by a weight: [H, T, S] · [H, H']. */
  private mix(product: Product): string | null {
    const own = this.inside(product.a.name) ? product.a : product.b;
    const weight = own === product.a ? product.b : product.a;
    const x = this.value(own.name);
    const w = this.sides.place(weight.name);
    const gone = own.letters.find((l) => l !== '' && !product.letters.includes(l));
    const rows = weight.letters.indexOf(gone ?? '?');
    if (x === null || w === null || weight.letters.length !== 2 || rows < 0 || !this.chosen.allHeads) return null;
    const matrix = rows === 0 ? w : this.b.op('Transpose', [w], { perm: [1, 0] });
    const last = this.b.op('MatMul', [this.b.op('Transpose', [x], { perm: [1, 2, 0] }), matrix]);
    const turned = this.b.op('Transpose', [last], { perm: [2, 0, 1] });
    return product.factor === 1 ? turned : this.b.op('Mul', [turned, this.b.float(product.factor)]);
  }
}

/** Scores (what softmax gets) and weights of the chosen head as [h, T, S], from the product q·kᵀ; null when a node cannot be cut down. */
export function rewritten(
  c: Candidate,
  b: Builder,
  sides: Sides,
  chosen: Chosen,
  product: string,
): { scores: string; weights: string } | null {
  const writer = new Writer(c, b, sides, chosen);
  const { factor } = c.score.product;
  writer.start(c.score.product.output, factor === 1 ? product : b.op('Mul', [product, b.float(factor)]));
  const weights = writer.value(c.weights);
  const scores = writer.value(c.map.logits);
  return weights === null || scores === null ? null : { scores, weights };
}

export { operatorOf };
