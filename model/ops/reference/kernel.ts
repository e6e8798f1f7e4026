/**
 * What a kernel is: the numbers of one operator, as ONNX defines it.
 *
 * Kernels are plain loops over flat row-major arrays. Floats are accumulated in a local `number` (a double) and rounded once, on store.
 */
import { HeadlightError } from '../../errors.ts';
import { elementType } from '../../onnx/dtypes.ts';
import { allocate, type DType, sizeOf, type Tensor, type TensorData } from '../../tensor.ts';
import { rounderOf } from '../half.ts';
import type { Attribute, Attributes } from '../ops.ts';

/** A body of If, Loop or Scan: from its inputs to its outputs. It sees the values around it. */
export type Body = (inputs: readonly Tensor[]) => Tensor[];

/** One use of an operator. */
export interface Call {
  readonly op: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  /** Version of the operator set of `domain` that the graph asks for. */
  readonly opset: number;
  readonly attributes: Attributes;
  /** How many outputs are wanted. */
  readonly outputs: number;
  /** Name of the node, for messages. */
  readonly name: string;
  /** The graph attribute of this name, ready to be called. */
  body(attribute: string): Body;
}

export type Inputs = readonly (Tensor | null | undefined)[];
export type Kernel = (inputs: Inputs, call: Call) => Tensor[];

/** Kernels by operator: `Add`, or `com.microsoft:BiasGelu`. */
export type Kernels = Readonly<Record<string, Kernel>>;

/** Elements that are moved as they are, whatever their type. */
export type Cells = { [index: number]: number | bigint };

/** An error that names the operator and its node. */
export function failure(call: Call, code: 'shape' | 'unsupported' | 'input', words: string): HeadlightError {
  return new HeadlightError(code, `${call.op}${call.name ? ` (${call.name})` : ''}: ${words}`);
}

/** An input that must be there. @throws HeadlightError `input` */
export function need(inputs: Inputs, n: number, call: Call): Tensor {
  const value = inputs[n];
  if (!value) throw failure(call, 'input', `input ${n} is missing.`);
  return value;
}

function attribute(call: Call, name: string): Attribute | undefined {
  return call.attributes[name];
}

/** A number attribute. */
export function number(call: Call, name: string, otherwise: number): number {
  const value = attribute(call, name);
  return typeof value === 'number' ? value : otherwise;
}

/** Whether a 0/1 attribute is set. */
export function flag(call: Call, name: string, otherwise = 0): boolean {
  return number(call, name, otherwise) !== 0;
}

/** A text attribute. */
export function text(call: Call, name: string, otherwise: string): string {
  const value = attribute(call, name);
  return typeof value === 'string' ? value : otherwise;
}

/** An element type that an attribute names by ONNX's number, or null for one that nothing here computes with. */
export function dtypeAttribute(call: Call, name: string): DType | null {
  return elementType(number(call, name, 0))?.dtype ?? null;
}

/** A list of numbers, or null when it is left out. */
export function numbers(call: Call, name: string): readonly number[] | null {
  const value = attribute(call, name);
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number') ? (value as readonly number[]) : null;
}

/** A list of texts, or null when it is left out. */
export function texts(call: Call, name: string): readonly string[] | null {
  const value = attribute(call, name);
  return Array.isArray(value) && typeof value[0] === 'string' ? (value as readonly string[]) : null;
}

/** A tensor attribute, or null when it is left out. */
export function tensorAttribute(call: Call, name: string): Tensor | null {
  const value = attribute(call, name);
  return typeof value === 'object' && 'dtype' in value ? value : null;
}

/** The values of an integer tensor as numbers; null for one that is left out. */
export function integersOf(value: Tensor | null | undefined): number[] | null {
  return value ? Array.from(value.data as ArrayLike<number | bigint>, Number) : null;
}

/** Integers that older versions have as an attribute and newer ones as an input. */
export function integersFrom(inputs: Inputs, n: number, call: Call, name: string): readonly number[] | null {
  return integersOf(inputs[n]) ?? numbers(call, name);
}

/** The one value of a scalar or one-element tensor; `otherwise` for one that is left out. */
export function scalarOf(value: Tensor | null | undefined, otherwise: number): number {
  return value ? Number(value.data[0] ?? otherwise) : otherwise;
}

/** An axis that may count from the end. @throws HeadlightError `shape` outside [−rank, rank) */
export function axisOf(axis: number, rank: number, call: Call): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (counted < 0 || counted >= Math.max(rank, 1)) throw failure(call, 'shape', `axis ${axis} is outside a tensor of ${rank} axes.`);
  return counted;
}

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';

export function isBig(data: TensorData): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

/** An array of numbers of this type, for kernels that do not take 64-bit integers. */
export type NumberArray = Exclude<TensorData, BigInt64Array | BigUint64Array>;

/** The values as numbers: the array itself, or doubles for 64-bit integers (exact within ±2^53). */
export function asNumbers(data: TensorData): NumberArray {
  return isBig(data) ? Float64Array.from(data as ArrayLike<bigint>, Number) : data;
}

/** A new array for numbers of a float type or an integer type of at most 32 bits. */
export function newNumbers(dtype: DType, size: number): NumberArray {
  return allocate(dtype, size) as NumberArray;
}

/** A result: halves are rounded to what they can hold. The array is used, not copied. */
export function result(dtype: DType, shape: readonly number[], data: TensorData): Tensor {
  const round = rounderOf(dtype);
  if (round) for (let n = 0; n < data.length; n++) data[n] = round(data[n] as number);
  return { dtype, shape, data };
}

/** A result from numbers of another array type: 64-bit integers from doubles, or as `result`. */
export function resultFrom(dtype: DType, shape: readonly number[], values: ArrayLike<number>): Tensor {
  const data = allocate(dtype, sizeOf(shape));
  if (isBig(data)) for (let n = 0; n < data.length; n++) data[n] = BigInt(values[n]!);
  else data.set(values);
  return result(dtype, shape, data);
}

export function int64s(shape: readonly number[], values: readonly number[]): Tensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}
