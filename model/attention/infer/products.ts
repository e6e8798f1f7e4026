/** Facts of reductions, products, gathers by index tensors, convolutions and the like: types and sizes, contents where masks are made of them. */
import { table } from '../../table.ts';
import { intAttribute, intsAttribute, stringAttribute } from '../graph/attributes.ts';
import { TYPE } from '../graph/constants.ts';
import { axisOf, broadcast, count, type Fact, fact, noteLength, type Rule, type Step, strides, VALUE_LIMIT } from './fact.ts';
import { intsOf } from './shaping.ts';

type Shape = readonly number[];

const swap = (s: Shape): number[] => [...s.slice(0, -2), s.at(-1)!, s.at(-2)!];

/** Sizes of a·b by MatMul's rules. */
export function matmulShape(a: Shape | null | undefined, b: Shape | null | undefined): number[] | null {
  if (!a || !b || a.length === 0 || b.length === 0) return null;
  const rows = a.length === 1 ? [] : [a.at(-2)!];
  const columns = b.length === 1 ? [] : [b.at(-1)!];
  const batch = broadcast(a.slice(0, -2), b.slice(0, -2));
  return batch && [...batch, ...rows, ...columns];
}

function matmulRule(second: number, type?: number): Rule {
  return (step) => {
    const [a, b] = [step.input(0), step.input(second)];
    const turned = (f: Fact | undefined, name: string): Shape | null | undefined =>
      f?.shape && f.shape.length > 1 && intAttribute(step.node, name, 0) === 1 ? swap(f.shape) : f?.shape;
    return [fact(type ?? a?.type ?? 0, matmulShape(turned(a, 'transA'), turned(b, 'transB')), (a?.data ?? true) || (b?.data ?? true))];
  };
}

/** Letters of axes that an ellipsis stands for, counted from the right, where broadcasting aligns them. */
const HIDDEN = 0xe000;

/**
 * `ab,bc->ac` as lists of letters, with the implicit output spelled out. An ellipsis becomes a letter for each axis that it stands for.
 * @param ranks of the operands; null where one of them is needed and not known
 */
export function parseEinsum(equation: string, ranks: readonly (number | undefined)[]): { inputs: string[]; output: string } | null {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  let widest = 0;
  const spelled = (term: string, length: number): string => {
    widest = Math.max(widest, length);
    return term.replace('...', String.fromCharCode(...Array.from({ length }, (_, i) => HIDDEN + length - 1 - i)));
  };
  const inputs: string[] = [];
  for (const [i, term] of terms.entries()) {
    const rank = term.includes('...') ? ranks[i] : 0;
    if (rank === undefined) return null;
    inputs.push(spelled(term, Math.max(0, rank - term.replace('...', '').length)));
  }
  return { inputs, output: right === undefined ? implicit(inputs) : spelled(right, widest) };
}

/** What is not summed where the equation has no arrow: the axes of the ellipsis, then every letter that stands once. */
function implicit(inputs: readonly string[]): string {
  const letters = [...inputs.join('')];
  const hidden = [...new Set(letters.filter((c) => c.charCodeAt(0) >= HIDDEN))].sort().reverse();
  const once = [...new Set(letters)].filter((c) => c.charCodeAt(0) < HIDDEN && letters.filter((l) => l === c).length === 1).sort();
  return [...hidden, ...once].join('');
}

const einsum: Rule = (step) => {
  const operands = step.node.input.map((_, i) => step.input(i));
  const ranks = operands.map((f) => f?.shape?.length);
  const parsed = parseEinsum(stringAttribute(step.node, 'equation') ?? '', ranks);
  const data = operands.some((f) => f?.data ?? true);
  const type = operands[0]?.type ?? 0;
  if (!parsed || operands.some((f) => !f?.shape)) return [fact(type, null, data)];
  const sizes = new Map<string, number>();
  parsed.inputs.forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, operands[i]!.shape![axis] ?? 1));
    });
  });
  return [
    fact(
      type,
      [...parsed.output].map((letter) => sizes.get(letter) ?? 1),
      data,
    ),
  ];
};

const REDUCERS: Readonly<Record<string, (values: number[]) => number>> = table({
  ReduceSum: (v) => v.reduce((a, b) => a + b, 0),
  ReduceMean: (v) => v.reduce((a, b) => a + b, 0) / v.length,
  ReduceMax: (v) => Math.max(...v),
  ReduceMin: (v) => Math.min(...v),
  ReduceProd: (v) => v.reduce((a, b) => a * b, 1),
});

