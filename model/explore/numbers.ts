/**
 * The numbers of stored bytes, for every element type that a file may hold. Narrow floats become float32 without loss; 64-bit integers stay
 * whole numbers.
 *
 * Source: ONNX `TensorProto.DataType`, "Float stored in 8 bits" and "in 4 bits" (bias, infinities and NaN of each format); OCP MX for e8m0.
 */
import { HeadlightError } from '../errors.ts';
import { bitsOfType } from './types.ts';

export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

/** Sign, exponent, fraction of a small float. */
interface Layout {
  readonly exponent: number;
  readonly fraction: number;
  readonly bias: number;
  /** What the top codes stand for: infinity and NaN as in IEEE 754, one NaN at all ones, one NaN in the place of −0, or numbers only. */
  readonly special: 'ieee' | 'all ones' | 'negative zero' | 'none';
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  float16: { exponent: 5, fraction: 10, bias: 15, special: 'ieee' },
  float8e4m3fn: { exponent: 4, fraction: 3, bias: 7, special: 'all ones' },
  float8e5m2: { exponent: 5, fraction: 2, bias: 15, special: 'ieee' },
  float8e4m3fnuz: { exponent: 4, fraction: 3, bias: 8, special: 'negative zero' },
  float8e5m2fnuz: { exponent: 5, fraction: 2, bias: 16, special: 'negative zero' },
  float4e2m1: { exponent: 2, fraction: 1, bias: 1, special: 'none' },
};

/** The number of a code. */
function numberOf(code: number, { exponent, fraction, bias, special }: Layout): number {
  const sign = code >> (exponent + fraction) ? -1 : 1;
  const size = code & ((1 << (exponent + fraction)) - 1);
  const power = size >> fraction;
  const rest = size & ((1 << fraction) - 1);
  if (special === 'negative zero' && sign < 0 && size === 0) return Number.NaN;
  if (special === 'all ones' && size === (1 << (exponent + fraction)) - 1) return Number.NaN;
  if (special === 'ieee' && power === (1 << exponent) - 1) return rest === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (power === 0 ? rest * 2 ** (1 - bias - fraction) : (1 + rest / (1 << fraction)) * 2 ** (power - bias));
}

const tables = new Map<string, Float32Array>();

/** The numbers of all codes of a type of at most 16 bits; null for other types. */
function tableOf(dtype: string): Float32Array | null {
  const known = tables.get(dtype);
  if (known) return known;
  const layout = LAYOUTS[dtype];
  if (!layout && dtype !== 'float8e8m0') return null;
  const of = layout ? (code: number) => numberOf(code, layout) : (code: number) => (code === 255 ? Number.NaN : 2 ** (code - 127));
  const table = Float32Array.from({ length: 1 << bitsOfType(dtype)! }, (_, code) => of(code));
  tables.set(dtype, table);
  return table;
}

/** Whether the numbers of a type can be read. */
export function readable(dtype: string): boolean {
  return /^u?int(2|4|8|16|32|64)$|^(float32|float64|bfloat16|bool)$/.test(dtype) || tableOf(dtype) !== null;
}

/** @throws HeadlightError `unsupported` for a type whose numbers nothing here reads (text, complex numbers, 6-bit floats) */
export function assertReadable(dtype: string, name: string): void {
  if (!readable(dtype))
    throw new HeadlightError(
      'unsupported',
      `${name} holds ${dtype} values, whose numbers Headlight does not read; its place and size are shown.`,
    );
}

/**
 * `count` numbers from the little-endian bytes of a tensor.
 * @param skip elements of the first byte that belong to what stands before, for packed types
 */
export function decode(dtype: string, bytes: Uint8Array, count: number, skip = 0): Numbers {
  const bits = bitsOfType(dtype) ?? 0;
  if (bits < 8) return unpack(dtype, bits, bytes, count, skip);
  const table = tableOf(dtype);
  if (table) return bits === 8 ? byTable8(table, bytes, count) : byTable16(table, bytes, count);
  const whole = aligned(bytes, bits, count);
  switch (dtype) {
    case 'float32':
      return new Float32Array(whole);
    case 'float64':
      return new Float64Array(whole);
    case 'bfloat16':
      return fromBfloat16(new Uint16Array(whole));
    case 'int64':
      return new BigInt64Array(whole);
    case 'uint64':
      return new BigUint64Array(whole);
    case 'uint32':
      return new Uint32Array(whole);
    case 'int32':
      return new Int32Array(whole);
    case 'int16':
      return new Int32Array(new Int16Array(whole));
    case 'uint16':
      return new Int32Array(new Uint16Array(whole));
    case 'int8':
      return new Int32Array(new Int8Array(whole));
    case 'uint8':
    case 'bool':
      return new Int32Array(new Uint8Array(whole));
    default:
      throw new HeadlightError('unsupported', `Headlight does not read ${dtype} values.`);
  }
}

/** The upper halves of float32 numbers. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** The bytes of `count` elements in a buffer of their own: a range of a file may begin anywhere. */
function aligned(bytes: Uint8Array, bits: number, count: number): ArrayBuffer {
  const length = (count * bits) / 8;
  if (bytes.byteLength < length) throw new HeadlightError('limit', `${count} values need ${length} bytes, ${bytes.byteLength} are there.`);
  return bytes.slice(0, length).buffer as ArrayBuffer;
}

function byTable8(table: Float32Array, bytes: Uint8Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = table[bytes[i]!]!;
  return values;
}

function byTable16(table: Float32Array, bytes: Uint8Array, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = table[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!;
  return values;
}

/** Several elements a byte, the first in the lowest bits. */
function unpack(dtype: string, bits: number, bytes: Uint8Array, count: number, skip: number): Numbers {
  const table = tableOf(dtype);
  const values = table ? new Float32Array(count) : new Int32Array(count);
  const [a, mask, top] = [8 / bits, (1 << bits) - 1, 1 << (bits - 1)];
  const signed = dtype.startsWith('int');
  for (let i = 0; i < count; i++) {
    const at = i + skip;
    const code = (bytes[Math.floor(at / a)]! >> (bits * (at % a))) & mask;
    values[i] = table ? table[code]! : signed && code >= top ? code - 2 * top : code;
  }
  return values;
}
