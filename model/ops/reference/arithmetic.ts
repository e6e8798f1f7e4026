/** Arithmetic, comparison and logic of two inputs that broadcast. Integers wrap around; division of integers truncates. */
import type { DType, Tensor } from '../../tensor.ts';
import { bigRowOf, binary, type Pairs, type Row, rowOf } from './broadcast.ts';
import { asNumbers, type Call, flag, type Inputs, isBig, type Kernel, type Kernels, type NumberArray, need, resultFrom } from './kernel.ts';

const addRow: Row<NumberArray, NumberArray> = (a, p, sa, b, q, sb, out, o, length) => {
  for (let n = 0; n < length; n++) out[o + n] = a[p + n * sa]! + b[q + n * sb]!;
};
const subRow: Row<NumberArray, NumberArray> = (a, p, sa, b, q, sb, out, o, length) => {
  for (let n = 0; n < length; n++) out[o + n] = a[p + n * sa]! - b[q + n * sb]!;
};
const mulRow: Row<NumberArray, NumberArray> = (a, p, sa, b, q, sb, out, o, length) => {
  for (let n = 0; n < length; n++) out[o + n] = a[p + n * sa]! * b[q + n * sb]!;
};
const divRow: Row<NumberArray, NumberArray> = (a, p, sa, b, q, sb, out, o, length) => {
  for (let n = 0; n < length; n++) out[o + n] = a[p + n * sa]! / b[q + n * sb]!;
};

/** Remainder with the sign of the divisor, as Python's %. */
const floorMod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
const bigFloorMod = (a: bigint, b: bigint): bigint => {
  if (b === 0n) return 0n;
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
};

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** A 64-bit power wraps around; a negative exponent gives 0 (or ±1 for a base of ±1). */
const bigPow = (a: bigint, b: bigint): bigint => (b >= 0n ? a ** b : BigInt(Math.trunc(Number(a) ** Number(b))));

/** a + b */
export const ADD: Pairs = { numbers: addRow, bigs: bigRowOf((a, b) => a + b) };
const SUB: Pairs = { numbers: subRow, bigs: bigRowOf((a, b) => a - b) };
/** a · b */
export const MUL: Pairs = { numbers: mulRow, bigs: bigRowOf((a, b) => a * b) };
const DIV: Pairs = { numbers: divRow, bigs: bigRowOf((a, b) => (b === 0n ? 0n : a / b)) };
/** 32-bit products do not fit a double: `Math.imul` keeps their low 32 bits. */
const MUL_32: Pairs = { ...MUL, numbers: rowOf(Math.imul) };
/** Storing in an integer array truncates toward zero (and makes x / 0 a 0). */
const MIN: Pairs = { numbers: rowOf(Math.min), bigs: bigRowOf(smaller) };
const MAX: Pairs = { numbers: rowOf(Math.max), bigs: bigRowOf(larger) };
const FLOOR_MOD: Pairs = { numbers: rowOf(floorMod), bigs: bigRowOf(bigFloorMod) };
const FMOD: Pairs = { numbers: rowOf((a, b) => a % b), bigs: bigRowOf((a, b) => (b === 0n ? 0n : a % b)) };
const POW: Pairs = { numbers: rowOf((a, b) => a ** b), bigs: bigRowOf(bigPow) };

const comparison = (numbers: (a: number, b: number) => boolean, bigs: (a: bigint, b: bigint) => boolean): Pairs => ({
  numbers: rowOf((a, b) => (numbers(a, b) ? 1 : 0)),
  bigs: bigRowOf<number>((a, b) => (bigs(a, b) ? 1 : 0)),
});

const two =
  (pairs: Pairs, dtype?: DType): Kernel =>
  (inputs, call) => [binary(need(inputs, 0, call), need(inputs, 1, call), pairs, dtype)];

const compare = (numbers: (a: number, b: number) => boolean, bigs: (a: bigint, b: bigint) => boolean): Kernel =>
  two(comparison(numbers, bigs), 'bool');

