/** Facts of elementwise operators: sizes by broadcasting, contents where all operands are known. */
import { table } from '../../table.ts';
import { intAttribute } from '../graph/attributes.ts';
import { isFloat, TYPE } from '../graph/constants.ts';
import { broadcast, broadcastIndex, count, type Fact, fact, type Rule, type Step, VALUE_LIMIT } from './fact.ts';

type Compute = (...x: number[]) => number;

const b2n = (x: boolean): number => (x ? 1 : 0);

const UNARY: Readonly<Record<string, Compute | null>> = table({
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Sin: Math.sin,
  Cos: Math.cos,
  Tanh: Math.tanh,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: Math.round,
  Sign: Math.sign,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Identity: (x) => x,
  Not: (x) => b2n(!x),
  Dropout: (x) => x,
  Softplus: null,
  Erf: null,
  Gelu: null,
  Elu: null,
  Selu: null,
  Celu: null,
  LeakyRelu: null,
  HardSigmoid: null,
  HardSwish: null,
  Mish: null,
  Swish: null,
  Softsign: null,
  ThresholdedRelu: null,
  Atan: null,
  Asin: null,
  Acos: null,
  Sinh: null,
  Cosh: null,
  Tan: null,
  Clip: null,
  Softmax: null,
  LogSoftmax: null,
  Hardmax: null,
  CumSum: null,
  Trilu: null,
  LayerNormalization: null,
  RMSNormalization: null,
  SimplifiedLayerNormalization: null,
  BatchNormalization: null,
  InstanceNormalization: null,
  GroupNormalization: null,
  LRN: null,
  LpNormalization: null,
  MeanVarianceNormalization: null,
  ScatterND: null,
  ScatterElements: null,
  Scatter: null,
  RotaryEmbedding: null,
  'com.microsoft::RotaryEmbedding': null,
  'com.microsoft::BiasGelu': null,
  'com.microsoft::FastGelu': null,
  'com.microsoft::QuickGelu': null,
  'com.microsoft::Gelu': null,
  'com.microsoft::BiasSoftmax': null,
  'com.microsoft::QLinearSoftmax': null,
  'com.microsoft::QLinearSigmoid': null,
  'com.microsoft::QLinearLeakyRelu': null,
  'com.microsoft::GroupNorm': null,
  'com.microsoft::SkipLayerNormalization': null,
  'com.microsoft::SkipSimplifiedLayerNormalization': null,
});

const NARY: Readonly<Record<string, Compute>> = table({
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: (...x) => Math.max(...x),
  Min: (...x) => Math.min(...x),
  Sum: (...x) => x.reduce((a, b) => a + b, 0),
  Mean: (...x) => x.reduce((a, b) => a + b, 0) / x.length,
  PRelu: (a, b) => (a < 0 ? a * b : a),
});

const LOGIC: Readonly<Record<string, Compute>> = table({
  And: (a, b) => b2n(a !== 0 && b !== 0),
  Or: (a, b) => b2n(a !== 0 || b !== 0),
  Xor: (a, b) => b2n((a !== 0) !== (b !== 0)),
  Equal: (a, b) => b2n(a === b),
  Less: (a, b) => b2n(a < b),
  LessOrEqual: (a, b) => b2n(a <= b),
  Greater: (a, b) => b2n(a > b),
  GreaterOrEqual: (a, b) => b2n(a >= b),
  IsNaN: (x) => b2n(Number.isNaN(x)),
  IsInf: (x) => b2n(Math.abs(x) === Number.POSITIVE_INFINITY),
});

/** Inputs that are given, in order. */
export function given(step: Step): Fact[] {
  return step.node.input.map((_, i) => step.input(i)).filter((f) => f !== undefined);
}

/** Contents of an elementwise operator over broadcast operands, or null. */
export function apply(compute: Compute, operands: readonly Fact[], shape: readonly number[] | null): number[] | null {
  if (!shape || count(shape) > VALUE_LIMIT || operands.some((f) => !f.value || !f.shape)) return null;
  const at = operands.map((f) => broadcastIndex(f.shape!, shape));
  return Array.from({ length: count(shape) }, (_, i) => compute(...operands.map((f, n) => f.value![at[n]!(i)]!)));
}