function reduceValue(x: Fact, axes: Shape, op: string): number[] | null {
  const f = REDUCERS[op];
  if (!f || !x.value) return null;
  const groups = new Map<number, number[]>();
  const own = strides(x.shape!);
  x.value.forEach((v, i) => {
    const group = own.reduce((g, s, a) => (axes.includes(a) ? g : g + (Math.floor(i / s) % x.shape![a]!) * s), 0);
    const list = groups.get(group);
    if (list) list.push(v);
    else groups.set(group, [v]);
  });
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).map(([, v]) => f(v));
}

const reduce: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return x ? [fact(x.type, null, x.data)] : [];
  const rank = x.shape.length;
  const asked = intsOf(step, 'axes', 1);
  const none = !asked || asked.length === 0;
  if (none && intAttribute(step.node, 'noop_with_empty_axes', 0) === 1) return [x];
  const axes = none ? x.shape.map((_, i) => i) : asked.map((a) => axisOf(a, rank));
  const keep = intAttribute(step.node, 'keepdims', 1) === 1;
  const shape = x.shape.map((n, i) => (axes.includes(i) ? 1 : n)).filter((_, i) => keep || !axes.includes(i));
  return [fact(x.type, shape, x.data, reduceValue(x, axes, step.node.opType))];
};

/** The places of what is not 0, as columns; how many there are only the contents tell. */
const nonZero: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape || !x.value) return [fact(TYPE.int64, null, x?.data ?? true)];
  const own = strides(x.shape);
  const places = x.value.flatMap((v, i) => (v === 0 ? [] : [i]));
  const value = x.shape.flatMap((size, axis) => places.map((i) => Math.floor(i / own[axis]!) % size));
  return [fact(TYPE.int64, [x.shape.length, places.length], x.data, value)];
};

const argument: Rule = (step) => {
  const x = step.input(0);
  if (!x?.shape) return [fact(TYPE.int64, null, true)];
  const axis = axisOf(intAttribute(step.node, 'axis', 0), x.shape.length);
  const keep = intAttribute(step.node, 'keepdims', 1) === 1;
  return [
    fact(
      TYPE.int64,
      x.shape.map((n, i) => (i === axis ? 1 : n)).filter((_, i) => keep || i !== axis),
      x.data,
    ),
  ];
};

const topK: Rule = (step) => {
  const [x, k] = [step.input(0), step.input(1)?.value?.[0] ?? intAttribute(step.node, 'k')];
  if (!x?.shape || k === undefined) return [fact(x?.type ?? 0, null, true), fact(TYPE.int64, null, true)];
  const axis = axisOf(intAttribute(step.node, 'axis', -1), x.shape.length);
  const shape = x.shape.map((n, i) => (i === axis ? k : n));
  return [fact(x.type, shape, x.data), fact(TYPE.int64, shape, x.data)];
};

const gatherElements: Rule = (step) => {
  const [x, index] = [step.input(0), step.input(1)];
  return [fact(x?.type ?? 0, index?.shape ?? null, (x?.data ?? true) || (index?.data ?? true))];
};

const gatherND: Rule = (step) => {
  const [x, index] = [step.input(0), step.input(1)];
  const data = (x?.data ?? true) || (index?.data ?? true);
  if (!x?.shape || !index?.shape) return [fact(x?.type ?? 0, null, data)];
  const batch = intAttribute(step.node, 'batch_dims', 0);
  const depth = index.shape.at(-1)!;
  const inner = x.shape.slice(batch + depth);
  const shape = [...index.shape.slice(0, -1), ...inner];
  if (batch > 0 || !x.value || !index.value || count(shape) > VALUE_LIMIT) return [fact(x.type, shape, data)];
  const [own, width] = [strides(x.shape), count(inner)];
  const value: number[] = [];
  for (let i = 0; i < index.value.length; i += depth) {
    let at = 0;
    for (let axis = 0; axis < depth; axis++) at += axisOf(index.value[i + axis]!, x.shape[axis]!) * own[axis]!;
    for (let n = 0; n < width; n++) value.push(x.value[at + n]!);
  }
  return [fact(x.type, shape, data, value)];
};

const oneHot: Rule = (step) => {
  const [index, depth, values] = [step.input(0), step.input(1)?.value?.[0], step.input(2)];
  if (!index?.shape || depth === undefined) return [];
  const axis = axisOf(intAttribute(step.node, 'axis', -1), index.shape.length + 1);
  return [fact(values?.type ?? 0, index.shape.toSpliced(axis, 0, depth), index.data)];
};

