/**
 * A tensor: a flat row-major typed array with a shape and the ONNX element type that it stands for.
 *
 * Half-precision types have no typed array of their own: their values are kept in a `Float32Array`, rounded to what the type can hold.
 * `bool` is a `Uint8Array` of 0 and 1; `int4` and `uint4` keep one value an element.
 */
import { HeadlightError } from './errors.ts';

export const DTYPES = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'uint64',
  'int32',
  'uint32',
  'int16',
  'uint16',
  'int8',
  'uint8',
  'int4',
  'uint4',
  'bool',
] as const;

export type DType = (typeof DTYPES)[number];

export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/**
 * A tensor from its parts.
 * @throws HeadlightError `shape` when `data` does not hold exactly as many values as `shape` says.
 */
export function tensor(dtype: DType, shape: readonly number[], data: TensorData): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new HeadlightError(
      'shape',
      `A tensor of shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, but ${data.length} were given.`,
    );
  }
  return { dtype, shape, data };
}

/** A new zeroed array of the kind that holds values of `dtype`. */
export function allocate(dtype: DType, size: number): TensorData {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'uint64':
      return new BigUint64Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'uint32':
      return new Uint32Array(size);
    case 'int16':
      return new Int16Array(size);
    case 'uint16':
      return new Uint16Array(size);
    case 'int8':
    case 'int4':
      return new Int8Array(size);
    case 'uint8':
    case 'uint4':
    case 'bool':
      return new Uint8Array(size);
  }
}
