/**
 * The numbers of a tensor, for the reference and for whoever looks at weights. Half precision becomes float32 without loss.
 */
import type { ByteSource } from '../source.ts';
import { allocate, type DType, sizeOf, type Tensor, type TensorData, tensor } from '../tensor.ts';
import { dtypeOf } from './dtypes.ts';
import type { TensorPlace } from './header.ts';

/**
 * Reads one tensor.
 * @throws HeadlightError `unsupported` for a stored type whose numbers nothing here reads; whatever `source.read` throws
 */
export async function readTensor(source: ByteSource, place: TensorPlace): Promise<Tensor> {
  const dtype = dtypeOf(place.stored, place.name);
  const bytes = await source.read(place.offset, place.length);
  return tensor(dtype, place.shape, fromLittleEndian(dtype, bytes, sizeOf(place.shape)));
}

/** `size` values of `dtype` from their little-endian bytes, aligned or not. */
export function fromLittleEndian(dtype: DType, bytes: Uint8Array, size: number): TensorData {
  if (dtype === 'bfloat16') return fromBfloat16(bytes, size);
  if (dtype === 'float16') return fromFloat16(bytes, size);
  const values = allocate(dtype, size);
  new Uint8Array(values.buffer).set(bytes.subarray(0, values.byteLength));
  return values;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(bytes: Uint8Array, size: number): Float32Array {
  const bits = new Uint32Array(size);
  for (let i = 0; i < size; i++) bits[i] = (bytes[2 * i]! | (bytes[2 * i + 1]! << 8)) << 16;
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16: 1 bit sign, 5 bits exponent (bias 15), 10 bits fraction. */
function fromFloat16(bytes: Uint8Array, size: number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = halfToNumber(bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
  return values;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
