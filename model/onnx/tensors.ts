/**
 * The numbers of a TensorProto, whichever field holds them, and the way back.
 *
 * Source: onnx.proto, TensorProto: which `*_data` field holds which type; packed 4-bit values, the low half first.
 */
import { HeadlightError } from '../errors.ts';
import { fromLittleEndian } from '../safetensors/values.ts';
import type { ModelFolder } from '../source.ts';
import { allocate, type DType, sizeOf, type Tensor, type TensorData, tensor } from '../tensor.ts';
import { byteLength, dataTypeOf, elementType, typeName } from './dtypes.ts';
import { onnx } from './proto.js';
import { int } from './wire.ts';

/** Shape of a stored tensor. */
export function shapeOf(proto: onnx.TensorProto): number[] {
  return proto.dims.map(int);
}

/** True for a tensor whose bytes lie in a file rather than in the message. */
export function isExternal(proto: onnx.TensorProto): boolean {
  return proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL;
}

/**
 * A tensor that the skeleton kept inline.
 * @throws HeadlightError `unsupported` for strings, complex numbers and 8-bit floats; `internal` for external data (use `readTensor`)
 */
export function inlineTensor(proto: onnx.TensorProto): Tensor {
  if (isExternal(proto)) throw new HeadlightError('internal', `The values of ${proto.name} lie in a file and were not read.`);
  const dtype = dtypeOf(proto);
  const shape = shapeOf(proto);
  const size = sizeOf(shape);
  return tensor(dtype, shape, proto.rawData.length > 0 ? fromBytes(dtype, proto.rawData, size) : fromFields(dtype, proto, size));
}

/**
 * Any tensor of a skeleton; reads its range of the file where it is not inline.
 * @throws HeadlightError like `inlineTensor`, and what reading throws
 */
export async function readTensor(folder: ModelFolder, proto: onnx.TensorProto): Promise<Tensor> {
  if (!isExternal(proto)) return inlineTensor(proto);
  const dtype = dtypeOf(proto);
  const shape = shapeOf(proto);
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const length = Number(entries.get('length'));
  const bytes = await folder.open(entries.get('location') ?? '').read(Number(entries.get('offset')), length);
  return tensor(dtype, shape, fromBytes(dtype, bytes, sizeOf(shape)));
}

/**
 * A TensorProto that holds its values itself.
 * @param values half-precision values must already be rounded to what the type can hold
 */
export function tensorProto(name: string, values: Tensor): onnx.TensorProto {
  return onnx.TensorProto.create({
    name,
    dims: [...values.shape],
    dataType: dataTypeOf(values.dtype),
    rawData: toBytes(values.dtype, values.data),
  });
}

/**
 * A constant in another type, as Cast gives it: towards zero for integers, not zero for bool. Null for a type that would round its values.
 * @param type `TensorProto.DataType`
 */
export function castTensor({ dtype, shape, data }: Tensor, type: number): Tensor | null {
  const to = elementType(type)?.dtype;
  if (to === dtype) return { dtype, shape, data };
  const values = Array.from(data as ArrayLike<number | bigint>);
  switch (to) {
    case 'float32':
      return tensor(to, shape, Float32Array.from(values, Number));
    case 'float64':
      return tensor(to, shape, Float64Array.from(values, Number));
    case 'int32':
      return tensor(to, shape, Int32Array.from(values, Number));
    case 'int64':
      return tensor(to, shape, BigInt64Array.from(values, whole));
    case 'bool':
      return tensor(to, shape, Uint8Array.from(values, truth));
    default:
      return null;
  }
}

const truth = (value: number | bigint) => (Number(value) === 0 ? 0 : 1);

/** Towards zero; what is no number has no integer, and becomes the smallest one as in the runtime. */
function whole(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

function dtypeOf(proto: onnx.TensorProto): DType {
  const dtype = elementType(proto.dataType)?.dtype;
  if (!dtype) throw new HeadlightError('unsupported', `${proto.name} holds ${typeName(proto.dataType)} values, which nothing here reads.`);
  return dtype;
}

function fromBytes(dtype: DType, bytes: Uint8Array, size: number): TensorData {
  return dtype === 'int4' || dtype === 'uint4' ? unpack4(dtype, bytes, size) : fromLittleEndian(dtype, bytes, size);
}

/** Two values a byte, the first in the low half. */
function unpack4(dtype: 'int4' | 'uint4', bytes: ArrayLike<number>, size: number): TensorData {
  const values = allocate(dtype, size);
  for (let i = 0; i < size; i++) {
    const half = (bytes[i >> 1]! >> (4 * (i & 1))) & 15;
    values[i] = dtype === 'int4' && half > 7 ? half - 16 : half;
  }
  return values;
}

/** Values from the typed fields. Half-precision bits, narrow integers and packed halves all lie in `int32_data`. */
function fromFields(dtype: DType, proto: onnx.TensorProto, size: number): TensorData {
  switch (dtype) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data, (value) => BigInt(value));
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data, (value) => BigInt(value));
    case 'uint32':
      return Uint32Array.from(proto.uint64Data, Number);
    case 'int4':
    case 'uint4':
      return unpack4(dtype, proto.int32Data, size);
    case 'float16':
    case 'bfloat16':
      return fromLittleEndian(dtype, new Uint8Array(Uint16Array.from(proto.int32Data).buffer), size);
    default: {
      const values = allocate(dtype, proto.int32Data.length) as Int32Array;
      values.set(proto.int32Data);
      return values;
    }
  }
}

function toBytes(dtype: DType, data: TensorData): Uint8Array {
  switch (dtype) {
    case 'float16':
      return new Uint8Array(Uint16Array.from(data as Float32Array, halfBits).buffer);
    case 'bfloat16':
      return new Uint8Array(Uint16Array.from(data as Float32Array, bfloatBits).buffer);
    case 'int4':
    case 'uint4':
      return pack4(data);
    default:
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
}

function pack4(data: TensorData): Uint8Array {
  const bytes = new Uint8Array(byteLength(4, data.length));
  for (let i = 0; i < data.length; i++) bytes[i >> 1]! |= (Number(data[i]) & 15) << (4 * (i & 1));
  return bytes;
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32, rounded to nearest, ties to even; NaN stays NaN. */
export function bfloatBits(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** IEEE 754 binary16, rounded to nearest, ties to even; beyond 65504 (and its rounding) infinite. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const down = size < 2 ** exponent ? exponent - 1 : exponent;
  const step = 2 ** (down - 10);
  return sign | (((down + 15) << 10) + roundEven(size / step) - 1024);
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
