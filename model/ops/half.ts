/**
 * Half precision: IEEE 754 binary16 (`float16`: 5 bits of exponent, 10 of fraction) and `bfloat16` (the upper half of a float32).
 *
 * Tensors keep such values as float32 numbers rounded to what the type can hold (to nearest, halves to even).
 */
import type { DType } from '../tensor.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

const MAX_HALF = 65504;
/** From here a number rounds to infinity in binary16: half a step above the largest finite value. */
const HALF_OVERFLOW = 65520;
/** Smallest normal number of binary16. */
const MIN_NORMAL_HALF = 2 ** -14;
/** Step between the subnormal numbers of binary16. */
const SUBNORMAL_STEP = 2 ** -24;

/** To the nearest integer, halves to the even one. |x| < 2^52. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** The binary16 number nearest to x. */
export function roundToFloat16(x: number): number {
  const size = Math.abs(x);
  if (!(size < HALF_OVERFLOW)) return size >= HALF_OVERFLOW ? Math.sign(x) * Number.POSITIVE_INFINITY : x;
  if (size === 0) return x;
  const step = size < MIN_NORMAL_HALF ? SUBNORMAL_STEP : 2 ** (Math.floor(Math.log2(size)) - 10);
  return roundHalfEven(x / step) * step;
}

/** The bfloat16 number nearest to x. */
export function roundToBfloat16(x: number): number {
  if (!Number.isFinite(x)) return x;
  float[0] = x;
  const b = bits[0]!;
  bits[0] = (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000;
  return float[0]!;
}

/** What a value of this type must go through before it is stored in a Float32Array; null where the array itself rounds. */
export function rounderOf(dtype: DType): ((x: number) => number) | null {
  if (dtype === 'float16') return roundToFloat16;
  return dtype === 'bfloat16' ? roundToBfloat16 : null;
}

/** The 16 bits of the binary16 number nearest to x. */
export function toFloat16Bits(x: number): number {
  const value = roundToFloat16(x);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size > MAX_HALF) return sign | 0x7c00;
  if (size < MIN_NORMAL_HALF) return sign | (size / SUBNORMAL_STEP);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

/** The number that 16 bits of binary16 stand for. */
export function fromFloat16Bits(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * SUBNORMAL_STEP;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The 16 bits of the bfloat16 number nearest to x. */
export function toBfloat16Bits(x: number): number {
  float[0] = Number.isNaN(x) ? Number.NaN : roundToBfloat16(x);
  return bits[0]! >>> 16;
}

/** The number that 16 bits of bfloat16 stand for. */
export function fromBfloat16Bits(half: number): number {
  bits[0] = half << 16;
  return float[0]!;
}
