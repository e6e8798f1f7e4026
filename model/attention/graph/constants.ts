/** Small constants of a graph as plain numbers: whatever field of TensorProto holds them. */
import type { onnx } from '../../onnx/proto.js';

/** ONNX element types by their numbers (onnx.proto, TensorProto.DataType). */
export const TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

const FLOATS: ReadonlySet<number> = new Set([TYPE.float, TYPE.float16, TYPE.double, TYPE.bfloat16]);

export function isFloat(type: number): boolean {
  return FLOATS.has(type);
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));
function fromBfloat(bits: number): number {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
}

type Reader = [bytes: number, read: (view: DataView, at: number) => number];

const READERS: Readonly<Record<number, Reader>> = {
  [TYPE.float]: [4, (v, at) => v.getFloat32(at, true)],
  [TYPE.double]: [8, (v, at) => v.getFloat64(at, true)],
  [TYPE.float16]: [2, (v, at) => fromHalf(v.getUint16(at, true))],
  [TYPE.bfloat16]: [2, (v, at) => fromBfloat(v.getUint16(at, true))],
  [TYPE.int64]: [8, (v, at) => Number(v.getBigInt64(at, true))],
  [TYPE.uint64]: [8, (v, at) => Number(v.getBigUint64(at, true))],
  [TYPE.int32]: [4, (v, at) => v.getInt32(at, true)],
  [TYPE.uint32]: [4, (v, at) => v.getUint32(at, true)],
  [TYPE.int16]: [2, (v, at) => v.getInt16(at, true)],
  [TYPE.uint16]: [2, (v, at) => v.getUint16(at, true)],
  [TYPE.int8]: [1, (v, at) => v.getInt8(at)],
  [TYPE.uint8]: [1, (v, at) => v.getUint8(at)],
  [TYPE.bool]: [1, (v, at) => v.getUint8(at)],
};

/** Sizes of a tensor. */
export function dimsOf(tensor: onnx.TensorProto): number[] {
  return tensor.dims.map(Number);
}

function typedValues(tensor: onnx.TensorProto): number[] | null {
  if (tensor.floatData.length) return [...tensor.floatData];
  if (tensor.doubleData.length) return [...tensor.doubleData];
  if (tensor.int64Data.length) return tensor.int64Data.map(Number);
  if (tensor.uint64Data.length) return tensor.uint64Data.map(Number);
  if (!tensor.int32Data.length) return null;
  if (tensor.dataType === TYPE.float16) return tensor.int32Data.map(fromHalf);
  return tensor.dataType === TYPE.bfloat16 ? tensor.int32Data.map(fromBfloat) : [...tensor.int32Data];
}

/** The numbers of a tensor with at most `limit` values; null when it is larger, lies in another file, or has a type without numbers. */
export function valuesOf(tensor: onnx.TensorProto, limit: number): number[] | null {
  const size = dimsOf(tensor).reduce((a, b) => a * b, 1);
  if (size > limit || tensor.externalData.length > 0) return null;
  const raw = tensor.rawData;
  const reader = READERS[tensor.dataType];
  if (raw.byteLength === 0 || !reader) return size === 0 ? [] : typedValues(tensor);
  const [bytes, read] = reader;
  if (raw.byteLength < size * bytes) return null;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: size }, (_, i) => read(view, i * bytes));
}
