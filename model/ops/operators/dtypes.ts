/** Element types as ONNX numbers them (onnx.proto, TensorProto.DataType). */
import type { DType } from '../../tensor.ts';

/** The number of an element type in ONNX files and in Cast's attribute `to`. */
export const DTYPE_CODE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
};

const DTYPE_OF_CODE = new Map(Object.entries(DTYPE_CODE).map(([dtype, code]) => [code, dtype as DType]));

/** The element type of an ONNX number, or null for one that nothing here computes with (text, complex, float8, …). */
export function dtypeOfCode(code: number): DType | null {
  return DTYPE_OF_CODE.get(code) ?? null;
}
