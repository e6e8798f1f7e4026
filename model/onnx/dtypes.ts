/**
 * ONNX element types: the number in `TensorProto.data_type`, its name, its width, and the house's name where its values can be read.
 *
 * Source: onnx.proto, `TensorProto.DataType`.
 */
import type { DType } from '../tensor.ts';
import { onnx } from './proto.js';

export const DataType = onnx.TensorProto.DataType;

export interface ElementType {
  readonly name: string;
  /** Width of one element in bits; sub-byte types are packed, 0 for strings. */
  readonly bits: number;
  /** The house's name, or null for a type whose values nothing here reads. */
  readonly dtype: DType | null;
}

const TYPES: ReadonlyMap<number, ElementType> = new Map(
  (
    [
      [DataType.FLOAT, 'float32', 32],
      [DataType.UINT8, 'uint8', 8],
      [DataType.INT8, 'int8', 8],
      [DataType.UINT16, 'uint16', 16],
      [DataType.INT16, 'int16', 16],
      [DataType.INT32, 'int32', 32],
      [DataType.INT64, 'int64', 64],
      [DataType.BOOL, 'bool', 8],
      [DataType.FLOAT16, 'float16', 16],
      [DataType.DOUBLE, 'float64', 64],
      [DataType.UINT32, 'uint32', 32],
      [DataType.UINT64, 'uint64', 64],
      [DataType.BFLOAT16, 'bfloat16', 16],
      [DataType.UINT4, 'uint4', 4],
      [DataType.INT4, 'int4', 4],
    ] as const
  ).map(([type, dtype, bits]): [number, ElementType] => [type, { name: dtype, bits, dtype }]),
);

const OTHERS: ReadonlyMap<number, ElementType> = new Map(
  (
    [
      [DataType.STRING, 'string', 0],
      [DataType.COMPLEX64, 'complex64', 64],
      [DataType.COMPLEX128, 'complex128', 128],
      [DataType.FLOAT8E4M3FN, 'float8e4m3fn', 8],
      [DataType.FLOAT8E4M3FNUZ, 'float8e4m3fnuz', 8],
      [DataType.FLOAT8E5M2, 'float8e5m2', 8],
      [DataType.FLOAT8E5M2FNUZ, 'float8e5m2fnuz', 8],
      [DataType.FLOAT8E8M0, 'float8e8m0', 8],
      [DataType.FLOAT4E2M1, 'float4e2m1', 4],
      [DataType.FLOAT6E2M3, 'float6e2m3', 6],
      [DataType.FLOAT6E3M2, 'float6e3m2', 6],
      [DataType.UINT2, 'uint2', 2],
      [DataType.INT2, 'int2', 2],
    ] as const
  ).map(([type, name, bits]): [number, ElementType] => [type, { name, bits, dtype: null }]),
);

const BY_DTYPE: ReadonlyMap<string, number> = new Map([...TYPES].map(([type, { name }]) => [name, type]));

/** What a `data_type` or `elem_type` stands for, or null for a number that the format does not know. */
export function elementType(type: number): ElementType | null {
  return TYPES.get(type) ?? OTHERS.get(type) ?? null;
}

/** Name of a `data_type` for sentences: `float16`, or `type 77`. */
export function typeName(type: number): string {
  return elementType(type)?.name ?? `type ${type}`;
}

/** The `data_type` of a house type. */
export function dataTypeOf(dtype: DType): number {
  return BY_DTYPE.get(dtype)!;
}

/** Bytes that `count` packed elements of a type take. */
export function byteLength(bits: number, count: number): number {
  return Math.ceil((count * bits) / 8);
}
