/** Operators that work element by element; two inputs broadcast as in NumPy: sizes are aligned at the last axis, 1 stretches. */
import { dataTypeOf } from '../../onnx/dtypes.ts';
import type { DType } from '../../tensor.ts';
import type { Interpreter } from '../ops.ts';
import { type Operand, one, operand } from './constants.ts';

type Unary<T> = (x: T) => T;
type Binary<T> = (a: Operand<T>, b: Operand<T>) => T;

export interface Elementwise<T> {
  /** a + b */
  add: Binary<T>;
  /** a − b */
  sub: Binary<T>;
  /** a · b, element by element */
  mul: Binary<T>;
  /** a / b; integers truncate toward zero */
  div: Binary<T>;
  /** a to the power b, in the type of a */
  pow: Binary<T>;
  /** a modulo b with the sign of b (integers); `fmod` takes the sign of a and floats too */
  mod(a: Operand<T>, b: Operand<T>, options?: { fmod?: 0 | 1 }): T;
  /** the smallest of all inputs */
  min(...values: Operand<T>[]): T;
  /** the largest of all inputs */
  max(...values: Operand<T>[]): T;
  sqrt: Unary<T>;
  /** 1 / x */
  reciprocal: Unary<T>;
  neg: Unary<T>;
  abs: Unary<T>;
  exp: Unary<T>;
  /** natural logarithm */
  log: Unary<T>;
  /** Gauss's error function */
  erf: Unary<T>;
  sin: Unary<T>;
  cos: Unary<T>;
  tanh: Unary<T>;
  /** 1 / (1 + e^−x) */
  sigmoid: Unary<T>;
  /** max(x, 0) */
  relu: Unary<T>;
  /** log(1 + e^x) */
  softplus: Unary<T>;
  /** x·Φ(x): exact with erf, or its `tanh` approximation */
  gelu(x: T, options?: { approximate?: 'none' | 'tanh' }): T;
  /** x where x ≥ 0, α·x elsewhere; α = 0.01 unless said */
  leakyRelu(x: T, options?: { alpha?: number }): T;
  /** x where x ≥ 0, α·(e^x − 1) elsewhere; α = 1 unless said */
  elu(x: T, options?: { alpha?: number }): T;
  /** x clipped to [low, high]; null for no limit */
  clip(x: T, low: Operand<T> | null, high: Operand<T> | null): T;
  floor: Unary<T>;
  ceil: Unary<T>;
  /** to the nearest integer, halves to the even one */
  round: Unary<T>;
  sign: Unary<T>;
  /** a = b, as bool */
  equal: Binary<T>;
  /** a < b, as bool */
  less: Binary<T>;
  /** a ≤ b, as bool */
  lessOrEqual: Binary<T>;
  /** a > b, as bool */
  greater: Binary<T>;
  /** a ≥ b, as bool */
  greaterOrEqual: Binary<T>;
  /** both (bool) */
  and: Binary<T>;
  /** one or both (bool) */
  or: Binary<T>;
  /** exactly one (bool) */
  xor: Binary<T>;
  /** not (bool) */
  not: Unary<T>;
  isNaN: Unary<T>;
  /** a where the condition (bool) holds, else b; all three broadcast */
  where(condition: T, a: Operand<T>, b: Operand<T>): T;
  /** the same values in another element type */
  cast(x: T, dtype: DType): T;
  /** the same values in the element type of `like` */
  castLike(x: Operand<T>, like: T): T;
  identity: Unary<T>;
}

/** The elementwise operators of an interpreter. */
export function elementwise<T>(i: Interpreter<T>): Elementwise<T> {
  const unary =
    (op: string): Unary<T> =>
    (x) =>
      one(i, op, [x]);
  const binary =
    (op: string): Binary<T> =>
    (a, b) =>
      one(i, op, [operand(i, a), operand(i, b)]);
  const all = (op: string, values: readonly Operand<T>[]): T =>
    one(
      i,
      op,
      values.map((v) => operand(i, v)),
    );
  const limit = (value: Operand<T> | null): T | null => (value === null ? null : operand(i, value));
  return {
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    pow: binary('Pow'),
    mod: (a, b, { fmod } = {}) => one(i, 'Mod', [operand(i, a), operand(i, b)], { fmod }),
    min: (...values) => all('Min', values),
    max: (...values) => all('Max', values),
    sqrt: unary('Sqrt'),
    reciprocal: unary('Reciprocal'),
    neg: unary('Neg'),
    abs: unary('Abs'),
    exp: unary('Exp'),
    log: unary('Log'),
    erf: unary('Erf'),
    sin: unary('Sin'),
    cos: unary('Cos'),
    tanh: unary('Tanh'),
    sigmoid: unary('Sigmoid'),
    relu: unary('Relu'),
    softplus: unary('Softplus'),
    gelu: (x, { approximate } = {}) => one(i, 'Gelu', [x], { approximate }),
    leakyRelu: (x, { alpha } = {}) => one(i, 'LeakyRelu', [x], { alpha }),
    elu: (x, { alpha } = {}) => one(i, 'Elu', [x], { alpha }),
    clip: (x, low, high) => one(i, 'Clip', [x, limit(low), limit(high)]),
    floor: unary('Floor'),
    ceil: unary('Ceil'),
    round: unary('Round'),
    sign: unary('Sign'),
    equal: binary('Equal'),
    less: binary('Less'),
    lessOrEqual: binary('LessOrEqual'),
    greater: binary('Greater'),
    greaterOrEqual: binary('GreaterOrEqual'),
    and: binary('And'),
    or: binary('Or'),
    xor: binary('Xor'),
    not: unary('Not'),
    isNaN: unary('IsNaN'),
    where: (condition, a, b) => one(i, 'Where', [condition, operand(i, a), operand(i, b)]),
    cast: (x, dtype) => one(i, 'Cast', [x], { to: dataTypeOf(dtype) }),
    castLike: (x, like) => one(i, 'CastLike', [operand(i, x), like]),
    identity: unary('Identity'),
  };
}