/** Any number of inputs, one after the other. */
const many =
  (pairs: Pairs): Kernel =>
  (inputs, call) => {
    let sum = need(inputs, 0, call);
    for (let n = 1; n < inputs.length; n++) sum = binary(sum, need(inputs, n, call), pairs);
    return [sum];
  };

function mul(inputs: Inputs, call: Call): Tensor[] {
  const [a, b] = [need(inputs, 0, call), need(inputs, 1, call)];
  const wide = a.dtype === 'int32' || a.dtype === 'uint32';
  return [binary(a, b, wide ? MUL_32 : MUL)];
}

/** Base and exponent may differ in type; the result has the base's. */
function pow(inputs: Inputs, call: Call): Tensor[] {
  const [a, b] = [need(inputs, 0, call), need(inputs, 1, call)];
  if (!isBig(a.data) || isBig(b.data)) return [binary(a, b, POW)];
  const powers = binary({ ...a, dtype: 'float64', data: asNumbers(a.data) }, b, POW);
  return [resultFrom(a.dtype, powers.shape, (powers.data as Float64Array).map(Math.trunc))];
}

function mean(inputs: Inputs, call: Call): Tensor[] {
  const sum = many(ADD)(inputs, call)[0]!;
  const count: Tensor = { dtype: sum.dtype, shape: [], data: Float32Array.of(inputs.length) };
  return [binary(sum, count, DIV)];
}

/** Negative values times the slope, which broadcasts to x alone. */
const PRELU: Pairs = { numbers: rowOf((x, slope) => (x < 0 ? x * slope : x)), bigs: bigRowOf((x, slope) => (x < 0n ? x * slope : x)) };

const BITS: Readonly<Record<'And' | 'Or' | 'Xor', Pairs>> = {
  And: { numbers: rowOf((a, b) => a & b), bigs: bigRowOf((a, b) => a & b) },
  Or: { numbers: rowOf((a, b) => a | b), bigs: bigRowOf((a, b) => a | b) },
  Xor: { numbers: rowOf((a, b) => a ^ b), bigs: bigRowOf((a, b) => a ^ b) },
};
const LEFT: Pairs = { numbers: rowOf((a, b) => (b > 31 ? 0 : a << b)), bigs: bigRowOf((a, b) => a << b) };
const RIGHT: Pairs = { numbers: rowOf((a, b) => (b > 31 ? 0 : a >>> b)), bigs: bigRowOf((a, b) => a >> b) };

export const arithmetic: Kernels = {
  BitwiseAnd: two(BITS.And),
  BitwiseOr: two(BITS.Or),
  BitwiseXor: two(BITS.Xor),
  BitShift: (inputs, call) => two(call.attributes.direction === 'LEFT' ? LEFT : RIGHT)(inputs, call),
  Add: two(ADD),
  Sub: two(SUB),
  Mul: mul,
  Div: two(DIV),
  Pow: pow,
  Mod: (inputs, call) => two(flag(call, 'fmod') ? FMOD : FLOOR_MOD)(inputs, call),
  Min: many(MIN),
  Max: many(MAX),
  Sum: many(ADD),
  Mean: mean,
  PRelu: two(PRELU),
  Equal: compare(
    (a, b) => a === b,
    (a, b) => a === b,
  ),
  Less: compare(
    (a, b) => a < b,
    (a, b) => a < b,
  ),
  LessOrEqual: compare(
    (a, b) => a <= b,
    (a, b) => a <= b,
  ),
  Greater: compare(
    (a, b) => a > b,
    (a, b) => a > b,
  ),
  GreaterOrEqual: compare(
    (a, b) => a >= b,
    (a, b) => a >= b,
  ),
  And: two(
    comparison(
      (a, b) => a !== 0 && b !== 0,
      (a, b) => a !== 0n && b !== 0n,
    ),
  ),
  Or: two(
    comparison(
      (a, b) => a !== 0 || b !== 0,
      (a, b) => a !== 0n || b !== 0n,
    ),
  ),
  Xor: two(
    comparison(
      (a, b) => (a !== 0) !== (b !== 0),
      (a, b) => (a !== 0n) !== (b !== 0n),
    ),
  ),
};
