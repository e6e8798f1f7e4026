/** Products of two tensors, however they are written, as one thing: which axes meet, which are summed over. */
import { table } from '../../table.ts';
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../graph/attributes.ts';
import { type GraphView, type NodeRef, operatorOf } from '../graph/view.ts';
import { axisOf } from '../infer/fact.ts';
import type { Facts } from '../infer/infer.ts';
import { parseEinsum } from '../infer/products.ts';

/** A letter for each axis; '' for an axis of length 1 that the other operand stretches. */
export type Letters = readonly string[];

export interface Product {
  /** The node whose output is the product (ReduceSum where it is Mul and ReduceSum). */
  readonly ref: NodeRef;
  readonly output: string;
  readonly a: Operand;
  readonly b: Operand;
  readonly letters: Letters;
  /** A factor that the node itself applies (FusedMatMul's and Gemm's alpha). */
  readonly factor: number;
}

export interface Operand {
  readonly name: string;
  /** Which input of the node it is. */
  readonly input: number;
  readonly letters: Letters;
}

type Shape = readonly number[];

const MATMULS: Readonly<Record<string, readonly [number, number]>> = table({
  MatMul: [0, 1],
  Gemm: [0, 1],
  MatMulInteger: [0, 1],
  QLinearMatMul: [0, 3],
  'com.microsoft::FusedMatMul': [0, 1],
  'com.microsoft::TransposeMatMul': [0, 1],
  'com.microsoft::MatMulIntegerToFloat': [0, 1],
});

/** Products whose right side is a packed weight: they are projections and nothing else. */
const PACKED = new Set([
  'com.microsoft::MatMulNBits',
  'com.microsoft::DynamicQuantizeMatMul',
  'com.microsoft::MatMulBnb4',
  'com.microsoft::MatMulFpQ4',
]);

/** Batch letters of MatMul: aligned right, '' where a length of 1 is stretched. */
function batchLetters(own: Shape, other: Shape): string[] {
  const rank = Math.max(own.length, other.length);
  return own.map((size, i) => {
    const place = i - own.length + rank;
    const facing = other[place - rank + other.length] ?? 1;
    return size === 1 && facing !== 1 ? '' : `b${place - rank}`;
  });
}

function matmul(ref: NodeRef, a: Shape, b: Shape, inputs: readonly [number, number]): Product | null {
  if (a.length < 2 || b.length < 2) return null;
  const { node } = ref;
  const [la, lb] = [batchLetters(a.slice(0, -2), b.slice(0, -2)), batchLetters(b.slice(0, -2), a.slice(0, -2))];
  const batch = (la.length >= lb.length ? la : lb).map((_, i, list) => `b${i - list.length}`);
  const left = intAttribute(node, 'transA', 0) === 1 ? ['k', 'm'] : ['m', 'k'];
  const right = intAttribute(node, 'transB', 0) === 1 ? ['n', 'k'] : ['k', 'n'];
  return {
    ref,
    output: node.output[0]!,
    a: { name: node.input[inputs[0]]!, input: inputs[0], letters: [...la, ...left] },
    b: { name: node.input[inputs[1]]!, input: inputs[1], letters: [...lb, ...right] },
    letters: [...batch, 'm', 'n'],
    factor: floatAttribute(node, 'alpha', 1),
  };
}

function einsum(facts: Facts, ref: NodeRef): Product | null {
  const { node } = ref;
  const shapes = node.input.map((name) => facts.get(name)?.shape);
  const ranks = shapes.map((shape) => shape?.length);
  const parsed = parseEinsum(stringAttribute(node, 'equation') ?? '', ranks);
  if (!parsed || node.input.length !== 2) return null;
  const [a, b] = parsed.inputs as [string, string];
  const stretched = (own: number, letter: string, axis: number): boolean => {
    const facing = (own === 0 ? b : a).indexOf(letter);
    return facing >= 0 && shapes[own]?.[axis] === 1 && (shapes[1 - own]?.[facing] ?? 1) !== 1;
  };
  const lettersOf = (own: number): string[] => [...parsed.inputs[own]!].map((letter, i) => (stretched(own, letter, i) ? '' : letter));
  return {
    ref,
    output: node.output[0]!,
    a: { name: node.input[0]!, input: 0, letters: lettersOf(0) },
    b: { name: node.input[1]!, input: 1, letters: lettersOf(1) },
    letters: [...parsed.output],
    factor: 1,
  };
}

/** ReduceSum of Mul: a product when both operands have the summed axis. */
function mulSum(view: GraphView, facts: Facts, ref: NodeRef): Product | null {
  const mul = view.producerOf(ref.node.input[0]!);
  if (!mul || operatorOf(mul.node) !== 'Mul' || mul.node.input[0] === mul.node.input[1]) return null;
  const whole = facts.get(mul.node.output[0]!)?.shape;
  const axes = intsAttribute(ref.node, 'axes') ?? facts.get(ref.node.input[1] ?? '')?.value;
  if (!whole || axes?.length !== 1) return null;
  const axis = axisOf(axes[0]!, whole.length);
  const letters = whole.map((_, i) => `x${i}`);
  const operand = (input: number): Operand | null => {
    const shape = facts.get(mul.node.input[input]!)?.shape;
    if (!shape) return null;
    const own = shape.map((size, i) =>
      size === 1 && whole[i - shape.length + whole.length] !== 1 ? '' : letters[i - shape.length + whole.length]!,
    );
    return own.includes(letters[axis]!) ? { name: mul.node.input[input]!, input, letters: own } : null;
  };
  const [a, b] = [operand(0), operand(1)];
  if (!a || !b || whole[axis] === 1) return null;
  const keep = intAttribute(ref.node, 'keepdims', 1) === 1;
  const output = letters.map((l, i) => (i === axis ? '' : l)).filter((_, i) => keep || i !== axis);
  return { ref, output: ref.node.output[0]!, a, b, letters: output, factor: 1 };
}

/** The product that a node computes, or null when it computes none (or its sizes are not known). */
export function productOf(view: GraphView, facts: Facts, ref: NodeRef): Product | null {
  const op = operatorOf(ref.node);
  if (op === 'Einsum') return einsum(facts, ref);
  if (op === 'ReduceSum') return mulSum(view, facts, ref);
  const inputs = MATMULS[op];
  if (!inputs) return null;
  const [a, b] = inputs.map((i) => facts.get(ref.node.input[i] ?? '')?.shape);
  return a && b ? matmul(ref, a, b, inputs) : null;
}

/** Whether a node multiplies by a weight that is packed inside it. */
export function isPackedProjection(ref: NodeRef): boolean {
  return PACKED.has(operatorOf(ref.node));
}

/** Letters that both operands have and the result has not: what is summed over. */
export function summed(product: Product): string[] {
  const { a, b, letters } = product;
  return a.letters.filter((l) => l !== '' && b.letters.includes(l) && !letters.includes(l));
}
