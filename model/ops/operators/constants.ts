/** Constants: numbers and lists that are known when a graph is written. */
import { allocate, type DType, type Tensor, tensor } from '../../tensor.ts';
import { rounderOf } from '../half.ts';
import type { Interpreter } from '../ops.ts';

/** A value, or a number that stands for a float32 scalar. */
export type Operand<T> = T | number;

/** A value, or a list of numbers that stands for an int64 vector. */
export type Integers<T> = T | readonly number[];

/** "To the end" of an axis for the ends of Slice: beyond any length. */
export const END = Number.MAX_SAFE_INTEGER;

const INT64_MAX = 2n ** 63n - 1n;

/** An integer for a 64-bit array; 2^63 and beyond, which no double tells from INT64_MAX, is INT64_MAX. */
function toInteger(value: number): bigint {
  const integer = BigInt(value);
  return integer > INT64_MAX ? INT64_MAX : integer;
}

/**
 * A tensor from plain numbers.
 * @throws HeadlightError `shape` when their count does not fit `shape`
 */
export function tensorOf(values: readonly number[], dtype: DType, shape: readonly number[] = [values.length]): Tensor {
  const data = allocate(dtype, values.length);
  const round = rounderOf(dtype);
  for (let n = 0; n < values.length; n++) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[n] = toInteger(values[n]!);
    else data[n] = round ? round(values[n]!) : values[n]!;
  }
  return tensor(dtype, shape, data);
}

/** A value of an operand: a number becomes a float32 scalar. */
export function operand<T>(i: Interpreter<T>, value: Operand<T>): T {
  return typeof value === 'number' ? i.constant(tensorOf([value], 'float32', [])) : value;
}

/** A value of a list: numbers become an int64 vector. */
export function integers<T>(i: Interpreter<T>, value: Integers<T>): T {
  return Array.isArray(value) ? i.constant(tensorOf(value as readonly number[], 'int64')) : (value as T);
}

/** As `integers`, with null for a left-out input. */
export function optionalIntegers<T>(i: Interpreter<T>, value: Integers<T> | null | undefined): T | null {
  return value === null || value === undefined ? null : integers(i, value);
}

/** One operator with one result. */
export function one<T>(i: Interpreter<T>, op: string, inputs: readonly (T | null)[], attributes: Given = {}): T {
  return i.apply(op, inputs, given(attributes))[0]!;
}

/** Attributes of which some may be left out. */
export type Given = Readonly<Record<string, number | string | readonly number[] | readonly string[] | Tensor | undefined>>;

/** Attributes without those that were left out. */
export function given(attributes: Given): Record<string, number | string | readonly number[] | readonly string[] | Tensor> {
  const present: Record<string, number | string | readonly number[] | readonly string[] | Tensor> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) present[name] = value;
  return present;
}

export interface Constants<T> {
  /** A scalar, float32 unless said: []. */
  scalar(value: number, dtype?: DType): T;
  /** An int64 vector: [n]. */
  integers(values: readonly number[]): T;
  /** A float32 tensor from plain numbers; a vector [n] unless a shape is given. */
  floats(values: readonly number[], shape?: readonly number[]): T;
}

/** The constants of an interpreter. */
export function constants<T>(i: Interpreter<T>): Constants<T> {
  return {
    scalar: (value, dtype = 'float32') => i.constant(tensorOf([value], dtype, [])),
    integers: (values) => i.constant(tensorOf(values, 'int64')),
    floats: (values, shape) => i.constant(tensorOf(values, 'float32', shape)),
  };
}