function unary(compute: Compute | null): Rule {
  return (step) => {
    const x = step.input(0);
    if (!x) return [];
    const value = compute && x.value && step.node.opType !== 'CumSum' ? x.value.map((v) => compute(v)) : null;
    const data = given(step).some((f) => f.data);
    return step.node.output.map((_, i) => (i === 0 || step.node.opType.includes('Skip') ? fact(x.type, x.shape, data, value) : null));
  };
}

function nary(compute: Compute, type?: number): Rule {
  return (step) => {
    const operands = given(step);
    const shape = broadcast(...operands.map((f) => f.shape));
    const own = type ?? operands[0]?.type ?? 0;
    const whole = step.node.opType === 'Div' && !isFloat(own) ? (a: number, b: number) => Math.trunc(a / b) : compute;
    const data = operands.some((f) => f.data);
    return [fact(own, shape, data, apply(whole, operands, shape))];
  };
}

const where: Rule = (step) => {
  const operands = given(step);
  const shape = broadcast(...operands.map((f) => f.shape));
  const value = apply((c, a, b) => (c ? a : b) as number, operands, shape);
  return [
    fact(
      operands[1]?.type ?? 0,
      shape,
      operands.some((f) => f.data),
      value,
    ),
  ];
};

const mod: Rule = (step) => {
  const operands = given(step);
  const shape = broadcast(...operands.map((f) => f.shape));
  const fmod = intAttribute(step.node, 'fmod', 0) === 1;
  const value = apply((a, b) => (fmod ? a % b : a - b * Math.floor(a / b)), operands, shape);
  return [
    fact(
      operands[0]?.type ?? 0,
      shape,
      operands.some((f) => f.data),
      value,
    ),
  ];
};

function converted(value: number, type: number): number {
  if (type === TYPE.bool) return b2n(value !== 0);
  return isFloat(type) ? value : Math.trunc(value);
}

const cast: Rule = (step) => {
  const x = step.input(0);
  if (!x) return [];
  const type = step.node.opType === 'CastLike' ? (step.input(1)?.type ?? 0) : intAttribute(step.node, 'to', x.type);
  return [fact(type, x.shape, x.data, x.value?.map((v) => converted(v, type)) ?? null)];
};

const clip: Rule = (step) => {
  const x = step.input(0);
  if (!x) return [];
  const [low, high] = [step.input(1)?.value?.[0], step.input(2)?.value?.[0]];
  const known = x.value && step.opset >= 11;
  return [fact(x.type, x.shape, x.data, known ? x.value!.map((v) => Math.min(high ?? v, Math.max(low ?? v, v))) : null)];
};

export const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(UNARY).map(([op, f]) => [op, unary(f)])),
  ...Object.fromEntries(Object.entries(NARY).map(([op, f]) => [op, nary(f)])),
  ...Object.fromEntries(Object.entries(LOGIC).map(([op, f]) => [op, nary(f, TYPE.bool)])),
  Where: where,
  Mod: mod,
  Cast: cast,
  CastLike: cast,
  Clip: clip,
  RandomNormalLike: like,
  RandomUniformLike: like,
  Bernoulli: like,
  'com.microsoft::QLinearAdd': (step) => quantized(step, 3),
  'com.microsoft::QLinearMul': (step) => quantized(step, 3),
};

/** Random numbers in the shape of another tensor. */
function like(step: Step): readonly Fact[] {
  const x = step.input(0);
  return [fact(intAttribute(step.node, 'dtype', x?.type ?? 0), x?.shape ?? null, true)];
}

/** QLinear operators of two tensors: (tensor, scale, zero point) twice, then scale and zero point of the result. */
function quantized(step: Step, second: number): readonly Fact[] {
  const [a, b] = [step.input(0), step.input(second)];
  return [fact(a?.type ?? 0, broadcast(a?.shape, b?.shape), (a?.data ?? true) || (b?.data ?? true))];
}