/** Sizes of the spatial axes of a convolution or pooling. */
function spatial(step: Step, sizes: Shape, kernel: Shape): number[] {
  const stride = intsAttribute(step.node, 'strides') ?? kernel.map(() => 1);
  const dilation = intsAttribute(step.node, 'dilations') ?? kernel.map(() => 1);
  const pads = intsAttribute(step.node, 'pads') ?? kernel.flatMap(() => [0, 0]);
  const auto = stringAttribute(step.node, 'auto_pad') ?? 'NOTSET';
  const round = intAttribute(step.node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return sizes.map((n, i) => {
    if (auto.startsWith('SAME')) {
      noteLength(n, Math.ceil(n / stride[i]!));
      return Math.ceil(n / stride[i]!);
    }
    const reach = dilation[i]! * (kernel[i]! - 1) + 1;
    const size = round((n + pads[i]! + pads[i + kernel.length]! - reach) / stride[i]!) + 1;
    noteLength(n, size);
    return Math.max(1, size);
  });
}

function convolution(weight: number): Rule {
  return (step) => {
    const [x, w] = [step.input(0), step.input(weight)];
    const type = step.node.opType === 'ConvInteger' ? TYPE.int32 : (x?.type ?? 0);
    if (!x?.shape || !w?.shape) return [fact(type, null, true)];
    return [fact(type, [x.shape[0]!, w.shape[0]!, ...spatial(step, x.shape.slice(2), w.shape.slice(2))], true)];
  };
}

const pool: Rule = (step) => {
  const x = step.input(0);
  const kernel = intsAttribute(step.node, 'kernel_shape');
  if (!x?.shape) return [];
  const sizes = kernel ? spatial(step, x.shape.slice(2), kernel) : x.shape.slice(2).map(() => 1);
  return [fact(x.type, [...x.shape.slice(0, 2), ...sizes], x.data)];
};

const recurrent: Rule = (step) => {
  const [x, w] = [step.input(0), step.input(1)];
  if (!x?.shape || !w?.shape) return [];
  const hidden = intAttribute(step.node, 'hidden_size', 1);
  const [T, B] = x.shape as [number, number];
  const state = fact(x.type, [w.shape[0]!, B, hidden], true);
  return [fact(x.type, [T, w.shape[0]!, B, hidden], true), state, state];
};

const gemm: Rule = matmulRule(1);

const resize: Rule = (step) => {
  const x = step.input(0);
  const sizes = step.input(3)?.value;
  const scales = step.input(2)?.value;
  if (!x?.shape) return [];
  if (sizes?.length === x.shape.length) return [fact(x.type, sizes, x.data)];
  return [fact(x.type, scales?.length === x.shape.length ? x.shape.map((n, i) => Math.floor(n * scales[i]!)) : null, x.data)];
};

/** Same sizes as the first input, with another type. */
function retyped(...types: number[]): Rule {
  return (step) => {
    const x = step.input(0);
    return types.map((type, i) => fact(type || (x?.type ?? 0), i === 0 ? (x?.shape ?? null) : [], x?.data ?? true));
  };
}

const eyeLike: Rule = (step) => {
  const x = step.input(0);
  const type = intAttribute(step.node, 'dtype', x?.type ?? TYPE.float);
  return [fact(type, x?.shape ?? null, false)];
};

export const PRODUCTS: Readonly<Record<string, Rule>> = {
  MatMul: matmulRule(1),
  Gemm: gemm,
  'com.microsoft::FusedMatMul': matmulRule(1),
  'com.microsoft::FusedGemm': gemm,
  'com.microsoft::TransposeMatMul': matmulRule(1),
  MatMulInteger: matmulRule(1, TYPE.int32),
  'com.microsoft::MatMulIntegerToFloat': matmulRule(1, TYPE.float),
  'com.microsoft::DynamicQuantizeMatMul': matmulRule(1, TYPE.float),
  QLinearMatMul: matmulRule(3),
  Einsum: einsum,
  ...Object.fromEntries(
    ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare'].map((n) => [`Reduce${n}`, reduce]),
  ),
  ArgMax: argument,
  ArgMin: argument,
  TopK: topK,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
  NonZero: nonZero,
  Conv: convolution(1),
  ConvInteger: convolution(1),
  QLinearConv: convolution(3),
  'com.microsoft::FusedConv': convolution(1),
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: pool,
  GlobalMaxPool: pool,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
  Resize: resize,
  DynamicQuantizeLinear: retyped(TYPE.uint8, TYPE.float, TYPE.uint8),
  QuantizeLinear: (step) => {
    const [x, zero] = [step.input(0), step.input(2)];
    return [fact(zero?.type || intAttribute(step.node, 'output_dtype', TYPE.uint8), x?.shape ?? null, x?.data ?? true)];
  },
  DequantizeLinear: (step) => {
    const x = step.input(0);
    return [fact(step.input(1)?.type ?? TYPE.float, x?.shape ?? null, x?.data ?? true)];
  },
  EyeLike: eyeLike,
};
PRODUCTS satisfies Record<string, Rule>;
